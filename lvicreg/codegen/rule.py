"""What the generator is told about a learning rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sympy import Expr, Idx, Indexed, IndexedBase

from lvicreg.calculus.definitions import Definitions, Name
from lvicreg.calculus.steps import Descent


@dataclass(frozen=True)
class Parameter:
    """An argument of the generated function."""

    description: str
    default: float | None = None


@dataclass(frozen=True)
class Rule:
    """An update, as a derived expression, and how its function presents itself.

    ``update`` is in the names of ``definitions``, with free unit and input indices those of ``target``; it is a sum over
    ``sample``. ``descent`` is the loss from which it was derived, if any. ``statistics`` are the names that a caller may give
    instead of having them taken from the minibatch. ``avoidable`` is a statistic whose array need not be formed when the
    batch is smaller than the population.
    """

    name: str
    summary: str
    update: Expr
    definitions: Definitions
    target: Indexed
    sample: Idx
    arguments: tuple[Name, ...]
    descent: Descent | None = None
    statistics: tuple[Name, ...] = ()
    options: tuple[Name, ...] = ()
    leading: tuple[Name, ...] = ()
    avoidable: IndexedBase | None = None
    claims: tuple[str, ...] = ()
    locality: str = ""
    convention: str = ""
    degenerate: str = ""
    source: str = ""
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    notation: Mapping[str, str] = field(default_factory=dict)  # how names are written in text
    latex: Mapping[str, str] = field(default_factory=dict)  # and in LaTeX
