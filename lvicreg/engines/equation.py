"""An equation between indexed expressions, for all sizes and values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sympy import Expr, S

from lvicreg.calculus import Definitions, Mean

DECIDING = ("symbolic", "exact")  # the kinds of evidence that decide equations


@dataclass(frozen=True)
class Equation:
    """``left = right`` for all sizes and all values of the primitive quantities, where denominators are not zero.

    ``sizes`` are the concrete ones at which the exact engine evaluates it; ``engines`` those that can decide it.
    """

    left: Expr
    right: Expr
    definitions: Definitions = field(default_factory=Definitions)
    sizes: tuple[Mapping[str, int], ...] = ({"N": 2, "M": 2, "B": 3}, {"N": 3, "M": 2, "B": 2})
    engines: tuple[str, ...] = DECIDING

    def __post_init__(self) -> None:
        object.__setattr__(self, "left", S(self.left))
        object.__setattr__(self, "right", S(self.right))
        if self.left == self.right:
            raise ValueError(f"an equation between identical expressions checks nothing: {self.left}")
        if not self.engines or not set(self.engines) <= set(DECIDING):
            raise ValueError(f"an equation is decided by one or both of {', '.join(DECIDING)}; got {self.engines or 'none'}")
        if "symbolic" not in self.engines and (self.left.has(Mean) or self.right.has(Mean)):
            raise ValueError("the exact engine knows a law by some moments only: let the symbolic engine decide it too")
        if not self.sizes:
            raise ValueError("an equation needs at least one choice of sizes, such as {'N': 2, 'M': 2, 'B': 3}")
