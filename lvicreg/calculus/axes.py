"""Axes: how many values an index takes, and what it counts.

An index runs over an axis, whose size is a symbol. What it counts is the axis' role: *samples*, which are superscripts on pages
and stand first in arrays; *units*, or *inputs*, which are subscripts and have letters of their own. Nothing else in a size's
name matters: ``T = axis("T", "sample")`` is as good for samples as ``B`` is. A size without a role, of knots or of classes,
is laid out as units are.
"""

from __future__ import annotations

from functools import cache
from typing import Literal, get_args

from sympy import Expr, Idx, Symbol

Role = Literal["sample", "unit", "input"]
ROLES: tuple[Role, ...] = get_args(Role)


def axis(name: str, counts: Role) -> Symbol:
    """The size of an axis on which samples, units or inputs are counted: a positive whole number.

    >>> from sympy import Idx, IndexedBase
    >>> from lvicreg.calculus.notation import text
    >>> t, s = Idx("t", axis("T", "sample")), IndexedBase("s")
    >>> text(s[t] ** 2, {})
    '(s^t)²'

    Raises:
        ValueError: there is no such role.
    """
    if counts not in ROLES:
        raise ValueError(f"{name} was given the role {counts!r}; expected one of {', '.join(ROLES)}")
    return Symbol(name, integer=True, positive=True, **{counts: True})  # a role is one more thing that is known of a symbol


def size_of(index: Idx) -> Expr:
    """The number of values that ``index`` takes."""
    lower, upper = index.args[1].args
    return upper - lower + 1


def role_of(index: Idx) -> Role | None:
    """What ``index`` counts, if its axis was given a role.

    >>> from lvicreg.calculus.layer import b, i, j
    >>> [role_of(index) for index in (b, i, j)]
    ['sample', 'unit', 'input']
    """
    return role(size_of(index))


@cache
def role(size: Expr) -> Role | None:
    """What is counted on an axis of this size."""
    known = getattr(size, "assumptions0", {})
    return next((each for each in ROLES if known.get(each)), None)


def is_sample(index: Idx) -> bool:
    """Whether ``index`` counts samples."""
    return role_of(index) == "sample"
