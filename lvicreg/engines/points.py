"""Points: concrete sizes, and an exact value for every primitive quantity, drawn when first asked for.

The activation function is a table of random values and slopes, one pair for each argument met: as arbitrary as ``f``.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from fractions import Fraction

from sympy import Expr

from lvicreg.calculus.expectation import Law

from .surds import ZERO, Surd

Entry = tuple[str, tuple[int, ...]]

ZEROS = 1 / 8  # the share of zeros at a point that has some


class Point:
    """Sizes such as ``{"N": 2, "M": 3, "B": 4}`` and random rationals, array entries of the order of ``scale``.

    With ``zeros`` a symbol of which no more is known than that it is not negative is 0, and one array entry in eight that
    may be.
    """

    def __init__(self, sizes: Mapping[str, int], scale: Fraction = Fraction(1), seed: int = 0, zeros: bool = False) -> None:
        self.sizes = dict(sizes)
        self.scale = scale
        self.zeros = zeros
        self.random = random.Random(f"{seed} {sorted(self.sizes.items())} {scale}")
        self.values: dict[Entry, Surd] = {(name, ()): Surd(size) for name, size in self.sizes.items()}
        self.distributions: dict[Law, list[tuple[Surd, dict[Entry, Surd]]]] = {}
        self.gates: dict[Expr, set[bool]] = {}  # what stands in a step, a hinge or |·|: was it more than 0, or not
        self._tables: dict[tuple[str, Surd], Surd] = {}

    def draw(self, positive: bool = False, scale: Fraction = Fraction(1)) -> Surd:
        """A random rational of the order of ``scale``, not zero."""
        number = Fraction(self.random.randint(1, 9), self.random.randint(1, 4)) * scale
        return Surd(number if positive or self.random.random() < 0.5 else -number)

    def primitive(self, name: str, indices: tuple[int, ...], positive: bool, nonnegative: bool) -> Surd:
        """The value of an entry without a definition."""
        if (name, indices) not in self.values:
            value = self.draw(positive or nonnegative, self.scale if indices else Fraction(1))
            if self.zeros and not positive and (self.random.random() < ZEROS if indices else nonnegative):
                value = ZERO
            self.values[name, indices] = value
        return self.values[name, indices]

    def table(self, function: str, argument: Surd) -> Surd:
        """The value of an arbitrary function at an argument."""
        if (function, argument) not in self._tables:
            self._tables[function, argument] = self.draw(scale=self.scale)
        return self._tables[function, argument]

    def __str__(self) -> str:
        return (
            ", ".join(f"{name} = {size}" for name, size in sorted(self.sizes.items()))
            + f", entries of order {self.scale}"
            + ", some 0" * self.zeros
        )
