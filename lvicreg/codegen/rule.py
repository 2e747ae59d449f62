"""What the generator is told about a function."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar

from sympy import Expr, Idx, Indexed, IndexedBase

from lvicreg.calculus import Local, NotLocal, Synapse, factor
from lvicreg.calculus.axes import size_of
from lvicreg.calculus.definitions import Definitions, Name
from lvicreg.calculus.steps import Descent


@dataclass(frozen=True)
class Parameter:
    """An argument of the generated function, which may have had another name before; some numbers are never negative."""

    description: str
    default: float | None = None
    formerly: str = ""
    nonnegative: bool = False


@dataclass(frozen=True, kw_only=True)
class Function(ABC):
    """What every generated function has, and how it presents itself."""

    name: str
    summary: str
    definitions: Definitions
    arguments: tuple[Name, ...]
    statistics: tuple[Name, ...] = ()  # names that a caller may give instead of having them taken from the minibatch
    options: tuple[Name, ...] = ()
    claims: tuple[str, ...] = ()
    convention: str = ""
    degenerate: str = ""
    source: str = ""
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    notation: Mapping[str, str] = field(default_factory=dict)  # how names are written in text
    latex: Mapping[str, str] = field(default_factory=dict)  # and in LaTeX
    one_sample: ClassVar[bool] = True  # whether arguments may be one sample

    @property
    def locality(self) -> str:
        """What a synapse needs, in one sentence; of what is no update of weights nothing is said."""
        return ""

    @property
    @abstractmethod
    def expressions(self) -> tuple[Expr, ...]:
        """What it computes."""

    @property
    @abstractmethod
    def targets(self) -> tuple[Indexed, ...]:
        """With respect to what: one for each of its expressions."""

    @property
    def division(self) -> Division | None:
        """Of its population in two parts, where it has a form for that."""
        return None

    @property
    def samples(self) -> str:
        """The size of the axis on which it counts samples."""
        return str(size_of(self.sample))

    @property
    @abstractmethod
    def sample(self) -> Idx:
        """The index that counts samples."""

    @property
    def parameter_names(self) -> tuple[Name, ...]:
        """What it takes, in the order of its signature."""
        return (*self.arguments, *self.statistics, *self.options)


@dataclass(frozen=True, kw_only=True)
class Division:
    """Of a population in two parts: of ``count`` units of largest variance, and of the rest, where there are ``least`` units.

    ``definitions`` are written from the ``columns`` in either part of ``divided``, an array over samples and units; ``var`` is
    the name of the units' variances in the function's own.
    """

    divided: IndexedBase
    columns: tuple[IndexedBase, IndexedBase]
    var: Indexed
    count: Expr
    least: Expr
    definitions: Definitions


@dataclass(frozen=True, kw_only=True)
class Avoidable:
    """A statistic whose array need not be formed: what is written from it, a ``product``, can be had in two parts."""

    statistic: IndexedBase
    product: Indexed
    loud: Expr
    rest: Expr
    division: Division


@dataclass(frozen=True, kw_only=True)
class Rule(Function):
    """An update, as a derived expression.

    ``update`` is in the names of ``definitions``, with free unit and input indices those of ``target``; it is a sum over
    ``sample``. ``synapse`` says what a synapse has at hand. ``descent`` is the loss from which it was derived, if any.
    ``leading`` are the coefficients of its terms, where it is a sum of other rules, and the LaTeX command for each term.
    ``avoidable`` is a statistic whose array need not be formed where the population is far larger than the minibatch.
    """

    update: Expr
    target: Indexed
    synapse: Synapse
    descent: Descent | None = None
    leading: Mapping[Name, str] = field(default_factory=dict)
    avoidable: Avoidable | None = None

    @property
    def sample(self) -> Idx:
        """The index over which it is summed."""
        return self.synapse.sample

    @property
    def division(self) -> Division | None:
        return self.avoidable.division if self.avoidable else None

    @cached_property
    def reads(self) -> Local | NotLocal:
        """Its terms, as they were derived, and what a synapse must be told; or what it cannot know."""
        try:
            return factor(self.descent.update if self.descent else self.update, self.target, self.synapse, self.definitions)
        except NotLocal as reason:
            return reason

    @property
    def locality(self) -> str:
        """The same in one sentence."""
        if isinstance(self.reads, NotLocal):
            return f"not local: {self.reads}."
        return "local" + (", with one factor shared by the population." if self.reads.shared else ".")

    @property
    def expressions(self) -> tuple[Expr, ...]:
        return (self.update,)

    @property
    def targets(self) -> tuple[Indexed, ...]:
        return (self.target,)


@dataclass(frozen=True)
class Parts:
    """A loss of a population in two parts, differentiated with respect to the activity in each.

    ``loud`` and ``rest`` have the same loss, ``scale`` times a sum that is not negative.
    """

    loud: Descent
    rest: Descent
    scale: Expr
    division: Division


@dataclass(frozen=True, kw_only=True)
class LossFunction(Function):
    """A loss together with its gradient with respect to the activity.

    ``form`` is the loss in the named quantities that the code computes, differentiated in these names; ``parts``, if any, the
    same loss of a population in two parts, for populations far larger than the minibatch.
    """

    one_sample: ClassVar[bool] = False
    form: Descent
    parts: Parts | None = None

    @property
    def division(self) -> Division | None:
        return self.parts.division if self.parts else None

    @property
    def forms(self) -> tuple[Descent, ...]:
        """All that is differentiated."""
        return (self.form, *((self.parts.loud, self.parts.rest) if self.parts else ()))

    @property
    def expressions(self) -> tuple[Expr, ...]:
        return tuple(form.loss for form in self.forms)

    @property
    def sample(self) -> Idx:
        return self.form.target.indices[0]

    @property
    def targets(self) -> tuple[Indexed, ...]:
        return tuple(form.target for form in self.forms)
