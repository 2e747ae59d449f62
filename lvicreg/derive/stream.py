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

from sympy import Expr, Idx, Indexed, Symbol

from lvicreg.calculus import Sigma
from lvicreg.calculus.definitions import Name, indices_of, name_of
from lvicreg.calculus.notation import text
from lvicreg.codegen.arrays import code
from lvicreg.codegen.averages import NoStream, averaged, of_samples
from lvicreg.codegen.docstring import quoted, shape_of
from lvicreg.codegen.emit import dependencies, sizes, statement
from lvicreg.codegen.names import axes_by_name

from .answer import Answer
from .filters import check_one_sample, is_weighed, with_what_they_need

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
            if (number := of_samples(rule.definitions[name][1], rule.samples)) is not None:
                weights[name] = number
            else:
                filters[name] = averaged(name, rule)
        if not filters:
            raise NoStream("no statistic is declared that a filter could give")
        check_one_sample(answer)
        return cls(answer, with_what_they_need(filters, answer), weights, is_weighed(rule, weights))

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


def _sum(term: Expr, sample: Idx) -> Expr:
    """The sum over a minibatch of one, its number outside."""
    number, rest = term.as_coeff_Mul()
    return number * Sigma(rest, sample)
