"""The rule on a stream: one sample at a time, its statistics from slow filters.

A statistic that is an average over samples, ``mean_i = Σ_b z_ib / B`` or ``var_i = α Σ_b u_ib²``, has a filter: the running
average of what it averages. The step follows from the statistic's meaning, and nobody writes it by hand. What is averaged may
need other averages, such as the mean in ``u``: they have filters too. The rule reads the statistics as they were before the
sample. A number that weighs samples, such as ``α``, becomes the weight of one of them.

There is none where the rule takes anything else from a minibatch than its sum over samples: ``Streamed.of`` then says what.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass

from sympy import Add, Dummy, Expr, Idx, Indexed, Mul, Pow, S, Symbol, expand, simplify

from lvicreg.calculus import Sigma
from lvicreg.calculus.at_hand import unwrapped
from lvicreg.calculus.axes import is_sample, size_of
from lvicreg.calculus.definitions import Name, indices_of, name_of
from lvicreg.calculus.indexed import rename
from lvicreg.calculus.notation import text
from lvicreg.codegen.arrays import code
from lvicreg.codegen.docstring import quoted, shape_of
from lvicreg.codegen.emit import dependencies, sizes, statement
from lvicreg.codegen.equation import presented
from lvicreg.codegen.names import axes_by_name
from lvicreg.codegen.rule import Rule

from .answer import Answer

STREAM = '''\
"""`{name}` on a stream: one sample at a time, its statistics from slow filters of weight w.

The rule reads the statistics as they were before the sample; then they take it in:

{filters}
"""

from typing import Any, NamedTuple

from array_api_compat import array_namespace

from .rule import {name}


class State(NamedTuple):
    """All that is remembered between two samples."""

{fields}


def step(state: State, {taken}, *, eta: float, weight: float{options}) -> State:
    """The state after one sample, of which the rule takes {listed}, without the samples' axis.

    Args:
        eta: learning rate.
        weight: of one sample in the filters, w, above 0 and at most 1.
    """
    update = {name}({passed})
    xp = array_namespace({first})
{lifted}
    return State(
        state.{target} + eta * update,
{averages}
    )
'''


class NoStream(ValueError):
    """The rule cannot take one sample at a time: why, and what to declare."""


@dataclass(frozen=True)
class Streamed:
    """A rule whose statistics all have filters.

    ``filters`` are what each of them averages over samples, ``weights`` what the weight of one sample is multiplied by to be a
    number such as α. Where terms with 1/B stand beside terms with α the step is that of the average, in which a sample has the
    weight 1 (``weighed`` is false).
    """

    answer: Answer
    filters: Mapping[Name, Expr]
    weights: Mapping[Name, Expr]
    weighed: bool

    @classmethod
    def of(cls, answer: Answer) -> Streamed:
        """The filters of a rule.

        Raises:
            NoStream: it needs more of a minibatch than it is given.
        """
        rule = answer.rule
        filters: dict[Name, Expr] = {}
        weights: dict[Name, Expr] = {}
        for name in rule.statistics:
            if (number := _of_samples(rule.definitions[name][1], rule.samples)) is not None:
                weights[name] = number
            else:
                filters[name] = _averaged(name, answer)
        if not filters:
            raise NoStream("no statistic is declared that a filter could give")
        _check_one_sample(answer)
        return cls(answer, _with_what_they_need(filters, answer), weights, _is_weighed(rule, weights))

    @property
    def names(self) -> list[Name]:
        """The names that the filters compute from a sample, in their order."""
        rule = self.answer.rule
        sums = [_sum(term, rule.sample) for term in self.filters.values()]
        return dependencies(sums, rule.definitions.primitive(*self.filters), rule.arguments)

    @property
    def source(self) -> str:
        """The text of ``stream.py``, but for its head."""
        rule, target = self.answer.rule, str(name_of(self.answer.problem.target))
        layer, names = rule.definitions, self.names
        sums = {name: _sum(term, rule.sample) for name, term in self.filters.items()}
        values = [*sums.values(), *(layer[name][1] for name in names)]
        needed = {name_of(part) for value in values for part in value.atoms(Indexed, Symbol)}
        given = [name for name in rule.arguments if str(name) != target]
        samples = {name for name in given if [*map(str, axes_by_name(rule)[name])][:1] == [rule.samples]}
        axes = sizes(values, rule, set())
        lifts = [name for name in given if name in (samples if axes else samples & needed)]
        columns = {name for name in lifts if shape_of(name, rule) == rule.samples}
        lines = [f"{name} = {name}[{'None, None' if name in columns else 'None, :'}]" for name in lifts]
        lines += [f"{target} = state.{target}"] * (target in map(str, needed))
        lines += [f"{name} = state.{name}" for name in self.filters]
        lines += [*axes, *(statement(name, layer) for name in names)]
        passed = [f"state.{name}" if str(name) == target else str(name) for name in rule.arguments]
        passed += [f"{name}=state.{name}" for name in rule.statistics if name in self.filters]
        passed += [f"{name}={self.weight_of(name, 'weight')}" for name in self.weights]
        passed += [f"{name}={name}" for name in rule.options]
        kept = [f"(1 - weight) * {name} + weight * {code(total, indices_of(layer[name][0]))}," for name, total in sums.items()]
        return STREAM.format(
            name=rule.name,
            filters=quoted("\n".join(map(self._filter, self.filters))),
            fields=textwrap.indent("\n".join(self._fields), "    "),
            taken=", ".join(f"{name}: Any" for name in given),
            options="".join(f", {name}: float = {float(value)!r}" for name, value in self.answer.problem.options.items()),
            listed=", ".join(map(str, given)),
            passed=", ".join(passed),
            first=given[0],
            lifted=textwrap.indent("\n".join(lines), "    "),
            target=target,
            averages=textwrap.indent("\n".join(kept), " " * 8),
        )

    def weight_of(self, name: Name, weight: str) -> str:
        """Code for the number of one sample that the rule takes."""
        number = self.weights[name]
        if not self.weighed:
            return repr(float(number))
        return weight if number == 1 else f"{float(number)!r} * {weight}"

    def _filter(self, name: Name) -> str:
        """``mean_i ← (1 - w) mean_i + w z_i``, in one line of text."""
        pattern, _ = self.answer.layer[name]
        kept, taken = (text(expr, self.answer.rule.notation) for expr in (pattern, self.filters[name]))
        return f"    {kept} ← (1 - w) {kept} + w {taken}"

    @property
    def _fields(self) -> list[str]:
        shapes = {name: shape_of(name, self.answer.rule) for name in (name_of(self.answer.problem.target), *self.filters)}
        return [f"{name}: Any  # ({', '.join(shape)}{',' * (len(shape) == 1)})" for name, shape in shapes.items()]


def streamed(answer: Answer) -> Streamed | NoStream:
    """The rule on a stream, or why there is none."""
    try:
        return Streamed.of(answer)
    except NoStream as reason:
        return reason


def _check_one_sample(answer: Answer) -> None:
    """The rule is a sum over samples of what one of them gives, where its statistics are given.

    Raises:
        NoStream: it takes something else from a minibatch.
    """
    rule = answer.rule
    parts = presented(rule)
    names = dependencies(parts.values(), rule.definitions.primitive(*rule.statistics), rule.arguments)
    rest = parts.pop(S.One, S.Zero)  # with the sum over samples in it
    values = {name: rule.definitions[name][1] for name in names}
    for name, value in {**values, **dict(enumerate(parts.values()))}.items():
        for total in sorted(filter(_over_samples, value.atoms(Sigma)), key=str):
            told = f"declare {name} in statistics"
            if name not in answer.problem.layer:
                told = "write the loss with a name for that average, and declare the name in statistics"
            raise NoStream(f"the rule takes {text(total, rule.notation)} from the minibatch: {told}")
    for value in (*values.values(), *parts.values(), rest):
        if (divisor := _zero_for_one(value, rule.samples)) is not None:
            raise NoStream(f"the rule divides by {text(divisor, rule.notation)}: declare what does in statistics")


def _averaged(name: Name, answer: Answer) -> Expr:
    """What a statistic averages over samples, with ddof 0 or 1."""
    pattern, value = answer.rule.definitions[name]
    told = f"{pattern} is no average over samples"
    sums = [factor for factor in Mul.make_args(value) if isinstance(factor, Sigma)]
    term, bound = unwrapped(sums[0]) if len(sums) == 1 else (S.Zero, [])
    samples = [index for index in bound if is_sample(index)]
    if len(samples) != 1:
        raise NoStream(told)
    number = _of_samples(answer.rule.definitions.expand(value / sums[0]), str(size_of(samples[0])))
    if number is None:
        raise NoStream(told)
    rest = [index for index in bound if index not in samples]
    return number * rename(Sigma(term, *rest) if rest else term, {samples[0]: answer.rule.sample})


def _of_samples(value: Expr, samples: str) -> Expr | None:
    """The number c of a value c/B or c/(B - 1)."""
    size = next((symbol for symbol in value.free_symbols if str(symbol) == samples), None)
    factors = (simplify(value * number) for number in (size, size - 1)) if size is not None and not value.has(Sigma) else ()
    return next((factor for factor in factors if factor.is_number), None)


def _with_what_they_need(filters: Mapping[Name, Expr], answer: Answer) -> dict[Name, Expr]:
    """The filters, and those of the averages in what they average.

    Raises:
        NoStream: something is needed that is no average, or that the rule does not take.
    """
    rule, found = answer.rule, dict(filters)
    waiting = list(found)
    while waiting:
        term = found[waiting.pop(0)]
        names = dependencies([term], rule.definitions.primitive(*found), rule.arguments)
        for name in (name for name in names if any(map(_over_samples, rule.definitions[name][1].atoms(Sigma)))):
            if name not in found:
                found[name] = _averaged(name, answer)
                waiting.append(name)
    names = dependencies(found.values(), rule.definitions.primitive(*found), rule.arguments)
    known = {*found, *rule.arguments, *rule.definitions, *rule.options, name_of(answer.problem.target)}
    for value in (*found.values(), *(rule.definitions[name][1] for name in names)):
        if (size := next((each for each in value.free_symbols if str(each) == rule.samples), None)) is not None:
            raise NoStream(f"what is averaged, {text(value, rule.notation)}, depends on the number of samples {size}")
        if lacking := sorted({str(name_of(entry)) for entry in value.atoms(Indexed)} - set(map(str, known))):
            raise NoStream(f"what is averaged needs {lacking[0]}, which the rule does not take")
    return found


def _over_samples(total: Sigma) -> bool:
    return is_sample(total.index)


def _zero_for_one(value: Expr, samples: str) -> Expr | None:
    """A divisor that is 0 for one sample, such as B - 1."""
    divisors = (part.base for part in value.atoms(Pow) if part.exp.is_negative)
    return next((each for each in divisors if each.subs({s: 1 for s in each.free_symbols if str(s) == samples}) == 0), None)


def _is_weighed(rule: Rule, weights: Mapping[Name, Expr]) -> bool:
    """Whether α is the weight w of one sample: a step is that of the sum over 1/w samples; else of their average.

    In a minibatch a term with 1/B and α^a is of the order B^(s - d - a), where s is 1 if it is summed over samples, and d the
    power of 1/B. On a stream 1/B is 1. So for α = w the terms keep their proportion where d - s is the same for all, and for
    α = 1 where s - d - a is.

    Raises:
        NoStream: neither is.
    """
    parts = presented(rule)
    rest = Add.make_args(expand(parts.pop(S.One, S.Zero)))
    terms = [(term, 0 if pre == rule.target else 1) for pre, part in parts.items() for term in Add.make_args(expand(part))]
    terms += [(term, int(any(map(_over_samples, term.atoms(Sigma))))) for term in rest if term != 0]
    layer = rule.definitions.primitive(*rule.statistics, *rule.arguments)
    found = [(s, *_powers(layer.expand(term), rule, weights)) for term, s in terms]
    if len({d - s for s, d, _ in found}) == 1:
        return True
    if len({s - d - a for s, d, a in found}) == 1:
        return False
    raise NoStream("some terms of the rule grow with the number of samples and others do not: write the loss as an average")


def _powers(term: Expr, rule: Rule, weights: Mapping[Name, Expr]) -> tuple[int, int]:
    """The powers of 1/B and of α that a term is a multiple of.

    Raises:
        NoStream: it is a multiple of none.
    """
    t = Dummy("t", positive=True)

    def scaled(expr: Expr) -> Expr:
        if isinstance(expr, (Indexed, Idx)) or not expr.args:
            return expr / t if str(expr) == rule.samples else expr * t if expr in weights else expr
        return expr.func(*(part if isinstance(part, Idx) else scaled(part) for part in expr.args))

    def power(expr: Expr) -> int:
        found = next((n for n in range(-4, 5) if expand(scaled(expr) - t**n * expr) == 0), None)
        if found is None:
            raise NoStream(f"{text(term, rule.notation)} is no multiple of a power of the number of samples")
        return found

    without = power(term.xreplace(dict.fromkeys(weights, S.One)))
    return without, power(term) - without


def _sum(term: Expr, sample: Idx) -> Expr:
    """The sum over a minibatch of one, its number outside."""
    number, rest = term.as_coeff_Mul()
    return number * Sigma(rest, sample)
