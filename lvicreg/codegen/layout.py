"""On which axis of an array an index stands, and the refusal of what broadcasting would get wrong.

A name with two indices is an array with these axes in this order. A name with one index is a row, which broadcasts over
samples; with the sample's index alone it is a column, which broadcasts over units. So elementwise code over ``(b, i)`` is
right if each array in it has its indices on the axes of ``(b, i)``: ``v[i]`` has them in ``u[b, i] − v[i]``, but not in
``V[i, k] − v[i]``, where an array library would take ``v[k]`` for it, and ``V[k, i]`` has not in ``V[i, k] − V[k, i]``. Sizes
that happen to be equal would hide either error.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sympy import Expr, Idx, Indexed

from lvicreg.calculus.axes import is_sample
from lvicreg.calculus.indexed import Symmetric

Axes = tuple[Idx, ...]
Place = tuple[Idx | None, Idx | None]  # the indices on the rows and on the columns of an array


class NotArrayCode(ValueError):
    """An expression for which no readable array code is known."""


@contextmanager
def within(place: str) -> Iterator[None]:
    """Refusals in this block say where the refused expression stands."""
    try:
        yield
    except NotArrayCode as reason:
        raise NotArrayCode(f"{place}: {reason}") from None


def place_of(axes: Axes) -> Place:
    """Where the indices of an array over ``axes`` stand.

    Raises:
        NotArrayCode: there are more than two.
    """
    match axes:
        case ():
            return None, None
        case (index,):
            return (index, None) if is_sample(index) else (None, index)
        case (row, column):
            return row, column
    raise NotArrayCode(f"an array over {_listed(axes)} has more than two axes; write it as a sum of products of matrices")


def misfit(expr: Expr, place: Place, fill: bool = True) -> str:
    """Why elementwise code for ``expr`` is no array of this place; empty if it is one, or with ``fill=False`` a part of one."""
    axes = tuple(index for index in place if index is not None)
    filled = []
    for entry in sorted(expr.atoms(Indexed), key=str):
        fitting = [own for own in _places(entry) if all(index in (None, at) for index, at in zip(own, place, strict=True))]
        if not fitting:
            return (
                f"{entry} does not fit into an array over {_listed(axes)}, where broadcasting would take its axes for others: "
                "bring its indices into that order, or give what it is part of a name in the definitions"
            )
        filled.append(fitting[0])
    for number, index in enumerate(place):
        if fill and index is not None and all(stands[number] is None for stands in filled):
            return (
                f"{expr} does not depend on {index}, so its array would lack that axis: use a factor that does, or leave it out"
            )
    return ""


def check(expr: Expr, place: Place, fill: bool = True) -> None:
    """Refuse an expression of which elementwise code is not an array of this place, or with ``fill=False`` a part of one.

    Raises:
        NotArrayCode: an array in it has an index on another axis, or no array has one of the indices.
    """
    if problem := misfit(expr, place, fill):
        raise NotArrayCode(problem)


def _places(entry: Indexed) -> list[Place]:
    """Where the indices of an array's entry stand in the code for it; a symmetric matrix can be read either way."""
    indices = entry.indices
    if len(indices) == 2 and indices[0] == indices[1]:  # a diagonal is a row
        return [] if is_sample(indices[0]) else [(None, indices[0])]
    if len(indices) > 2:
        return []
    place = place_of(indices)
    return [place, place[::-1]] if isinstance(entry.base, Symmetric) else [place]


def _listed(axes: Axes) -> str:
    return f"({', '.join(map(str, axes))}{',' * (len(axes) == 1)})" if axes else "no index"
