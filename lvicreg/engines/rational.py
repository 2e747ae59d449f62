"""Exact numbers computed in two ways, in plain Python: engine *fractions*.

Like ``numerical`` it knows nothing of the claim's expressions, but nothing is rounded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

from .evidence import Contradiction


@dataclass(frozen=True)
class Fractions:
    """Pairs of exact numbers that must be equal; ``pairs()`` yields them."""

    pairs: Callable[[], Iterable[tuple[Any, Any]]]
    kind: ClassVar[str] = "rational"
    engine: ClassVar[str] = "fractions"

    def run(self) -> str:
        """Raises ``Contradiction`` where a pair differs, or where all are zeros and ones."""
        compared = list(self.pairs())
        for left, right in compared:
            if left is right and isinstance(left, Fraction):
                raise Contradiction(f"{left} was compared with itself")
            if not {type(left), type(right)} <= {int, Fraction}:
                raise Contradiction(f"{left!r} and {right!r} are not both whole numbers or fractions")
            if left != right:
                raise Contradiction(f"{left} ≠ {right}")
        if all(left in (0, 1) for left, _ in compared):
            raise Contradiction("nothing but zeros and ones was compared")
        return f"{len(compared)} equal"
