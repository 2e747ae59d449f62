# Generated from derivations/activity.py by `python -m derivations`, SymPy 1.14.0.
# Do not edit: change the derivation and run the command again.
"""Exact covariance loss."""

from typing import Any

from lvicreg._inputs import arrays, several_samples
from lvicreg._precision import full_precision

__all__ = ["covariance"]


@full_precision
def covariance(z: Any, *, beta: float = 1.0) -> Any:
    """Exact covariance loss, in the cheaper form: by covariances of units (N×N), or by the Gram matrix of samples (B×B).

        loss = β Σ_i Σ_k K°_ik²
        gradient_i^b = 4 α β (K° u)_i^b
        z̄_i = Σ_b z_i^b/B
        u_i^b = z_i^b - z̄_i
        α = 1/(B - 1)
        K_ik = α Σ_b u_i^b u_k^b
        K°_ik = (1 - δ_ik) K_ik
        (K° u)_i^b = Σ_k K°_ik u_k^b

        or the same, where B < N:

        loss = β (α² Σ_b Σ_c (G^bc)² - Σ_i v_i²)
        gradient_i^b = 4 α β (α (G u)_i^b - u_i^b v_i)
        z̄_i = Σ_b z_i^b/B
        u_i^b = z_i^b - z̄_i
        α = 1/(B - 1)
        v_i = α Σ_b (u_i^b)²
        G^bc = Σ_i u_i^b u_i^c
        (G u)_i^b = Σ_c G^bc u_i^c

    Claims: ``activity.covariance``, ``covariance.gram``, ``covariance.scale``

    Convention: summed over samples and over ordered pairs of units; ddof = 1.

    Degenerate values: 0 where u = 0. NaN in one unit's activity reaches every unit. For B < N rounding errors are relative to
    Σ_i Σ_k K_ik², the diagonal included: a few units of far larger variance than the others cost digits.

    Source: VICReg (arXiv 2105.04906), Eq. 3 and 4.

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
    xp, z = arrays("covariance", z=(z, "BN"))
    B = several_samples("covariance", z)
    alpha = 1 / (B - 1)
    mean = xp.sum(z, axis=0) / B
    u = z - mean
    if B < z.shape[1]:
        G = xp.matmul(u, u.T)
        var = alpha * xp.sum(u**2, axis=0)
        Gu = xp.matmul(G, u)
        loss = beta * (alpha**2 * xp.sum(G**2) - xp.sum(var**2))
        gradient = 4 * alpha * beta * (alpha * Gu - u * var)
    else:
        K = alpha * xp.matmul(u.T, u)
        K_off = xp.tril(K, k=-1) + xp.triu(K, k=1)
        K_off_u = xp.matmul(u, K_off)
        loss = beta * xp.sum(K_off**2)
        gradient = 4 * alpha * beta * K_off_u
    return loss, gradient
