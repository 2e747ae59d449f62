"""Evaluation by brute force in exact numbers, at concrete sizes.

This engine shares nothing with the canonicaliser or the symbolic derivative: sums are loops, derivatives are dual numbers,
expectations are sums over finite distributions that have the moments the law states. Values come from a ``Point``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from itertools import product

from sympy import Add, Expr, Idx, Indexed, Integer, Mul, Pow, Rational, S, Symbol, log

from lvicreg.calculus.definitions import Definitions, indices_of, name_of
from lvicreg.calculus.differentiate import D
from lvicreg.calculus.expectation import Law
from lvicreg.calculus.functions import H, StopGradient, f, f_prime, relu
from lvicreg.calculus.indexed import Delta, Sigma, Symmetric
from lvicreg.calculus.operators import At, Mean

from .distributions import outcomes
from .points import Entry, Point
from .surds import ONE, ZERO, Dual, Surd

Environment = Mapping[Idx, int]


class Evaluator:
    """The exact value of expressions at one point."""

    def __init__(
        self, point: Point, definitions: Definitions, seed: Entry | None = None, fixed: Mapping[Entry, Surd] | None = None
    ):
        self.point = point
        self.definitions = definitions
        self.seed = seed  # the entry whose slope is 1
        self.fixed = dict(fixed or {})  # entries whose value differs from the point's
        self._known: dict[Entry, Dual] = {}

    def value(self, expr: Expr, at: Environment | None = None) -> Surd:
        """The value of ``expr``, its free indices read from ``at``."""
        return self.dual(S(expr), at or {}).value

    def length(self, index: Idx) -> int:
        """The number of values of an index at this point's sizes."""
        lower, upper = index.args[1].args
        length = self.value(upper - lower + 1).rational()
        if lower != 0 or length.denominator != 1:
            raise ValueError(f"{index} runs from {lower} over {length} values: let it run from 0, over sizes that are given")
        return int(length)

    def dual(self, expr: Expr, at: Environment) -> Dual:
        """Value and slope of an expression: one rule per kind of node."""

        def of(part: Expr) -> Dual:
            return self.dual(part, at)

        if self.seed and isinstance(expr, (D, Mean, At)):
            raise TypeError(
                f"the exact engine differentiates plain expressions; carry out {type(expr).__name__} after D, not inside it"
            )
        match expr:
            case Rational():
                return Dual(Surd(Fraction(int(expr.p), int(expr.q))))
            case Add():
                return _sum(of(term) for term in expr.args)
            case Mul():
                return self._product(expr, at)
            case Pow(base=base, exp=exponent):
                if isinstance(base, Pow) and exponent.q == 2:
                    self._meet(base.base, of(base.base))  # |v| is v on one side, and −v on the other
                return _power(of(base), exponent, differentiating=self.seed is not None)
            case Sigma(term=term, index=index):
                return _sum(self.dual(term, {**at, index: n}) for n in range(self.length(index)))
            case Delta():
                first, second = (at[index] for index in expr.args)
                return Dual(ONE if first == second else ZERO)
            case Indexed() | Symbol():
                return self._named(expr, at)
            case D():
                loss, target = expr.args
                entry = (str(name_of(target)), tuple(at[index] for index in indices_of(target)))
                return Dual(Evaluator(self.point, self.definitions, entry, self.fixed).dual(loss, at).slope)
            case Mean():
                term, law = expr.args
                return self._mean(term, law, at)
            case At():
                return Evaluator(self.point, self.definitions, None, self._placed(expr, at)).dual(expr.args[0], at)
        (argument,) = map(of, expr.args)
        match expr:
            case StopGradient():
                return argument.constant()
            case H():
                return self._step(expr, argument)
            case relu():
                return argument * self._step(expr, argument)
            case f():
                slope = self.point.table("f_prime", argument.value)
                return Dual(self.point.table("f", argument.value), slope * argument.slope)
            case f_prime():
                if argument.slope.terms:
                    raise TypeError("no derivative is known for f_prime")
                return Dual(self.point.table("f_prime", argument.value))
            case log():  # an arbitrary function whose slope is 1/v
                return Dual(self.point.table("log", argument.value), argument.value.inverse() * argument.slope)
        raise TypeError(f"the exact engine has no rule for {type(expr).__name__}")

    def _step(self, gate: Expr, argument: Dual) -> Dual:
        return Dual(ONE if self._meet(gate.args[0], argument) else ZERO)

    def _meet(self, expr: Expr, value: Dual) -> bool:
        """Whether it is more than 0, which is noted."""
        more = value.value.sign() > 0
        self.point.gates.setdefault(expr, set()).add(more)
        return more

    def _product(self, expr: Mul, at: Environment) -> Dual:
        # Deltas first: where one is 0 the rest need not be defined
        result = Dual(ONE)
        for factor in sorted(expr.args, key=lambda part: not part.has(Delta)):
            result = result * self.dual(factor, at)
            if not result.value.terms and not result.slope.terms:
                return result
        return result

    def _named(self, expr: Expr, at: Environment) -> Dual:
        name, indices = name_of(expr), tuple(at[index] for index in indices_of(expr))
        if isinstance(name, Symmetric):
            indices = tuple(sorted(indices))
        entry = (str(name), indices)
        if entry not in self._known:
            slope = ONE if entry == self.seed else ZERO
            fixed = self.fixed.get(entry)
            if fixed is not None:
                self._known[entry] = Dual(fixed, slope)
            elif name in self.definitions:
                pattern, meaning = self.definitions[name]
                known = self.dual(meaning, dict(zip(indices_of(pattern), indices, strict=True)))
                self._known[entry] = Dual(known.value, ONE) if entry == self.seed else known
            else:
                if expr.is_integer and entry not in self.point.values:
                    raise ValueError(f"{name} is a whole number, as a size is, and not among the sizes: {self.point}")
                value = self.point.primitive(*entry, bool(expr.is_positive), bool(expr.is_nonnegative))
                self._known[entry] = Dual(value, slope)
        return self._known[entry]

    def _placed(self, expr: At, at: Environment) -> dict[Entry, Surd]:
        """The fixed entries, together with those to which ``At`` gives a value."""
        _, quantity, value = expr.args
        indices, placed = indices_of(quantity), dict(self.fixed)
        for places in product(*(range(self.length(index)) for index in indices)):
            placed[str(name_of(quantity)), places] = self.value(value, {**at, **dict(zip(indices, places, strict=True))})
        return placed

    def _mean(self, term: Expr, law: Law, at: Environment) -> Dual:
        total = ZERO
        for weight, values in outcomes(law, self.point):
            inside = Evaluator(self.point, self.definitions, None, {**self.fixed, **values})
            total = total + weight * inside.dual(term, at).value
        return Dual(total)


def _sum(parts: Iterable[Dual]) -> Dual:
    total = Dual(ZERO)
    for part in parts:
        total = total + part
    return total


def _power(base: Dual, exponent: Expr, differentiating: bool) -> Dual:
    if not isinstance(exponent, Rational) or exponent.q > 2:
        raise TypeError(f"the exact engine raises to integers and halves, not to {exponent}")
    if not isinstance(exponent, Integer):
        if differentiating and not base.value.terms:
            raise ZeroDivisionError("the root of 0 has no slope")
        base, exponent = base.sqrt(), 2 * exponent
    if exponent < 0:
        base, exponent = base.inverse(), -exponent
    result = Dual(ONE)
    for _ in range(int(exponent)):
        result = result * base
    return result
