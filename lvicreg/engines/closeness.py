"""When two arrays of floating numbers are the same up to rounding."""

from __future__ import annotations

from typing import Any

import numpy as np

from .evidence import Contradiction

RELATIVE = 1e-10  # of each entry
ROUNDING = 1e-13  # of the largest entry: what is left where larger numbers cancel
CLOSE = f"relative {RELATIVE:.0e}, {ROUNDING:.0e} of the largest entry"


def check_close(left: Any, right: Any, what: str) -> None:
    """Raise ``Contradiction`` where shapes differ, nothing is there, or not finite, or two differ by more than rounding."""
    if np.iscomplexobj(left) or np.iscomplexobj(right):
        raise Contradiction(f"{what}: complex numbers, of which only the real parts would be compared")
    left, right = np.asarray(left, dtype=float), np.asarray(right, dtype=float)
    if left.shape != right.shape:
        raise Contradiction(f"{what}: shapes {left.shape} and {right.shape}")
    if not left.size:
        raise Contradiction(f"{what}: arrays without entries, of shape {left.shape}")
    sizes = np.maximum(np.abs(left), np.abs(right))
    if not np.all(np.isfinite(sizes)):  # an infinite one would be close to all
        raise Contradiction(f"{what}: {np.sum(~np.isfinite(sizes))} of {sizes.size} entries are not finite")
    error = np.abs(left - right)
    if not np.all(error <= RELATIVE * sizes + ROUNDING * np.max(sizes)):
        worst = np.max(error / np.where(sizes > 0, sizes, 1.0))
        raise Contradiction(f"{what}: relative difference {worst:.1e}")
