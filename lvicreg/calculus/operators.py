"""Operations that an expression asks for and each engine carries out in its own way.

``D(loss, W[p, q])`` is a derivative, ``Mean(expr, law)`` an expectation, ``At(expr, w, 0)`` a value where all entries of
``w`` are 0. ``resolve`` carries them out symbolically; the exact engine uses dual numbers, finite distributions and plain
evaluation instead, so that the two can contradict each other.
"""

from __future__ import annotations

from sympy import Expr, Idx, Indexed, IndexedBase, Pow, S

from .canonical import normal
from .definitions import Definitions
from .differentiate import derivative
from .expectation import Law, expectation


class D(Expr):
    """The derivative of an expression with respect to one entry of an array."""

    is_commutative = True


class Mean(Expr):
    """The expectation of an expression under a law."""

    is_commutative = True


class At(Expr):
    """The value of an expression where every entry of an array has the given value."""

    is_commutative = True

    def __new__(cls, term: Expr, base: IndexedBase, value: Expr) -> Expr:
        return Expr.__new__(cls, term, base, S(value))


def resolve(expr: Expr, definitions: Definitions) -> Expr:
    """``expr`` with every ``D``, ``Mean`` and ``At`` carried out, innermost first."""
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
            term, base, value = parts
            if base in definitions:
                raise TypeError(f"At gives values to primitive quantities; {base} is defined, so use definitions.given({base})")
            expanded = definitions.expand(term)
            values = {entry: value for entry in expanded.atoms(Indexed) if entry.base == base}
            for power in expanded.atoms(Pow):  # before SymPy can merge 0/√0 into √0
                if power.exp.is_negative and normal(power.base.xreplace(values)) == 0:
                    raise ZeroDivisionError(f"{power} is undefined where {base} is {value}")
            return expanded.xreplace(values)
    return expr.func(*parts)
