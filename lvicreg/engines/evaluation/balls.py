"""Numbers enclosed in balls, for what is not algebraic: python-flint's ``arb``.

A ``Ball`` is a midpoint and a radius; every operation encloses all numbers that it can have as a result, rounding included. So
two disjoint balls are two different numbers, and two that overlap are equal up to their widths: never known to be equal. A
function is applied to a truncated power series, whose coefficients are its value and its slope. The activation function is
tanh.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from flint import arb, arb_series, ctx, fmpq
from sympy import E, Function, NumberSymbol, cos, exp, log, pi, sin, tanh

from lvicreg.calculus.functions import Exponential, f, f_prime, f_second, sigmoid, softplus

from .duals import Dual

Series = Callable[[Any], Any]


def in_precision(bits: int) -> Any:
    """A context in which balls have so many bits."""
    return ctx.workprec(bits)


class Undecided(ArithmeticError):
    """A ball is too wide to tell."""


class Ball:
    """A number enclosed: ``Ball(Fraction(1, 3))``."""

    __slots__ = ("arb",)

    def __init__(self, number: arb | Fraction | int) -> None:
        self.arb = number if isinstance(number, arb) else arb(fmpq(number.numerator, number.denominator))

    def __add__(self, other: Ball) -> Ball:
        return Ball(self.arb + other.arb)

    def __neg__(self) -> Ball:
        return Ball(-self.arb)

    def __sub__(self, other: Ball) -> Ball:
        return Ball(self.arb - other.arb)

    def __mul__(self, other: Ball) -> Ball:
        return Ball(self.arb * other.arb)

    def __bool__(self) -> bool:
        """Whether it is not exactly 0."""
        return not self.arb.is_zero()

    def inverse(self) -> Ball:
        """Raises ``ZeroDivisionError`` for 0, and ``Undecided`` for what may be 0."""
        if not self:
            raise ZeroDivisionError("a quotient of the claim is undefined at this point")
        if self.arb.contains(0):
            raise Undecided(f"{self} may be 0, and is divided by")
        return Ball(1 / self.arb)

    def sqrt(self) -> Ball:
        """Raises ``ValueError`` for a negative number, and ``Undecided`` for what may be one."""
        if self.arb < 0:
            raise ValueError(f"the root of the negative number {self}")
        if not self.arb >= 0:
            raise Undecided(f"{self} may be negative, and is under a root")
        return Ball(self.arb.sqrt())

    def sign(self) -> int:
        """-1, 0 or 1; raises ``Undecided`` where the ball has more than one sign."""
        if self.arb.contains(0) and self:
            raise Undecided(f"{self} may be 0, and its sign is asked for")
        return (self.arb > 0) - (self.arb < 0)

    def rational(self) -> Fraction:
        """The number as a fraction, where it is known exactly."""
        if not self.arb.is_exact():
            raise ValueError(f"{self} is not known exactly")
        mantissa, exponent = self.arb.man_exp()
        return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)

    def overlaps(self, other: Ball) -> bool:
        """Whether both may be one number."""
        return bool(self.arb.overlaps(other.arb))

    @property
    def radius(self) -> float:
        """Half its width."""
        return float(self.arb.rad())

    def __float__(self) -> float:
        return float(self.arb.mid())

    def __str__(self) -> str:
        return str(self.arb.str(12, radius=False))


def applied(function: Series, argument: Dual) -> Dual:
    """Value and slope of a function of a number; raises ``Undecided`` where it is not defined in the whole ball."""
    slope = argument.derivative.arb if argument.derivative else 0
    found = function(arb_series([argument.value.arb, slope], prec=2))
    value, derivative = found[0], found[1]
    if not (value.is_finite() and derivative.is_finite()):
        raise Undecided(f"a function of {argument.value}, which may be outside its domain")
    return Dual(Ball(value), Ball(derivative) if argument.derivative else None)


def _tanh(argument: Any) -> Any:
    square = (2 * argument).exp()
    return (square - 1) / (square + 1)


CONSTANTS: dict[NumberSymbol, Callable[[], arb]] = {pi: arb.pi, E: arb.const_e}
SERIES: dict[type[Function], Series] = {
    exp: arb_series.exp,
    Exponential: arb_series.exp,
    log: arb_series.log,
    sin: arb_series.sin,
    cos: arb_series.cos,
    tanh: _tanh,
    sigmoid: lambda argument: 1 / (1 + (-argument).exp()),
    softplus: lambda argument: (1 + argument.exp()).log(),
    f: _tanh,
    f_prime: lambda argument: 1 - _tanh(argument) ** 2,
    f_second: lambda argument: -2 * _tanh(argument) * (1 - _tanh(argument) ** 2),
}
