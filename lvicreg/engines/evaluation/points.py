"""Points: concrete sizes, and a rational value for every primitive quantity, drawn when first asked for.

The activation function is a table of random values and slopes, one pair for each argument met: as arbitrary as ``f``.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, TypeAlias

from sympy import Expr, Idx

from lvicreg.calculus.expectation import Law

from .surds import Surd

Number: TypeAlias = Any  # of one kind, a Surd or a Ball
Kind: TypeAlias = Any  # the class of numbers, Surd or Ball
Entry = tuple[str, tuple[int, ...]]

ZEROS = 1 / 8  # the share of zeros at a point that has some


class Point:
    """Sizes such as ``{"N": 2, "M": 3, "B": 4}`` and random rationals, array entries of the order of ``scale``.

    Numbers are exact, or enclosed in balls. With ``zeros`` a symbol of which no more is known than that it is not negative is
    0, and one array entry in eight that may be.
    """

    def __init__(
        self,
        sizes: Mapping[str, int],
        scale: Fraction = Fraction(1),
        seed: int = 0,
        zeros: bool = False,
        number: Kind = Surd,
    ) -> None:
        self.number = number
        self.sizes = dict(sizes)
        self.scale = scale
        self.zeros = zeros
        self.random = random.Random(f"{seed} {sorted(self.sizes.items())} {scale}")
        self.values: dict[Entry, Number] = {(name, ()): number(size) for name, size in self.sizes.items()}
        self.distributions: dict[Law, list[tuple[Number, dict[Entry, Number]]]] = {}
        self.lengths: dict[Idx, int] = {}  # of the ranges of indices
        self.gates: dict[Expr, set[bool]] = {}  # what stands in a step, a hinge or |·|: was it more than 0, or not
        self._tables: dict[tuple[str, Number], Number] = {}

    def draw(self, positive: bool = False, scale: Fraction = Fraction(1)) -> Number:
        """A random rational of the order of ``scale``, not zero."""
        number = Fraction(self.random.randint(1, 9), self.random.randint(1, 4)) * scale
        return self.number(number if positive or self.random.random() < 0.5 else -number)

    def primitive(self, name: str, indices: tuple[int, ...], positive: bool, nonnegative: bool) -> Number:
        """The value of an entry without a definition."""
        if (name, indices) not in self.values:
            value = self.draw(positive or nonnegative, self.scale if indices else Fraction(1))
            if self.zeros and not positive and (self.random.random() < ZEROS if indices else nonnegative):
                value = self.number(0)
            self.values[name, indices] = value
        return self.values[name, indices]

    def table(self, function: str, argument: Number) -> Number:
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
