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
class Rule(Function):
    """An update, as a derived expression.

    ``update`` is in the names of ``definitions``, with free unit and input indices those of ``target``; it is a sum over
    ``sample``. ``synapse`` says what a synapse has at hand. ``descent`` is the loss from which it was derived, if any.
    ``leading`` are the coefficients of its terms, where it is a sum of other rules, and the LaTeX command for each term.
    ``avoidable`` is a statistic whose array need not be formed when the batch is smaller than the population.
    """

    update: Expr
    target: Indexed
    synapse: Synapse
    descent: Descent | None = None
    leading: Mapping[Name, str] = field(default_factory=dict)
    avoidable: IndexedBase | None = None

    @property
    def sample(self) -> Idx:
        """The index over which it is summed."""
        return self.synapse.sample

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


@dataclass(frozen=True, kw_only=True)
class LossFunction(Function):
    """A loss together with its gradient with respect to ``target``, the activity.

    ``forms`` are the loss in the named quantities that the code computes, each differentiated in its own names. There is one,
    or one for minibatches smaller than the population and one for the others.
    """

    one_sample: ClassVar[bool] = False
    forms: tuple[Descent, ...]

    @property
    def expressions(self) -> tuple[Expr, ...]:
        return tuple(form.loss for form in self.forms)

    @property
    def sample(self) -> Idx:
        return self.targets[0].indices[0]

    @property
    def targets(self) -> tuple[Indexed, ...]:
        return tuple(form.target for form in self.forms)
