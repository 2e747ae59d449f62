"""The rule on a stream: one sample at a time, its statistics from slow filters.

A statistic that is an average over samples, ``mean_i = Σ_b z_ib / B`` or ``var_i = α Σ_b u_ib²``, has a filter: the running
average of what it averages. The step follows from the statistic's meaning, and nobody writes it by hand. The rule reads the
statistics as they were before the sample. A number that weighs samples, such as ``α``, becomes the weight of one of them.
"""

from __future__ import annotations

import textwrap

from sympy import Expr, Idx, Indexed, IndexedBase, Mul, simplify

from lvicreg.calculus import Sigma
from lvicreg.calculus.axes import is_sample, size_of
from lvicreg.calculus.definitions import Name, indices_of, name_of
from lvicreg.calculus.indexed import rename
from lvicreg.calculus.notation import text
from lvicreg.codegen.arrays import code
from lvicreg.codegen.docstring import quoted, shape_of
from lvicreg.codegen.emit import dependencies, statement
from lvicreg.codegen.names import axes_by_name

from .answer import Answer

STREAM = '''\
{head}"""`{name}` on a stream: one sample at a time, its statistics from slow filters of weight w.

The rule reads the statistics as they were before the sample; then they take it in:

{filters}
"""

from typing import Any, NamedTuple

from array_api_compat import array_namespace

from rule import {name}


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


def averaged(statistic: Name, answer: Answer) -> Expr | None:
    """What a statistic averages over samples, with ddof 0 or 1; None for one that is no average, such as a sum."""
    _, value = answer.layer[statistic]
    sums = [factor for factor in Mul.make_args(value) if isinstance(factor, Sigma)]
    if len(sums) != 1 or not is_sample(sums[0].index):
        return None
    coefficient, samples = answer.layer.expand(value / sums[0]), size_of(sums[0].index)
    factors = (simplify(coefficient * number) for number in (samples, samples - 1))
    number = next((factor for factor in factors if factor.is_number), None)
    return None if number is None else number * rename(sums[0].term, {sums[0].index: answer.rule.sample})


def has_stream(answer: Answer) -> bool:
    """Whether all its statistics have filters."""
    arrays = [name for name in answer.problem.statistics if isinstance(name, IndexedBase)]
    return bool(arrays) and all(averaged(name, answer) is not None for name in arrays)


def stream(answer: Answer, head: str) -> str:
    """The text of ``stream.py``."""
    rule, target = answer.rule, str(name_of(answer.problem.target))
    layer = rule.definitions
    statistics = [name for name in rule.statistics if isinstance(name, IndexedBase)]
    each = {name: averaged(name, answer) for name in statistics}
    sums = {name: _sum(term, rule.sample) for name, term in each.items() if term is not None}
    names = dependencies(sums.values(), layer.primitive(*rule.statistics), rule.arguments)
    needed = {name_of(part) for value in (*sums.values(), *(layer[name][1] for name in names)) for part in value.atoms(Indexed)}
    given = [name for name in rule.arguments if str(name) != target]
    samples = {name for name in given if [*map(str, axes_by_name(rule)[name])][:1] == [rule.samples]}
    lifts = [name for name in given if name in samples & needed]
    columns = {name for name in lifts if shape_of(name, rule) == rule.samples}
    lines = [f"{name} = {name}[{'None, None' if name in columns else 'None, :'}]" for name in lifts]
    lines += [f"{name} = state.{name}" for name in statistics]
    lines += [statement(name, layer) for name in names]
    weights = [f"{name}=weight" for name in rule.statistics if name not in statistics]
    passed = [f"state.{name}" if str(name) == target else str(name) for name in rule.arguments]
    passed += [f"{name}=state.{name}" for name in statistics] + weights + [f"{name}={name}" for name in rule.options]
    kept = [f"(1 - weight) * {name} + weight * {code(total, indices_of(layer[name][0]))}," for name, total in sums.items()]
    shown = [_filter(name, each[name], answer) for name in statistics]
    return STREAM.format(
        head=head,
        name=rule.name,
        filters=quoted("\n".join(shown)),
        fields=textwrap.indent("\n".join(_fields(answer, statistics)), "    "),
        taken=", ".join(f"{name}: Any" for name in given),
        options="".join(f", {name}: float = {float(value)!r}" for name, value in answer.problem.options.items()),
        listed=", ".join(map(str, given)),
        passed=", ".join(passed),
        first=given[0],
        lifted=textwrap.indent("\n".join(lines), "    "),
        target=target,
        averages=textwrap.indent("\n".join(kept), " " * 8),
    )


def _sum(term: Expr, sample: Idx) -> Expr:
    """The sum over a minibatch of one, its number outside."""
    number, rest = term.as_coeff_Mul()
    return number * Sigma(rest, sample)


def _filter(name: IndexedBase, term: Expr | None, answer: Answer) -> str:
    """``mean_i ← (1 - w) mean_i + w z_i``, in one line of text."""
    pattern, _ = answer.layer[name]
    kept, taken = (text(expr, answer.rule.notation) for expr in (pattern, term))
    return f"    {kept} ← (1 - w) {kept} + w {taken}"


def _fields(answer: Answer, statistics: list[IndexedBase]) -> list[str]:
    shapes = {name: shape_of(name, answer.rule) for name in (name_of(answer.problem.target), *statistics)}
    return [f"{name}: Any  # ({', '.join(shape)}{',' * (len(shape) == 1)})" for name, shape in shapes.items()]
