"""A claimed derivative against the derivative of a loss that was written separately: engine *autograd*.

The loss shares nothing with the calculus. The claimed derivative is the claim's own expression, evaluated on arrays
(``broadcasting``), so an error in *it* is seen and an error in how it was read is not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from types import ModuleType, SimpleNamespace
from typing import Any, ClassVar

import numpy as np
from sympy import Expr, Idx

from lvicreg.calculus import Definitions

from .closeness import CLOSE, check_close
from .evaluation.broadcasting import sample, value
from .evidence import Contradiction, load

ADVICE = (
    "Autograd does not know all of NumPy: write np.diag(K) for np.diagonal(K), and u.T @ u for np.cov(z), with u about the mean"
)
Loss = Callable[[ModuleType, Any, Any], Any]


@dataclass(frozen=True)
class Autodiff:
    """``claimed`` against the derivative of ``loss``, by autograd, with respect to the array named ``target``.

    ``loss(np, W, data)`` is given ``autograd.numpy``, the array that is differentiated, and all primitive quantities by name,
    that array among them: what is computed from ``data`` is held constant. The activation function is tanh. The loss may return
    an array, such as one value a sample or a vector field; ``claimed`` then has its indices before the target's. ``axes`` is
    the order of the free indices of ``claimed``; by default samples, then units, then inputs. ``order`` is that of the
    derivative: 2 for a Hessian, whose indices come last.
    """

    loss: Loss
    claimed: Expr
    definitions: Definitions
    values: Mapping[str, Any] = field(default_factory=dict)  # of quantities that are not to be drawn at random
    sizes: Mapping[str, int] = field(default_factory=lambda: {"N": 3, "M": 4, "B": 5})
    target: str = "W"
    axes: tuple[Idx, ...] = ()
    order: int = 1
    kind: ClassVar[str] = "autodiff"
    engine: ClassVar[str] = "autograd"

    def run(self) -> str:
        """Raises ``Contradiction`` where the two differ by more than rounding, or where the derivative is 0 everywhere."""
        return self.compared(self.claimed, self.definitions)

    def compared(self, claimed: Expr, definitions: Definitions) -> str:
        """What comes of a claim, this one or another, about the same loss."""
        for scale, data, found in self._derivatives:
            check_close(found, value(claimed, definitions, data, self.axes), f"autograd and the claim differ at scale {scale}")
            if not np.any(found):
                raise Contradiction(f"the derivative is 0 at scale {scale}")
        return f"{len(self._derivatives)} points, {CLOSE}"

    @cached_property
    def _derivatives(self) -> list[tuple[float, SimpleNamespace, np.ndarray]]:
        """The points, small values and large ones, and the derivative there."""
        autograd, found = load("autograd"), []
        for scale in (0.2, 2.0):
            data = sample(self.claimed, self.definitions, self.sizes, scale)
            vars(data).update(self.values)
            derivative = partial(self.loss, autograd.numpy)
            for _ in range(self.order):
                derivative = autograd.jacobian(derivative)
            try:
                found.append((scale, data, np.asarray(derivative(getattr(data, self.target), data))))
            except NotImplementedError as unknown:
                raise NotImplementedError(f"{unknown}. {ADVICE}") from unknown
        return found
