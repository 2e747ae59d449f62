"""What a statistic averages over samples: so what its running average, a slow filter, takes in from one of them."""

from __future__ import annotations

from sympy import Expr, Mul, S, simplify

from lvicreg.calculus import Sigma
from lvicreg.calculus.at_hand import unwrapped
from lvicreg.calculus.axes import is_sample, size_of
from lvicreg.calculus.definitions import Name
from lvicreg.calculus.indexed import rename

from .rule import Rule


class NoStream(ValueError):
    """The rule cannot take one sample at a time: why, and what to declare."""


def averaged(name: Name, rule: Rule) -> Expr:
    """What a statistic averages over samples, with ddof 0 or 1."""
    pattern, value = rule.definitions[name]
    told = f"{pattern} is no average over samples"
    sums = [factor for factor in Mul.make_args(value) if isinstance(factor, Sigma)]
    term, bound = unwrapped(sums[0]) if len(sums) == 1 else (S.Zero, [])
    samples = [index for index in bound if is_sample(index)]
    if len(samples) != 1:
        raise NoStream(told)
    number = of_samples(rule.definitions.expand(value / sums[0]), str(size_of(samples[0])))
    if number is None:
        raise NoStream(told)
    rest = [index for index in bound if index not in samples]
    return number * rename(Sigma(term, *rest) if rest else term, {samples[0]: rule.sample})


def of_samples(value: Expr, samples: str) -> Expr | None:
    """The number c of a value c/B or c/(B - 1)."""
    size = next((symbol for symbol in value.free_symbols if str(symbol) == samples), None)
    factors = (simplify(value * number) for number in (size, size - 1)) if size is not None and not value.has(Sigma) else ()
    return next((factor for factor in factors if factor.is_number), None)
