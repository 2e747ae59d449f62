"""A calculus of losses that are sums over indices of symbolic length.

SymPy expressions go in and come out. ``indexed`` adds sums and deltas, ``functions`` the activation, hinge, step and
stop-gradient, ``definitions`` the names that an expression can keep or expand, ``layer`` those of a one-layer network.
On these, ``canonical`` decides equality, ``differentiate`` takes derivatives and ``steps`` gradients one step at a time,
``expectation`` takes means, ``operators`` states both without doing them, ``notation`` prints them. ``locality`` factors an
update by what a ``synapse`` is declared to read.

It can be used by itself. SymPy's own sums do not serve for this: the derivative of ``Sum(z[b]**2, (b, 1, B))`` with respect to
``z[b]`` is a sum there, since the two ``b`` are taken for one (sympy/sympy#21891); with another index its value is a
``Piecewise`` of ranges, of which a simplification may be wrong (#27359); that of a ``Product`` is wrong too (#13994). Here:

>>> from sympy import Idx, IndexedBase, Symbol
>>> from lvicreg.calculus import Sigma, derivative, normal
>>> B = Symbol("B", integer=True, positive=True)
>>> b, t, z = Idx("b", B), Idx("t", B), IndexedBase("z")
>>> normal(derivative(Sigma(z[b] ** 2, b), z[t]))
2*z[t]
"""

from .axes import axis
from .canonical import is_zero, normal
from .definitions import Definitions
from .differentiate import D, derivative
from .expectation import Gaussian, IndependentUnits, Law, SecondMoments, expectation
from .functions import SG, H, StopGradient, f, f_prime, f_second, relu, sigmoid, softplus
from .indexed import Before, Delta, Sigma, Symmetric, distinct
from .locality import Local, LocalTerm, by_presynaptic, factor
from .operators import At, Mean, resolve
from .steps import Descent, Step, gradient, steps
from .synapse import NotLocal, Synapse

__all__ = [
    "SG",
    "At",
    "Before",
    "D",
    "Definitions",
    "Delta",
    "Descent",
    "Gaussian",
    "H",
    "IndependentUnits",
    "Law",
    "Local",
    "LocalTerm",
    "Mean",
    "NotLocal",
    "SecondMoments",
    "Sigma",
    "Step",
    "StopGradient",
    "Symmetric",
    "Synapse",
    "axis",
    "by_presynaptic",
    "derivative",
    "distinct",
    "expectation",
    "f",
    "f_prime",
    "f_second",
    "factor",
    "gradient",
    "is_zero",
    "normal",
    "relu",
    "resolve",
    "sigmoid",
    "softplus",
    "steps",
]
