"""Identities of polynomials in every entry of matrices and vectors, at several sizes: engine *python-flint*.

It sees all values at once, and the sizes that it is given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

from .evidence import Contradiction, load


@dataclass(frozen=True)
class Polynomials:
    """Pairs of polynomials (``fmpq_mpoly``) that must be equal; ``pairs(flint, n)`` yields them at every size ``n`` to six."""

    pairs: Callable[[ModuleType, int], Iterable[tuple[Any, Any]]]
    kind: ClassVar[str] = "polynomial"
    engine: ClassVar[str] = "python-flint"
    sizes: ClassVar[range] = range(2, 7)

    def run(self) -> str:
        """Raises ``Contradiction`` where a pair differs or is one polynomial, or where at some size all are constants."""
        flint, compared = load("flint"), 0
        for n in self.sizes:
            pairs = list(self.pairs(flint, n))
            for number, (left, right) in enumerate(pairs, start=1):
                if left is right or not all(isinstance(side, flint.fmpq_mpoly) for side in (left, right)):
                    raise Contradiction(f"identity {number} is of {left} with itself, or of no polynomial")
                if left != right:
                    raise Contradiction(f"identity {number} fails at n = {n}")
            if all(left.is_constant() for left, _ in pairs):
                raise Contradiction(f"nothing but constants was compared at n = {n}")
            compared += len(pairs)
        return f"{compared} identities, n = {self.sizes[0]} to {self.sizes[-1]}"
