"""A few lines of NumPy that anyone can run, and that show two numbers to differ: engine *NumPy*."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from .evidence import Contradiction

VISIBLE = 1e-6  # relative: a difference smaller than this may be rounding
ROUNDING = 1e-9  # absolute: what is left where numbers of order one cancel


@dataclass(frozen=True)
class Counterexample:
    """Code of a few lines, with ``np`` at hand, that sets ``left`` and ``right`` to two numbers, or arrays, that differ."""

    code: str
    kind: ClassVar[str] = "counterexample"
    engine: ClassVar[str] = "NumPy"

    def run(self) -> str:
        """Raises ``Contradiction`` where the two agree up to rounding, are not finite, or have different shapes."""
        names: dict[str, Any] = {"np": np}
        exec(self.code, names)
        left, right = np.asarray(names["left"], dtype=float), np.asarray(names["right"], dtype=float)
        if left.shape != right.shape or not (np.all(np.isfinite(left)) and np.all(np.isfinite(right))):
            raise Contradiction(f"the two sides are not finite numbers that can be compared: {left} and {right}")
        if np.max(np.abs(left - right)) <= ROUNDING + VISIBLE * max(np.max(np.abs(left)), np.max(np.abs(right))):
            raise Contradiction(f"the two sides agree: {left} and {right}")
        return f"{np.array2string(left, precision=4)} ≠ {np.array2string(right, precision=4)}"
