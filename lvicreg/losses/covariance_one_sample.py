# Generated from derivations/activity.py by `python -m derivations`, SymPy 1.14.0.
# Do not edit: change the derivation and run the command again.
"""One-sample covariance loss."""

from typing import Any

from lvicreg._inputs import arrays, several_samples
from lvicreg._precision import full_precision, summed

__all__ = ["covariance_one_sample"]


@full_precision
def covariance_one_sample(z: Any, *, beta: float = 1.0) -> Any:
    """One-sample covariance loss: products of two units' activities in the place of their covariances.

        loss = β Σ_b Σ_i (S^b - (u_i^b)²) (u_i^b)²
        gradient_i^b = 4 β (S^b - (u_i^b)²) u_i^b
        z̄_i = SG(Σ_b z_i^b/B)
        u_i^b = z_i^b - z̄_i
        S^b = Σ_k (u_k^b)²

    Claims: ``activity.one-sample``

    Convention: summed over samples and over ordered pairs of units; the mean is held constant.

    Source: note, covariance term; Halvagal & Zenke 2023 as published, Methods Eq. 6.

    Args:
        z: (B, N); activity ``f(a)``.
        beta: scale of the loss, a sum over pairs of units.

    Returns:
        The loss, a number, and its gradient with respect to the activity, (B, N), in the arrays' dtype; those of 16 bits are
        computed with in float32.

    Raises:
        TypeError: an argument is not an array, or not of a real floating dtype.
        ValueError: an array has the wrong rank, or a size differs between arrays.
        ValueError: there are fewer than 2 samples.
    """
    xp, z = arrays("covariance_one_sample", z=(z, "BN"))
    B = several_samples("covariance_one_sample", z)
    mean = summed(xp, z) / B
    u = z - mean
    S = xp.sum(u**2, axis=-1, keepdims=True)
    loss = beta * xp.sum((S - u**2) * u**2)
    gradient = 4 * beta * (S - u**2) * u
    return loss, gradient
