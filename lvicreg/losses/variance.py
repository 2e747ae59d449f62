# Generated from derivations/activity.py by `python -m derivations`, SymPy 1.14.0.
# Do not edit: change the derivation and run the command again.
"""Hinge variance loss."""

from typing import Any

from lvicreg._inputs import arrays, nonnegative, several_samples
from lvicreg._precision import full_precision, summed

__all__ = ["variance"]


@full_precision
def variance(z: Any, *, gamma: float = 1.0, epsilon: float = 0.0001) -> Any:
    """Hinge variance loss: how much the units' standard deviations fall short of γ.

        loss = Σ_i max(0, γ - σ_i)
        gradient_i^b = -α H(γ - σ_i) u_i^b/σ_i
        z̄_i = Σ_b z_i^b/B
        u_i^b = z_i^b - z̄_i
        α = 1/(B - 1)
        v_i = α Σ_b (u_i^b)²
        σ_i = sqrt(ε + v_i)

    Claims: ``activity.variance``

    Convention: summed over samples and units; ddof = 1; ε inside the root; H(0) = 0.

    Degenerate values: a unit of constant activity contributes γ − √ε and, if ε > 0, gets the gradient 0, up to the rounding of
    its mean.

    Source: VICReg (arXiv 2105.04906), Eq. 1 and 2.

    Args:
        z: (B, N); activity ``f(a)``.
        gamma: target standard deviation.
        epsilon: added to the variance, in its units.

    Returns:
        The loss, a number, and its gradient with respect to the activity, (B, N), in the arrays' dtype; those of 16 bits are
        computed with in float32.

    Raises:
        TypeError: an argument is not an array, or not of a real floating dtype.
        ValueError: an array has the wrong rank, or a size differs between arrays.
        ValueError: gamma or epsilon is negative.
        ValueError: there are fewer than 2 samples.
    """
    xp, z = arrays("variance", z=(z, "BN"))
    nonnegative("variance", gamma=gamma, epsilon=epsilon)
    B = several_samples("variance", z)
    alpha = 1 / (B - 1)
    mean = summed(xp, z) / B
    u = z - mean
    var = alpha * summed(xp, u**2)
    sigma = xp.sqrt(epsilon + var)
    loss = xp.sum(xp.where(sigma >= gamma, 0.0, gamma - sigma))
    gradient = xp.where(sigma >= gamma, 0.0, -alpha * u / sigma)
    return loss, gradient
