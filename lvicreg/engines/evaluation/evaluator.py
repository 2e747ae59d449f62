"""Evaluation by brute force in exact numbers, at concrete sizes.

This engine shares nothing with the canonicaliser or the symbolic derivative: sums are loops, derivatives are dual numbers,
expectations are sums over finite distributions that have the moments the law states. Values come from a ``Point``, and are
numbers of its kind: exact ones (``surds``), or balls that enclose them (``balls``).

An expression is read once, by one rule per kind of node (``code``), into functions that are then called at many places of many
points.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from functools import cache
from itertools import product

from sympy import Add, Expr, Idx, Indexed, Mul, NumberSymbol, Pow, Rational, S, Symbol

from lvicreg.calculus.definitions import Definitions, Name, indices_of, name_of
from lvicreg.calculus.differentiate import D
from lvicreg.calculus.indexed import Before, Comparison, Delta, Sigma, Symmetric
from lvicreg.calculus.operators import At, Mean

from .balls import CONSTANTS, Ball
from .distributions import outcomes
from .duals import Dual
from .elementwise import FUNCTIONS
from .points import Entry, Kind, Number, Point

Environment = Mapping[Idx, int]
Code = Callable[["Evaluator", Environment], Dual]


class Evaluator:
    """The exact value of expressions at one point."""

    def __init__(
        self, point: Point, definitions: Definitions, seed: Entry | None = None, fixed: Mapping[Entry, Number] | None = None
    ):
        self.point = point
        self.definitions = definitions
        self.seed = seed  # the entry whose slope is 1
        self.fixed = dict(fixed or {})  # entries whose value differs from the point's
        self._known: dict[Entry, Dual] = {}

    def value(self, expr: Expr, at: Environment | None = None) -> Number:
        """The value of ``expr``, its free indices read from ``at``."""
        return self.dual(S(expr), at or {}).value

    def dual(self, expr: Expr, at: Environment) -> Dual:
        """Value and slope of an expression."""
        return code(expr, self.point.number)(self, at)

    def length(self, index: Idx) -> int:
        """The number of values of an index at this point's sizes."""
        if index not in self.point.lengths:
            lower, upper = index.args[1].args
            length = self.value(upper - lower + 1).rational()
            if lower != 0 or length.denominator != 1:
                raise ValueError(
                    f"{index} runs from {lower} over {length} values: let it run from 0, over sizes that are given"
                )
            self.point.lengths[index] = length.numerator
        return self.point.lengths[index]

    def entry(self, expr: Expr, name: Name, entry: Entry) -> Dual:
        """The value and slope of an entry of a named quantity, computed once."""
        if entry not in self._known:
            self._known[entry] = self._entry(expr, name, entry)
        return self._known[entry]

    def _entry(self, expr: Expr, name: Name, entry: Entry) -> Dual:
        slope = self.point.number(1) if entry == self.seed else None
        fixed = self.fixed.get(entry)
        if fixed is not None:
            return Dual(fixed, slope)
        if name in self.definitions:
            pattern, meaning = self.definitions[name]
            known = self.dual(meaning, dict(zip(indices_of(pattern), entry[1], strict=True)))
            return Dual(known.value, slope) if slope else known
        if expr.is_integer and entry not in self.point.values:
            raise ValueError(f"{name} is a whole number, as a size is, and not among the sizes: {self.point}")
        return Dual(self.point.primitive(*entry, bool(expr.is_positive), bool(expr.is_nonnegative)), slope)

    def met(self, expr: Expr, value: Dual) -> bool:
        """Whether what stands in a gate is more than 0, which is noted."""
        more = value.value.sign() > 0
        self.point.gates.setdefault(expr, set()).add(more)
        return more


@cache
def code(expr: Expr, kind: Kind) -> Code:
    """An expression as a function of an evaluator and of the values of its free indices: one rule per kind of node."""
    zero = Dual(kind(0))
    match expr:
        case Rational():
            fraction = Fraction(int(expr.p), int(expr.q))
            if kind is Ball:  # of which there is another one in another precision
                return lambda run, at: Dual(Ball(fraction))
            number = Dual(kind(fraction))
            return lambda run, at: number
        case NumberSymbol() if kind is Ball and expr in CONSTANTS:
            enclosed = CONSTANTS[expr]
            return lambda run, at: Dual(Ball(enclosed()))
        case Add():
            terms = [code(term, kind) for term in expr.args]
            return lambda run, at: _sum((term(run, at) for term in terms), zero)
        case Mul():
            return _product(expr, kind)
        case Pow():
            return _power(expr, kind)
        case Sigma(term=summand, index=index):
            term = code(summand, kind)
            return lambda run, at: _sum((term(run, {**at, index: n}) for n in range(run.length(index))), zero)
        case Delta():
            first, second = expr.args
            same = Dual(kind(1))
            return lambda run, at: same if at[first] == at[second] else zero
        case Before():
            lower, upper = expr.args
            less = Dual(kind(1))
            return lambda run, at: less if at[lower] < at[upper] else zero
        case Indexed() | Symbol():
            return _named(expr)
        case D() | Mean() | At():
            return _operation(expr, kind)
    (inside,) = (code(argument, kind) for argument in expr.args) if len(expr.args) == 1 else [None]
    rule = FUNCTIONS[kind].get(expr.func)
    if rule is None or inside is None:
        raise TypeError(f"the {kind.__name__.lower()}s of this engine have no rule for {type(expr).__name__}")
    return lambda run, at: rule(run, expr, inside(run, at))


def _product(expr: Mul, kind: Kind) -> Code:
    # Comparisons first: where one is 0 the rest need not be defined
    factors = [code(factor, kind) for factor in sorted(expr.args, key=lambda part: not part.has(Comparison))]
    one = Dual(kind(1))

    def product_of(run: Evaluator, at: Environment) -> Dual:
        result = one
        for factor in factors:
            result = result * factor(run, at)
            if not result.value and not result.derivative:
                return result
        return result

    return product_of


def _named(expr: Expr) -> Code:
    name, indices = name_of(expr), indices_of(expr)
    text, symmetric = str(name), isinstance(name, Symmetric)

    def value(run: Evaluator, at: Environment) -> Dual:
        places = tuple([at[index] for index in indices])
        return run.entry(expr, name, (text, tuple(sorted(places)) if symmetric else places))

    return value


def _operation(expr: Expr, kind: Kind) -> Code:
    inside = code(expr.args[0], kind)
    match expr:
        case D(args=(_, target)):
            text, indices = str(name_of(target)), indices_of(target)

            def carried_out(run: Evaluator, at: Environment) -> Dual:
                seed = text, tuple(at[index] for index in indices)
                return Dual(inside(Evaluator(run.point, run.definitions, seed, run.fixed), at).slope)

        case Mean(args=(_, law)):

            def carried_out(run: Evaluator, at: Environment) -> Dual:
                total = kind(0)
                for weight, values in outcomes(law, run.point):
                    total = (
                        total + weight * inside(Evaluator(run.point, run.definitions, None, {**run.fixed, **values}), at).value
                    )
                return Dual(total)

        case At(args=(_, quantity, placed)):
            text, indices, there = str(name_of(quantity)), indices_of(quantity), code(placed, kind)

            def carried_out(run: Evaluator, at: Environment) -> Dual:
                fixed = dict(run.fixed)
                for places in product(*(range(run.length(index)) for index in indices)):
                    fixed[text, places] = there(run, {**at, **dict(zip(indices, places, strict=True))}).value
                return inside(Evaluator(run.point, run.definitions, None, fixed), at)

    def outside_derivatives(run: Evaluator, at: Environment) -> Dual:
        if run.seed:
            raise TypeError(
                f"the exact engine differentiates plain expressions; carry out {type(expr).__name__} after D, not inside it"
            )
        return carried_out(run, at)

    return outside_derivatives


def _power(expr: Pow, kind: Kind) -> Code:
    exponent, base = expr.exp, code(expr.base, kind)
    if not isinstance(exponent, Rational) or exponent.q > 2:
        return _refusing(TypeError(f"the exact engine raises to integers and halves, not to {exponent}"))
    root, times = exponent.q == 2, abs(int(exponent.p))
    gate = expr.base.base if root and isinstance(expr.base, Pow) else None  # |v| is v on one side, and −v on the other
    inside = code(gate, kind) if gate is not None else None

    def power(run: Evaluator, at: Environment) -> Dual:
        if inside:
            run.met(gate, inside(run, at))
        value = base(run, at)
        if root:
            if run.seed is not None and not value.value:
                raise ZeroDivisionError("the root of 0 has no slope")
            value = value.sqrt()
        if exponent < 0:
            value = value.inverse()
        result = value
        for _ in range(times - 1):
            result = result * value
        return result

    return power


def _refusing(problem: Exception) -> Code:
    def refuse(run: Evaluator, at: Environment) -> Dual:
        raise problem

    return refuse


def _sum(parts: Iterable[Dual], zero: Dual) -> Dual:
    total = zero
    for part in parts:
        total = total + part
    return total
