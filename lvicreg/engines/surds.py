"""Exact numbers: rationals and their square roots, and dual numbers over them.

A ``Surd`` is ``Σ_n c_n √n`` with rational ``c_n`` and square-free ``n``. These roots are linearly independent over the
rationals (Besicovitch 1940), so a surd is zero exactly when every coefficient is: no tolerance anywhere. A ``Dual`` carries
a value and a slope through every operation, which is forward-mode differentiation.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from math import gcd, isqrt

from sympy import factorint


@cache
def _square_free(n: int) -> tuple[int, int]:
    """``(s, m)`` with ``n = s² m`` and ``m`` square-free."""
    root = isqrt(n)
    if root * root == n:
        return root, 1
    square, free = 1, 1
    for prime, power in factorint(n).items():
        square *= int(prime) ** (int(power) // 2)  # with python-flint installed SymPy returns integers of that library
        free *= int(prime) ** (int(power) % 2)
    return square, free


class Surd:
    """``Σ_n c_n √n``, exactly."""

    __slots__ = ("terms",)

    def __init__(self, terms: dict[int, Fraction] | Fraction | int) -> None:
        if not isinstance(terms, dict):
            terms = {1: Fraction(terms)}
        self.terms = {n: c for n, c in terms.items() if c}

    def __add__(self, other: Surd) -> Surd:
        terms = dict(self.terms)
        for n, c in other.terms.items():
            terms[n] = terms.get(n, Fraction(0)) + c
        return Surd(terms)

    def __neg__(self) -> Surd:
        return Surd({n: -c for n, c in self.terms.items()})

    def __sub__(self, other: Surd) -> Surd:
        return self + -other

    def __mul__(self, other: Surd) -> Surd:
        terms: dict[int, Fraction] = {}
        for n, c in self.terms.items():
            for m, d in other.terms.items():
                common = gcd(n, m)
                free = (n // common) * (m // common)
                terms[free] = terms.get(free, Fraction(0)) + c * d * common
        return Surd(terms)

    def inverse(self) -> Surd:
        """``1/self`` for a single root; sums of different roots do not occur in denominators here."""
        if not self.terms:
            raise ZeroDivisionError("a quotient of the claim is undefined at this point")
        if len(self.terms) > 1:
            raise ValueError(f"the inverse of {self} is not a single root")
        ((n, c),) = self.terms.items()
        return Surd({n: 1 / (c * n)})

    def sqrt(self) -> Surd:
        """The root of a non-negative rational."""
        rational = self.rational()
        if rational < 0:
            raise ValueError(f"the root of the negative number {rational}")
        square, free = _square_free(rational.numerator * rational.denominator)
        return Surd({free: Fraction(square, rational.denominator)})

    def rational(self) -> Fraction:
        """The number as a fraction; ``ValueError`` where it is not one."""
        if set(self.terms) - {1}:
            raise ValueError(f"{self} is not rational")
        return self.terms.get(1, Fraction(0))

    def sign(self) -> int:
        """-1, 0 or 1, decided exactly: what is not 0 is told from it by enough digits of the roots."""
        digits = 1
        while self.terms:
            digits *= 16
            # isqrt(n digits²) is below √n digits by less than 1
            floored = sum((c * isqrt(n * digits**2) for n, c in self.terms.items()), Fraction(0))
            if abs(floored) >= sum(abs(c) for n, c in self.terms.items() if n > 1):
                return 1 if floored > 0 else -1
        return 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Surd) and self.terms == other.terms

    def __hash__(self) -> int:
        return hash(frozenset(self.terms.items()))

    def __str__(self) -> str:
        return " + ".join(f"{c}" if n == 1 else f"{c}*sqrt({n})" for n, c in sorted(self.terms.items())) or "0"


ZERO, ONE = Surd(0), Surd(1)


class Dual:
    """A value and its derivative."""

    __slots__ = ("slope", "value")

    def __init__(self, value: Surd, slope: Surd = ZERO) -> None:
        self.value = value
        self.slope = slope

    def __add__(self, other: Dual) -> Dual:
        return Dual(self.value + other.value, self.slope + other.slope)

    def __mul__(self, other: Dual) -> Dual:
        return Dual(self.value * other.value, self.slope * other.value + self.value * other.slope)

    def inverse(self) -> Dual:
        inverse = self.value.inverse()
        return Dual(inverse, -(self.slope * inverse * inverse))

    def sqrt(self) -> Dual:
        root = self.value.sqrt()
        if not self.slope.terms:
            return Dual(root)
        return Dual(root, self.slope * (root + root).inverse())

    def constant(self) -> Dual:
        """The same value with slope 0."""
        return Dual(self.value)
