# Generated from derivations/activity.py by `python -m derivations`, SymPy 1.14.0.
# Do not edit: change the derivation and run the command again.
"""Exact covariance loss."""

from typing import Any

from lvicreg._inputs import arrays, several_samples
from lvicreg._parts import loudest, together
from lvicreg._precision import full_precision, summed

__all__ = ["covariance"]


@full_precision
def covariance(z: Any, *, beta: float = 1.0) -> Any:
    """Exact covariance loss: by the covariances of units (N×N), or of most units by the Gram matrix of samples (B×B).

        loss = β Σ_i Σ_k K°_ik²
        gradient_i^b = 4 α β (K° u)_i^b
        z̄_i = Σ_b z_i^b/B
        u_i^b = z_i^b - z̄_i
        α = 1/(B - 1)
        K_ik = α Σ_b u_i^b u_k^b
        K°_ik = (1 - δ_ik) K_ik
        (K° u)_i^b = Σ_k K°_ik u_k^b

        or the same, where N ≥ 2 B, û having the columns in u of the 5 B/4 units (rounded down) of largest variance,
        and ũ zeros in their places:

        loss = β (Σ_h Σ_l K̂°_hl² + α² Σ_b Σ_c (2 G^bc - G̃^bc) G̃^bc - Σ_r ṽ_r²)
        gradient_loud_i^b = 4 α β ((K̂° û)_i^b + α (G̃ û)_i^b)
        gradient_rest_i^b = 4 α β (α (G ũ)_i^b - ũ_i^b ṽ_i)
        α = 1/(B - 1)
        K̂_hl = α Σ_b û_h^b û_l^b
        K̂°_hl = (1 - δ_hl) K̂_hl
        (K̂° û)_l^b = Σ_h K̂°_hl û_h^b
        ṽ_r = α Σ_b (ũ_r^b)²
        Ĝ^bc = Σ_l û_l^b û_l^c
        G̃^bc = Σ_r ũ_r^b ũ_r^c
        G^bc = Ĝ^bc + G̃^bc
        (G̃ û)_l^b = Σ_c G̃^bc û_l^c
        (G ũ)_r^b = Σ_c G^bc ũ_r^c

    Claims: ``activity.covariance``, ``covariance.parts``, ``covariance.digits``, ``covariance.scale``

    Convention: summed over samples and over ordered pairs of units; ddof = 1.

    Degenerate values: 0 where u = 0, and never negative. NaN in one unit's activity reaches every unit. Rounding errors are
    those of covariances: a gradient is exact to the last digits relative to Σ_{k≠i} σ_i σ_k ‖u_k‖, so that of a unit
    uncorrelated with all far louder ones has fewer.

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
    mean = summed(xp, z) / B
    u = z - mean
    if z.shape[1] >= 2 * B:
        var = alpha * summed(xp, u**2)
        u_loud, u_rest, rank = loudest(xp, u, var, 5 * B // 4)
        G_loud = xp.matmul(u_loud, u_loud.T)
        G_rest = xp.matmul(u_rest, u_rest.T)
        G = G_loud + G_rest
        K_loud = alpha * xp.matmul(u_loud.T, u_loud)
        K_loud_off = xp.tril(K_loud, k=-1) + xp.triu(K_loud, k=1)
        var_rest = alpha * summed(xp, u_rest**2)
        Gu_loud = xp.matmul(G_rest, u_loud)
        Ku_loud = xp.matmul(u_loud, K_loud_off)
        Gu_rest = xp.matmul(G, u_rest)
        squares = xp.sum(K_loud_off**2) + alpha**2 * xp.sum((2 * G - G_rest) * G_rest) - xp.sum(var_rest**2)
        loss = beta * xp.where(squares < 0, 0.0, squares)
        gradient_loud = 4 * alpha * beta * (Ku_loud + alpha * Gu_loud)
        gradient_rest = 4 * alpha * beta * (alpha * Gu_rest - u_rest * var_rest)
        gradient = together(xp, gradient_loud, gradient_rest, rank)
    else:
        K = alpha * xp.matmul(u.T, u)
        K_off = xp.tril(K, k=-1) + xp.triu(K, k=1)
        K_off_u = xp.matmul(u, K_off)
        loss = beta * xp.sum(K_off**2)
        gradient = 4 * alpha * beta * K_off_u
    return loss, gradient
