"""Operations that an expression asks for and each engine carries out in its own way.

``D(loss, W[p, q])`` is a derivative, ``Mean(expr, law)`` an expectation, ``At(expr, w[j], Delta(j, k))`` the value where
``w`` is the k-th unit vector. ``resolve`` carries them out symbolically; the exact engine uses dual numbers, finite
distributions and plain evaluation instead, so that the two can contradict each other.
"""

from __future__ import annotations

from sympy import Expr, Idx, Indexed, Pow, S

from .axes import size_of
from .canonical import normal
from .definitions import Definitions, indices_of, name_of
from .differentiate import D, derivative
from .expectation import Law, expectation
from .indexed import Symmetric, free_indices, fresh, rename


class Mean(Expr):
    """The expectation of an expression under a law.

    >>> from lvicreg.calculus import Gaussian
    >>> from lvicreg.calculus.layer import b, j, m, x
    >>> C = Symmetric("C")
    >>> resolve(Mean(x[b, j] * x[b, m], Gaussian(x[b, j], C)), Definitions())
    C[j, m]
    """

    is_commutative = True


class At(Expr):
    """The value of an expression where a quantity such as ``w[j]`` has the given value, an expression in ``j``.

    >>> from lvicreg.calculus import Sigma
    >>> from lvicreg.calculus.layer import W, b, i, j, x
    >>> resolve(At(Sigma(W[i, j] * x[b, j], j), x[b, j], W[i, j]), Definitions())
    Sigma(W[i, j]**2, j)
    """

    is_commutative = True

    def __new__(cls, term: Expr, quantity: Expr, value: Expr) -> Expr:
        indices = indices_of(quantity)
        if name_of(quantity) is None or len(set(indices)) != len(indices):
            raise TypeError(f"At gives a value to a symbol, or to an array indexed by different indices; got {quantity}")
        if isinstance(name_of(quantity), Symmetric):
            raise TypeError(f"{name_of(quantity)} is symmetric, and {value} may not be: give it an array that is not Symmetric")
        own = {index: fresh(index) for index in indices}  # the quantity's own, whatever names the term uses
        return Expr.__new__(cls, S(term), rename(quantity, own), rename(S(value), own))

    @property
    def parameters(self) -> frozenset[Idx]:
        """The indices of the quantity, which are bound here."""
        return frozenset(indices_of(self.args[1]))


def resolve(expr: Expr, definitions: Definitions) -> Expr:
    """``expr`` with every ``D``, ``Mean`` and ``At`` carried out, innermost first.

    Raises ``TypeError`` for the derivative of a mean, or of a value somewhere: a mean forgets what was held constant.

    >>> from lvicreg.calculus.layer import W, i, j, p, q
    >>> resolve(D(3 * W[i, j], W[p, q]), Definitions())
    3*Delta(i, p)*Delta(j, q)
    """
    if isinstance(expr, D) and expr.args[0].has(Mean, At):
        raise TypeError(f"Mean and At are carried out after D, not inside it; got the derivative of {expr.args[0]}")
    if isinstance(expr, (Indexed, Idx, Law)) or not expr.args:
        return expr
    parts = [resolve(part, definitions) for part in expr.args]
    first, second = (*parts, None, None)[:2]
    match expr:
        case D():
            return derivative(first, second, definitions)
        case Mean():
            return expectation(first, second, definitions)
        case At():
            term, quantity, value = parts
            return _at(term, quantity, value, definitions)
    return expr.func(*parts)


def _at(term: Expr, quantity: Expr, value: Expr, definitions: Definitions) -> Expr:
    name, parameters = name_of(quantity), indices_of(quantity)
    if name in definitions:
        raise TypeError(f"At gives values to primitive quantities; {name} is defined, so use definitions.primitive({name})")
    expanded = definitions.expand(term)
    outer = {index: fresh(index) for index in free_indices(value) - set(parameters)}  # no sum of the term binds these
    value = rename(value, outer)
    values = {}
    for entry in expanded.atoms(Indexed) if parameters else {quantity}:
        if name_of(entry) == name:
            indices = indices_of(entry)
            if [size_of(index) for index in indices] != [size_of(index) for index in parameters]:
                raise TypeError(f"{quantity} and {entry} have indices of different ranges")
            values[entry] = rename(value, dict(zip(parameters, indices, strict=True)))
    for power in expanded.atoms(Pow):  # before SymPy can merge 0/√0 into √0
        if power.exp.is_negative and normal(power.base.xreplace(values)) == 0:
            raise ZeroDivisionError(f"{power} is undefined where {quantity} is {value}")
    return rename(expanded.xreplace(values), {new: old for old, new in outer.items()})
