"""Code for a population in two parts: the units of largest variance, and the rest.

A function that is written from the covariances of all units has a second form for populations far larger than the minibatch.
There it takes the columns of the loudest units apart, computes with each part what is cheaper for it, and puts them together.
"""

from __future__ import annotations

from sympy import Expr

from lvicreg.calculus.axes import size_of
from lvicreg.calculus.definitions import indices_of
from lvicreg.calculus.notation import text

from .arrays import printed
from .rule import Division, Function


def population(division: Division) -> Expr:
    """The number of units of which some are taken apart."""
    (unit,) = indices_of(division.var)
    return size_of(unit)


def columns_taken(division: Division) -> str:
    """The statement that takes the columns of the loudest units apart."""
    loud, rest = division.columns
    count = printed(division.count).replace(" / ", " // ")
    return f"{loud}, {rest}, rank = loudest(xp, {division.divided}, {division.var.base}, {count})"


def when(division: Division, function: Function) -> str:
    """In a docstring: where the form in two parts is used, and what its columns are."""
    divided, loud, rest = (function.notation.get(str(name), str(name)) for name in (division.divided, *division.columns))
    least, count = (text(size, function.notation) for size in (division.least, division.count))
    return (
        f"or the same, where {population(division)} ≥ {least}, {loud} having the columns in {divided} of the {count} units "
        f"(rounded down) of largest variance,\n    and {rest} zeros in their places:"
    )
