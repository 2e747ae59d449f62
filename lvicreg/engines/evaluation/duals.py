"""Dual numbers: a value and a slope, carried through every operation, which is forward-mode differentiation.

They are over any kind of number that can be added, multiplied, inverted, and of which roots can be taken: ``surds``, ``balls``.
"""

from __future__ import annotations

from typing import Any


class Dual:
    """A value and its derivative; None where it does not depend on what is differentiated by."""

    __slots__ = ("derivative", "value")

    def __init__(self, value: Any, derivative: Any = None) -> None:
        self.value = value
        self.derivative = derivative

    @property
    def slope(self) -> Any:
        """The derivative, a number."""
        return self.derivative or type(self.value)(0)

    def __add__(self, other: Dual) -> Dual:
        value = self.value + other.value
        if self.derivative is None or other.derivative is None:
            return Dual(value, self.derivative or other.derivative)
        return Dual(value, self.derivative + other.derivative)

    def __neg__(self) -> Dual:
        return Dual(-self.value, -self.derivative if self.derivative else None)

    def __mul__(self, other: Dual) -> Dual:
        value = self.value * other.value
        if self.derivative is None and other.derivative is None:
            return Dual(value)
        return Dual(value, self.slope * other.value + self.value * other.slope)

    def inverse(self) -> Dual:
        inverse = self.value.inverse()
        return Dual(inverse, -(self.derivative * inverse * inverse) if self.derivative else None)

    def sqrt(self) -> Dual:
        root = self.value.sqrt()
        return Dual(root, self.derivative * (root + root).inverse() if self.derivative else None)

    def constant(self) -> Dual:
        """The same value, of which nothing is differentiated."""
        return Dual(self.value)
