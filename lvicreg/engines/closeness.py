"""When two arrays of floating numbers are the same up to rounding."""

from __future__ import annotations

from typing import Any

import numpy as np

from .evidence import Contradiction

RELATIVE = 1e-10  # of each entry
ROUNDING = 1e-13  # of the largest entry: what is left where larger numbers cancel


def check_close(left: Any, right: Any, what: str) -> None:
    """Raise ``Contradiction`` where shapes differ, or an entry by more than rounding; not a number is close to nothing."""
    left, right = np.asarray(left, dtype=float), np.asarray(right, dtype=float)
    if left.shape != right.shape:
        raise Contradiction(f"{what}: shapes {left.shape} and {right.shape}")
    sizes = np.maximum(np.abs(left), np.abs(right))
    error = np.abs(left - right)
    if not np.all(error <= RELATIVE * sizes + ROUNDING * np.max(sizes, initial=0.0)):
        worst = np.nanmax(np.append(error / np.where(sizes > 0, sizes, 1.0), 0.0))
        raise Contradiction(f"{what}: relative difference {worst:.1e}")
