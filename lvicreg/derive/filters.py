"""Which filters the statistics of a rule have, and whether it can take one sample at a time.

It can where it takes nothing from a minibatch but its sum over samples, and where its terms keep their proportion. ``NoStream``
says what stands in the way.
"""

from __future__ import annotations

from collections.abc import Mapping

from sympy import Add, Dummy, Expr, Idx, Indexed, Pow, S, expand

from lvicreg.calculus import Sigma
from lvicreg.calculus.axes import is_sample
from lvicreg.calculus.definitions import Name
from lvicreg.calculus.notation import text
from lvicreg.codegen.averages import NoStream, averaged
from lvicreg.codegen.emit import dependencies
from lvicreg.codegen.equation import presented
from lvicreg.codegen.rule import Rule

from .answer import Answer


def check_one_sample(answer: Answer) -> None:
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


def with_what_they_need(filters: Mapping[Name, Expr], answer: Answer) -> dict[Name, Expr]:
    """The filters, and those of the averages in what they average.

    Raises:
        NoStream: something is needed that is no average, or an average depends on the number of samples.
    """
    rule, found = answer.rule, dict(filters)
    waiting = list(found)
    while waiting:
        term = found[waiting.pop(0)]
        names = dependencies([term], rule.definitions.primitive(*found), rule.arguments)
        for name in (name for name in names if any(map(_over_samples, rule.definitions[name][1].atoms(Sigma)))):
            if name not in found:
                found[name] = averaged(name, rule)
                waiting.append(name)
    names = dependencies(found.values(), rule.definitions.primitive(*found), rule.arguments)
    for value in (*found.values(), *(rule.definitions[name][1] for name in names)):
        if (size := next((each for each in value.free_symbols if str(each) == rule.samples), None)) is not None:
            raise NoStream(f"what is averaged, {text(value, rule.notation)}, depends on the number of samples {size}")
    return found


def _over_samples(total: Sigma) -> bool:
    return is_sample(total.index)


def _zero_for_one(value: Expr, samples: str) -> Expr | None:
    """A divisor that is 0 for one sample, such as B - 1."""
    divisors = (part.base for part in value.atoms(Pow) if part.exp.is_negative)
    return next((each for each in divisors if each.subs({s: 1 for s in each.free_symbols if str(s) == samples}) == 0), None)


def is_weighed(rule: Rule, weights: Mapping[Name, Expr]) -> bool:
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
