"""A population in two parts: the units of largest variance, and the rest.

One unit far louder than the others takes the digits of a sum in which it stands twice. Apart from the rest it takes none. The
columns of the rest stay where they are, so that an array whose units are split over devices stays split.
"""

from typing import Any


def loudest(xp: Any, array: Any, var: Any, count: int) -> tuple[Any, Any, Any]:
    """The columns of the ``count`` units of largest variance; the array with zeros in their places; each unit's rank."""
    order = xp.argsort(var, descending=True)
    rank = xp.argsort(order)
    return xp.take(array, order[:count], axis=1), xp.where(rank < count, 0.0, array), rank


def together(xp: Any, loud: Any, rest: Any, rank: Any) -> Any:
    """The columns of all units: those of the loud ones at the places of their ranks, and the rest."""
    apart = rank < loud.shape[1]
    return xp.where(apart, xp.take(loud, xp.where(apart, rank, 0), axis=1), rest)
