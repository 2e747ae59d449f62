"""The engines: independent ways to be told that a claim is wrong, one file an engine.

===============  ==========================================================================  ================  ==============
kind             what it does                                                                 engine            file
===============  ==========================================================================  ================  ==============
symbolic         normal form of ``left − right``, sizes symbolic                              SymPy             symbolic
exact            both sides evaluated in exact numbers at concrete sizes, no tolerance        dual numbers      exact
enclosure        the same in balls that enclose the values of functions such as exp, tanh     arb               enclosure
rational         exact numbers computed in two ways, in plain Python                          fractions         rational
autodiff         a loss written separately, differentiated by a machine, in float64           autograd          autodiff
numerical        numbers computed in two ways, written separately, in float64                 NumPy             numerical
polynomial       identities of polynomials in every entry, at several sizes                   python-flint      polynomials
solver           validity over the real numbers, and refutation of wrong variants             z3                solver
locality         an update factored into what a synapse can know                              factoring         locality
counterexample   a few lines of NumPy that anyone can run                                     NumPy             counterexample
kernel           theorems stated again, with their proofs                                     Coq               kernel
===============  ==========================================================================  ================  ==============

``equation`` is what the first three decide, ``evidence`` what all engines are; ``closeness`` says when two float64 arrays are
the same. What the exact engines and the float64 ones evaluate expressions with is in ``evaluation``.
"""

from .autodiff import Autodiff
from .counterexample import Counterexample
from .enclosure import Enclosed, evaluating
from .equation import Equation
from .evidence import Contradiction, EngineMissing, Evidence
from .exact import Exact
from .kernel import Kernel
from .locality import Locality
from .numerical import Numbers
from .polynomials import Polynomials
from .rational import Fractions
from .solver import Solver
from .symbolic import Symbolic

__all__ = [
    "Autodiff",
    "Contradiction",
    "Counterexample",
    "Enclosed",
    "EngineMissing",
    "Equation",
    "Evidence",
    "Exact",
    "Fractions",
    "Kernel",
    "Locality",
    "Numbers",
    "Polynomials",
    "Solver",
    "Symbolic",
    "evaluating",
]
