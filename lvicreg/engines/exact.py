"""Equations evaluated in exact numbers at concrete sizes, no tolerance: engine *dual numbers*.

It shares no code with the normal form or the symbolic derivative (``evaluator``); it does share the nodes themselves, and what
SymPy makes of an expression when it is built. It sees the sizes and points that it is given and no others.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import ClassVar

from sympy import Expr, Idx, Indexed, Symbol, log

from lvicreg.calculus import D, H, Mean, relu
from lvicreg.calculus.axes import size_of
from lvicreg.calculus.indexed import free_indices

from .equation import Equation
from .evaluation.distributions import check_moments, outcomes
from .evaluation.evaluator import Evaluator
from .evaluation.points import Kind, Number, Point
from .evaluation.surds import Surd
from .evidence import Contradiction


@dataclass(frozen=True)
class Exact:
    """Equations of which these hold, and those fail, for small and for large values.

    At each point at values of the free indices among which every pattern of coincidences occurs that the sizes allow, and
    ``entries`` others.
    What stands inside a hinge or a step matters only where it decides between 0 and 1: there, at one entry of each of
    ``hinged`` more points, with values of the order of thresholds and less, at half of these with zeros. Without a gate, but
    with a quantity such as ``ε`` that is not negative and may be 0, at ``edges`` more points, all with zeros.
    """

    holds: tuple[Equation, ...]
    fails: tuple[Equation, ...] = ()
    kind: ClassVar[str] = "exact"
    engine: ClassVar[str] = "dual numbers"
    number: ClassVar[Kind] = Surd
    scales: ClassVar[tuple[Fraction, ...]] = (Fraction(1, 8), Fraction(4))
    entries: ClassVar[int] = 4
    equal: ClassVar[str] = "equal"
    hinged: ClassVar[int] = 128
    edges: ClassVar[int] = 8

    def run(self) -> str:
        """Raises ``Contradiction`` where an equation is not what it is to be, or where both sides are 0 everywhere."""
        evaluated = sum(map(self._verified, self.holds))
        found = [self._counterexample(equation) for equation in self.fails]
        return "; ".join([f"{self.equal} at {evaluated} entries"] * bool(evaluated) + found)

    def _verified(self, equation: Equation) -> int:
        """The number of entries at which both sides were found equal, not all of them zero."""
        evaluated = 0
        for seed in range(10):
            vacuous = equation.right != 0
            for where, left, right in self.values(equation, seed):
                if self.differ(left, right):
                    raise Contradiction(f"{left} ≠ {right} at {where}: {equation.left} = {equation.right}")
                self.decide(left, right)
                evaluated += 1
                vacuous = vacuous and not self.differ(left, self.number(0))
            if not vacuous:
                return evaluated
        raise Contradiction(f"both sides are 0 wherever evaluated: {equation.left} = {equation.right}")

    def _counterexample(self, equation: Equation) -> str:
        for where, left, right in self.values(equation, seed=0):
            if self.differ(left, right):
                return f"{left} ≠ {right} at {where}"
        raise Contradiction(f"was to fail, but no counterexample was found: {equation.left} = {equation.right}")

    def differ(self, left: Number, right: Number) -> bool:
        """Whether two numbers are not the same."""
        return bool(left != right)

    def decide(self, left: Number, right: Number) -> None:
        """Raise ``Contradiction`` where it is not known that two numbers are the same, though they do not differ."""

    def refuse(self, meanings: Sequence[Expr], equation: Equation) -> None:
        """Raise ``TypeError`` for what these numbers have no value for."""
        if any(map(depends_on_a_logarithm, meanings)):
            raise TypeError("the exact engine knows the slope of a logarithm, not its value: compare derivatives")

    def values(self, equation: Equation, seed: int) -> Iterator[tuple[str, Number, Number]]:
        """Both sides at several points, each at a few values of the free indices."""
        sides = equation.left, equation.right
        meanings = [equation.definitions.expand(side) for side in sides]
        self.refuse(meanings, equation)
        indices = sorted(free_indices(equation.left) | free_indices(equation.right), key=str)
        means = set().union(*(side.atoms(Mean) for side in meanings))
        for mean in means:
            check_moments(mean.args[0], mean.args[1], equation.definitions)
        scales = self.scales[-1:] if means else self.scales  # a mean is of a polynomial, the same on every scale
        points = [Point(sizes, scale, seed, number=self.number) for sizes, scale in product(equation.sizes, scales)]
        gated = any(side.has(H, relu) for side in meanings)
        further = [
            Point(equation.sizes[0], Fraction(1, 2 ** (more % 4)), seed + more, more % 8 > 3 or not gated, self.number)
            for more in range(self.hinged if gated else self.edges if any(map(_may_be_zero, meanings)) else 0)
        ]
        skipped = 0
        for number, point in enumerate(points + further):
            for mean in means:
                outcomes(mean.args[1], point)  # the law fixes its parameters before either side is evaluated
            evaluator = Evaluator(point, equation.definitions)
            places = self._places(indices, [evaluator.length(index) for index in indices])
            extra = number >= len(points)
            for place in [places[number % len(places)]] if extra else places:
                at = dict(zip(indices, place, strict=True))
                try:
                    left, right = (evaluator.value(side, at) for side in sides)
                except ZeroDivisionError:
                    if not extra:
                        raise
                    skipped += 1  # a unit that is constant, or inactive: among many points some are not in the claim's domain
                    continue
                yield f"{point}, {at}", left, right
        if "symbolic" not in equation.engines:  # which would see both cases
            _both_ways(points + further)
        if 2 * skipped > self.hinged:
            raise Contradiction(f"undefined at {skipped} of {self.hinged} points: {equation.left} = {equation.right}")

    def _places(self, indices: list[Idx], lengths: list[int]) -> list[tuple[int, ...]]:
        """Values of the indices: one for each way in which some of the same range coincide, and a few more."""
        places = list(product(*map(range, lengths)))
        random.Random(0).shuffle(places)
        sizes = [size_of(index) for index in indices]
        patterns = {}
        for place in reversed(places):
            at = list(zip(sizes, place, strict=True))
            patterns[tuple(map(at.index, at))] = place
        return list(dict.fromkeys([*patterns.values(), *places[: self.entries]]))


def _both_ways(points: list[Point]) -> None:
    """Raises ``Contradiction`` where what stands in a step or a hinge is more than 0 at all points, or at none."""
    for gate in set().union(*(point.gates for point in points)):
        if len(met := set().union(*(point.gates.get(gate, ()) for point in points))) < 2:
            raise Contradiction(f"{gate} is {'' if met == {True} else 'not '}more than 0 wherever evaluated")


def _may_be_zero(expr: Expr) -> bool:
    """Whether there is a quantity in it, such as ``ε``, that is not negative and may be 0."""
    return any(quantity.is_nonnegative and not quantity.is_positive for quantity in expr.atoms(Symbol, Indexed))


def depends_on_a_logarithm(expr: Expr) -> bool:
    """Whether the value of a logarithm, and not only its slope, is asked for."""
    return isinstance(expr, log) or (not isinstance(expr, D) and any(map(depends_on_a_logarithm, expr.args)))
