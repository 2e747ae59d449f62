"""Exact numbers: rationals and their square roots.

A ``Surd`` is ``Σ_n c_n √n`` with rational ``c_n`` and square-free ``n``. These roots are linearly independent over the
rationals (Besicovitch 1940), so a surd is zero exactly when every coefficient is: no tolerance anywhere. The rationals are
python-flint's, an order faster than ``fractions``; SymPy does its own arithmetic.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from math import gcd, isqrt

from flint import fmpq
from sympy import factorint

RATIONAL: Mapping[int, fmpq] = {}  # no roots
NOTHING = fmpq(0)


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
    """``c + Σ_n c_n √n``, exactly: a rational, and the coefficients of the square-free ``n > 1``, none of them 0."""

    __slots__ = ("rational_part", "roots")

    def __init__(self, rational_part: fmpq | Fraction | int, roots: Mapping[int, fmpq] = RATIONAL) -> None:
        if type(rational_part) is not fmpq:
            rational_part = fmpq(rational_part.numerator, rational_part.denominator)
        self.rational_part = rational_part
        self.roots = roots

    def __add__(self, other: Surd) -> Surd:
        rational_part = self.rational_part + other.rational_part
        if not self.roots and not other.roots:
            return Surd(rational_part)
        roots = {n: self.roots.get(n, NOTHING) + other.roots.get(n, NOTHING) for n in {**self.roots, **other.roots}}
        return Surd(rational_part, {n: c for n, c in roots.items() if c})

    def __neg__(self) -> Surd:
        return Surd(-self.rational_part, {n: -c for n, c in self.roots.items()})

    def __sub__(self, other: Surd) -> Surd:
        return self + -other

    def __mul__(self, other: Surd) -> Surd:
        if not self.roots and not other.roots:
            return Surd(self.rational_part * other.rational_part)
        terms: dict[int, fmpq] = {}
        for n, c in self.terms.items():
            for m, d in other.terms.items():
                common = gcd(n, m)
                free = (n // common) * (m // common)
                terms[free] = terms.get(free, NOTHING) + c * d * common
        return Surd(terms.pop(1, NOTHING), {n: c for n, c in terms.items() if c})

    @property
    def terms(self) -> dict[int, fmpq]:
        """The coefficients of all roots, that of ``√1`` included, without zeros."""
        return {1: self.rational_part, **self.roots} if self.rational_part else dict(self.roots)

    def __bool__(self) -> bool:
        return bool(self.rational_part or self.roots)

    def inverse(self) -> Surd:
        """``1/self`` for a single root; sums of different roots do not occur in denominators here."""
        if not self:
            raise ZeroDivisionError("a quotient of the claim is undefined at this point")
        if not self.roots:
            return Surd(1 / self.rational_part)
        if len(self.terms) > 1:
            raise ValueError(f"the inverse of {self} is not a single root")
        ((n, c),) = self.roots.items()
        return Surd(NOTHING, {n: 1 / (c * n)})

    def sqrt(self) -> Surd:
        """The root of a non-negative rational."""
        rational = self.rational()
        if rational < 0:
            raise ValueError(f"the root of the negative number {rational}")
        square, free = _square_free(rational.numerator * rational.denominator)
        root = fmpq(square, rational.denominator)
        return Surd(root) if free == 1 else Surd(NOTHING, {free: root})

    def rational(self) -> Fraction:
        """The number as a fraction; ``ValueError`` where it is not one."""
        if self.roots:
            raise ValueError(f"{self} is not rational")
        return Fraction(int(self.rational_part.p), int(self.rational_part.q))

    def sign(self) -> int:
        """-1, 0 or 1, decided exactly: what is not 0 is told from it by enough digits of the roots."""
        if not self.roots:
            return (self.rational_part > 0) - (self.rational_part < 0)
        digits, uncertain = 1, sum(map(abs, self.roots.values()), NOTHING)
        while True:
            digits *= 16
            # isqrt(n digits²) is below √n digits by less than 1
            floored = sum((c * isqrt(n * digits**2) for n, c in self.roots.items()), self.rational_part * digits)
            if abs(floored) >= uncertain:
                return 1 if floored > 0 else -1

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Surd) and self.rational_part == other.rational_part and self.roots == other.roots

    def __hash__(self) -> int:
        return hash((int(self.rational_part.p), int(self.rational_part.q), frozenset(self.roots)))

    def __str__(self) -> str:
        return " + ".join(f"{c}" if n == 1 else f"{c}*sqrt({n})" for n, c in sorted(self.terms.items())) or "0"


ZERO, ONE = Surd(0), Surd(1)
