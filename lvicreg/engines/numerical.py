"""Numbers computed in two ways in float64, by functions written separately from the calculus: engine *NumPy*.

It compares what the functions compute and knows nothing of the claim's expressions: which of them are meant is in the
functions' text. Where they take derivatives, autograd does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

import numpy as np

from .closeness import CLOSE, check_close
from .evidence import Contradiction, load


@dataclass(frozen=True)
class Numbers:
    """Pairs of arrays that must agree; ``pairs(ad, rng)``, given autograd and a random generator, yields them."""

    pairs: Callable[[ModuleType, np.random.Generator], Iterable[tuple[Any, Any]]]
    kind: ClassVar[str] = "numerical"
    engine: ClassVar[str] = "NumPy"

    def run(self) -> str:
        """Raises ``Contradiction`` where a pair differs or is one array twice, where there is none, or only zeros and ones."""
        pairs = list(map(_apart, self.pairs(load("autograd"), np.random.default_rng(0))))
        for number, (left, right) in enumerate(pairs, start=1):
            check_close(left, right, f"pair {number}")
        if not pairs:
            raise Contradiction("nothing was compared")
        if all(np.all(np.isin(side, (0, 1))) for pair in pairs for side in pair):
            raise Contradiction("nothing but zeros and ones was compared")
        return f"{len(pairs)} pairs, {CLOSE}"


def _apart(pair: tuple[Any, Any]) -> tuple[Any, Any]:
    if pair[0] is pair[1]:
        raise Contradiction("a number was compared with itself")
    return pair
