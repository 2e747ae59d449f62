"""Equations between values of functions such as ``exp`` and ``tanh``, enclosed in balls at concrete sizes: engine *arb*.

It refutes an equation by two balls that are disjoint, and confirms one to the width of those that overlap, which is stated:
never exactly. The points are those of the exact engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

from sympy import Expr, NumberSymbol, log

from lvicreg.calculus import Mean, f, f_prime, f_second

from .equation import Equation
from .evaluation.balls import SERIES, Ball, Undecided, in_precision
from .evaluation.points import Kind, Number
from .exact import Exact, depends_on_a_logarithm

PRECISIONS = 256, 1024, 4096, 16384  # bits: as many as it takes
WIDTH = 1e-50  # of a ball, relative to the larger side or to 1
TRANSCENDENTAL = tuple(function for function in SERIES if function not in (f, f_prime, f_second, log))


@dataclass(frozen=True)
class Enclosed(Exact):
    """Equations of which these hold to within ``WIDTH``, and those fail, as of ``Exact``."""

    kind: ClassVar[str] = "enclosure"
    engine: ClassVar[str] = "arb"
    number: ClassVar[Kind] = Ball
    equal: ClassVar[str] = f"equal to {WIDTH:.0e} of the larger side"

    def run(self) -> str:
        """Raises ``Contradiction`` where an equation is not what it is to be, ``Undecided`` where balls stay too wide."""
        for bits in PRECISIONS[:-1]:
            try:
                with in_precision(bits):
                    return super().run()
            except Undecided:
                continue
        with in_precision(PRECISIONS[-1]):
            return super().run()

    def differ(self, left: Number, right: Number) -> bool:
        """Whether two balls are disjoint."""
        return not left.overlaps(right)

    def decide(self, left: Number, right: Number) -> None:
        """Raise ``Undecided`` where two balls that overlap are wide."""
        if (width := (left - right).radius) > WIDTH * max(1.0, abs(float(left)), abs(float(right))):
            raise Undecided(f"{left} and {right} are known to {width:.0e} only")

    def refuse(self, meanings: Sequence[Expr], equation: Equation) -> None:
        """Raise ``TypeError`` for means, of which laws state moments, and for ``f`` where it is tanh and nothing else."""
        if "symbolic" not in equation.engines and any(expr.has(f, f_prime, f_second) for expr in meanings):
            raise TypeError("f is tanh here, and an equation for an arbitrary f needs another engine too")
        if any(expr.has(Mean) for expr in meanings):
            raise TypeError("a law states moments, and functions that are no polynomials have others: compare without Mean")


def evaluating(equation: Equation) -> type[Exact]:
    """The engine whose numbers an equation is evaluated in: exact ones, unless values of functions are asked for."""
    sides = (equation.definitions.expand(side) for side in (equation.left, equation.right))
    return Enclosed if any(map(_is_transcendental, sides)) else Exact


@cache
def _is_transcendental(expr: Expr) -> bool:
    return expr.has(*TRANSCENDENTAL, NumberSymbol) or depends_on_a_logarithm(expr)
