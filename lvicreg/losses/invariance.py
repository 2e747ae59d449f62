# Generated from derivations/activity.py by `python -m derivations`, SymPy 1.14.0.
# Do not edit: change the derivation and run the command again.
"""Invariance loss."""

from typing import Any

from lvicreg._inputs import arrays
from lvicreg._precision import full_precision

__all__ = ["invariance"]


@full_precision
def invariance(z: Any, z_prev: Any) -> Any:
    """Invariance loss: the squared distance of two activities. The gradient with respect to the second is minus the first's.

        loss = Σ_b Σ_i (z_i^b - z'_i^b)²
        gradient_i^b = 2 z_i^b - 2 z'_i^b

    Claims: ``activity.invariance``

    Convention: summed over samples and units; both views learn.

    Source: VICReg (arXiv 2105.04906), Eq. 5; note, invariance term.

    Args:
        z: (B, N); activity ``f(a)``.
        z_prev: (B, N); activity in the previous time step.

    Returns:
        The loss, a number, and its gradient with respect to the activity, (B, N), in the arrays' dtype; those of 16 bits are
        computed with in float32.

    Raises:
        TypeError: an argument is not an array, or not of a real floating dtype.
        ValueError: an array has the wrong rank, or a size differs between arrays.
    """
    xp, z, z_prev = arrays("invariance", z=(z, "BN"), z_prev=(z_prev, "BN"))
    loss = xp.sum((z - z_prev) ** 2)
    gradient = 2 * z - 2 * z_prev
    return loss, gradient
