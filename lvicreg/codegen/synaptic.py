"""A local rule as simulators run it: what a synapse, its unit and the population compute from one sample.

    Δw_ij = η Σ (presynaptic) × (postsynaptic) × (population)

The terms are those that ``locality.factor`` finds, so what is not local is refused with its verdict. What a unit computes is in
the order of ``lvicreg.online``: each statistic takes the sample in, by the running average of what it averages (``averages``),
before the rule reads it. Nothing of a rule is typed here, nor in the back ends (``brian2``, ``annarchy``): they print what
``Synaptic`` holds, and raise on a node for which they have no code.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from sympy import Add, Expr, Idx, Indexed, IndexedBase, Mul, Pow, Rational, S, Symbol, tanh
from sympy.printing.str import StrPrinter

from lvicreg.calculus import NotLocal, Sigma, derivative, relu
from lvicreg.calculus.definitions import Definitions, Name, indices_of, name_of
from lvicreg.calculus.indexed import rename
from lvicreg.calculus.notation import PositiveFirst, text, tidy

from .averages import averaged
from .emit import dependencies
from .equation import named
from .names import leaves
from .rule import Rule

BEGIN = {"mean": 0, "var": 1}  # where the filters of ``lvicreg.online.Stream`` begin
AT_HAND = {"a", "x", "z", "slope", "z_prev", "W"}  # what a unit and its synapses have without a statistic
# what the models call their own quantities, and the simulators theirs
TAKEN = {"eta", "activation", "last", "seen", "share", "factor", "rate", "r", "w", "i", "j", "t", "dt", "N", "M", "T"}

a = Symbol("a")
ACTIVATIONS = {"linear": a, "tanh": tanh(a), "relu": relu(a)}  # of the pre-activation; their slopes are derived


class NotSynaptic(ValueError):
    """A simulator cannot be told this rule: what stands in the way."""


@dataclass(frozen=True)
class Synaptic:
    """A rule that is local, for one sample.

    ``parts`` are the sums of postsynaptic factors, by presynaptic and population factor: ``{x: {1: …, S: …}, W: {1: …}}``.

    Raises:
        NotSynaptic: the rule is not local, or needs what a stream does not have.
    """

    rule: Rule

    def __post_init__(self) -> None:
        if isinstance(self.rule.reads, NotLocal):
            raise NotSynaptic(f"{self.rule.name} is {self.rule.locality}")
        unknown = [name for name in self.statistics if str(name) not in BEGIN]
        unknown += [name for name in self.rule.statistics if isinstance(name, Symbol) and str(name) != "alpha"]
        unknown += [name for name in self.rule.arguments if str(name) not in AT_HAND]
        if unknown:
            raise NotSynaptic(f"{self.rule.name} needs {', '.join(map(str, unknown))}, which a stream does not have")
        if clash := sorted(TAKEN & set(map(str, (*self.rule.options, *self.reads)))):
            raise NotSynaptic(f"{self.rule.name} has a quantity {clash[0]}, as the model calls another: rename yours")
        for expr in self.expressions:
            self._check_of_unit(expr)

    @property
    def statistics(self) -> list[Name]:
        """The statistics that have filters, each after those that it builds on."""
        given = [name for name in self.rule.statistics if isinstance(name, IndexedBase)]
        return [name for name in self.rule.definitions if name in given]

    @property
    def options(self) -> dict[str, float]:
        """The parameters of the rule, with their defaults."""
        return {str(name): float(self.rule.parameters[str(name)].default or 0) for name in self.rule.options}

    @property
    def layer(self) -> Definitions:
        """The definitions, of which a stream gives the statistics."""
        return self.rule.definitions.primitive(*self.rule.statistics)

    @cached_property
    def parts(self) -> dict[Expr, dict[Expr, Expr]]:
        """The postsynaptic factors by presynaptic and population factor."""
        found: dict[Expr, dict[Expr, Expr]] = {}
        assert not isinstance(self.rule.reads, NotLocal)
        for term in self.rule.reads.terms:
            pre, population = term.presynaptic, named(term.population, self.rule.definitions)
            if str(name_of(pre)) not in ("x", "W"):
                raise NotSynaptic(f"{self.rule.name}: {pre} is presynaptic; a synapse has its input x and its weight W")
            if population.has(Sigma):
                raise NotSynaptic(f"{self.rule.name}: {text(population, {})} has no name: give it one in the definitions")
            by_population = found.setdefault(pre, {})
            by_population[population] = by_population.get(population, S.Zero) + term.postsynaptic
        leading = tuple(self.rule.leading)
        inputs_first = sorted(found, key=lambda pre: (str(name_of(pre)) == "W", str(pre)))
        own_first = {pre: sorted(found[pre], key=lambda factor: (factor != 1, str(factor))) for pre in inputs_first}
        return {pre: {each: tidy(found[pre][each], leading) for each in own_first[pre]} for pre in inputs_first}

    @property
    def factors(self) -> dict[str, Expr]:
        """All that multiplies the input, by ``x``, and the weight, by ``W``."""
        whole = {str(name_of(pre)): Add(*(each * part for each, part in parts.items())) for pre, parts in self.parts.items()}
        return {pre: tidy(factor, tuple(self.rule.leading)) for pre, factor in whole.items()}

    @property
    def begin(self) -> dict[str, int]:
        """Where the filters begin."""
        return {str(name): BEGIN[str(name)] for name in self.statistics}

    @cached_property
    def shares(self) -> dict[Name, Expr]:
        """The signals of the population, and what each unit adds to them."""
        signals = {part for parts in self.parts.values() for factor in parts for part in factor.atoms(Indexed)}
        found: dict[Name, Expr] = {}
        for signal in sorted(signals, key=str):
            value = self.layer.value(signal)
            if not isinstance(value, Sigma) or value.term.has(Sigma):
                raise NotSynaptic(f"{self.rule.name}: {signal} is no sum over units of what each of them has")
            unit, _ = indices_of(self.rule.synapse.target)
            found[name_of(signal)] = rename(value.term, {value.index: unit})
        return found

    @cached_property
    def computed(self) -> tuple[tuple[Name, Expr], ...]:
        """What a unit computes from its activity, in this order: statistics, and the names that they and the rule build on."""
        found: dict[Name, Expr] = {}

        def compute(*exprs: Expr) -> None:
            given = [*found, *self.statistics, *self.shares, *(name for name in self.layer if str(name) in AT_HAND)]
            for name in dependencies(exprs, self.layer, given):
                found[name] = self.layer[name][1]

        alpha = Symbol("alpha", positive=True)
        for name in self.statistics:
            taken = averaged(name, self.rule)
            compute(taken)
            found[name] = (1 - alpha) * self.rule.definitions[name][0] + alpha * taken
        compute(*self.shares.values(), *self.postsynaptic)
        return tuple(found.items())

    @property
    def expressions(self) -> list[Expr]:
        """All that a unit computes: what it needs, what it adds to the population's signals, and the postsynaptic factors."""
        return [*(value for _, value in self.computed), *self.shares.values(), *self.postsynaptic]

    @property
    def postsynaptic(self) -> list[Expr]:
        """The postsynaptic factors."""
        return [part for parts in self.parts.values() for part in parts.values()]

    @property
    def reads(self) -> set[Name]:
        """The names in all that is computed."""
        exprs = [*self.expressions, *(population for parts in self.parts.values() for population in parts)]
        found = (name_of(part) for expr in exprs for part in leaves(expr))
        return {name for name in found if name is not None}

    def needs(self, name: str) -> bool:
        """Whether anything reads a name."""
        return name in map(str, self.reads)

    def _check_of_unit(self, expr: Expr) -> None:
        """Refuse what is not of one unit and one sample, whose names a simulator takes without an index."""
        units = {index for entry in expr.atoms(Indexed) for index in entry.indices if index != self.rule.sample}
        if expr.has(Sigma) or len(units) > 1 or self.rule.samples in map(str, leaves(expr)):
            told = f"{text(expr, {})} is not of one unit and one sample: declare what ties it to others in statistics"
            raise NotSynaptic(f"{self.rule.name}: {told}")


class Scalar(PositiveFirst, StrPrinter):
    """Expressions in the quantities of one unit, by their names alone; a back end adds its functions.

    Raises:
        NotSynaptic: for a node that has no code here.
    """

    printmethod = "_lvicreg_scalar"
    functions: ClassVar[Mapping[type[Expr], str]] = {tanh: "tanh({0})"}
    known: tuple[type[Expr], ...] = (Add, Mul, Pow, Rational, Symbol, Indexed)

    def __init__(self) -> None:
        super().__init__({"order": None})

    def _print(self, expr: Expr, **settings: Any) -> str:
        if type(expr) in self.functions:
            return self.functions[type(expr)].format(self._print(expr.args[0]))
        if isinstance(expr, self.known) and not isinstance(expr, Idx):
            return str(super()._print(expr, **settings))
        raise NotSynaptic(f"{expr} has no code for a simulator")

    def _print_Indexed(self, entry: Indexed) -> str:
        return str(entry.base)

    def _print_Pow(self, power: Pow, rational: bool = False) -> str:
        if abs(power.exp) == S.Half:
            return f"{'1/' if power.exp < 0 else ''}sqrt({self._print(power.base)})"
        return str(super()._print_Pow(power, rational=rational))


def activations() -> Iterator[tuple[str, Expr, Expr]]:
    """Each activation function by its name, with its slope, as ``lvicreg.online`` has them."""
    for name, function in ACTIVATIONS.items():
        yield name, function, derivative(function, a)
