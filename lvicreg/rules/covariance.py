# Generated from derivations/covariance.py by `python -m derivations`, SymPy 1.14.0.
# Do not edit: change the derivation and run the command again.
"""Covariance term: update functions."""

from typing import Any

from lvicreg._inputs import arrays, minibatch_size
from lvicreg._parts import loudest, together
from lvicreg._precision import full_precision, summed
from lvicreg._renamed import renamed

__all__ = ["covariance"]


@renamed(df="slope")
@full_precision
def covariance(x: Any, z: Any, slope: Any, *, mean: Any = None, K: Any = None, alpha: Any = None, beta: float = 1.0) -> Any:
    """Exact covariance rule: by the covariances of units (N×N), or of most units by the Gram matrix of samples (B×B).

        update_ij = - Σ_b 4 α β (K° u)_i^b f'(a_i^b) · x_j^b
        z̄_i = Σ_b z_i^b/B
        u_i^b = z_i^b - z̄_i
        α = 1/(B - 1)
        K_ik = α Σ_b u_i^b u_k^b
        K°_ik = (1 - δ_ik) K_ik
        (K° u)_i^b = Σ_k K°_ik u_k^b

        or the same, where N ≥ 2 B, û having the columns in u of the 5 B/4 units (rounded down) of largest variance,
        and ũ zeros in their places:

        (K° u)_l^b = (K̂° û)_l^b + α (G̃ û)_l^b
        (K° u)_r^b = α (G ũ)_r^b - ũ_r^b ṽ_r
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

    Claims: ``covariance.minibatch``, ``covariance.parts``, ``covariance.scale``

    Locality: not local: K_ik ties unit i to each other unit k.

    Convention: summed over samples and over ordered pairs of units; ddof = 1.

    Degenerate values: 0 where u = 0. NaN in one unit's activity reaches every unit through K.

    Source: VICReg (arXiv 2105.04906), Eq. 3 and 4; erratum of Halvagal & Zenke 2023.

    Args:
        x: (B, M) or (M,); presynaptic input.
        z: (B, N) or (N,); activity ``f(a)``.
        slope: (B, N) or (N,); slope of the activation function, ``f'(a)``; ones where f is linear.
        mean: (N,); long-term mean of the activity; by default the minibatch's.
        K: (N, N); long-term covariance of the activity; by default the minibatch's, with ddof = 1.
        alpha: averaging factor of the long-term statistics, the weight of one sample; by default 1/(B − 1).
        beta: scale of the loss, a sum over pairs of units.

    Returns:
        The direction of descent, (N, M), in the arrays' dtype (a NumPy scalar among the options promotes it); those of 16 bits
        are computed with in float32.

    Raises:
        TypeError: an argument is not an array, or not of a real floating dtype.
        ValueError: an array has the wrong rank, or a size differs between arrays.
        ValueError: of mean, K, alpha some are given but not all; or none, and there are fewer than 2 samples.
    """
    xp, x, z, slope, mean, K = arrays(
        "covariance",
        x=(x, "BM"),
        z=(z, "BN"),
        slope=(slope, "BN"),
        given={"mean": (mean, "N"), "K": (K, "NN")},
    )
    B = minibatch_size("covariance", x, mean=mean, K=K, alpha=alpha)
    if alpha is None:
        alpha = 1 / (B - 1)
    if mean is None:
        mean = summed(xp, z) / B
    u = z - mean
    if K is None and z.shape[1] >= 2 * B:
        var = alpha * summed(xp, u**2)
        u_loud, u_rest, rank = loudest(xp, u, var, 5 * B // 4)
        G_rest = xp.matmul(u_rest, u_rest.T)
        Gu_loud = xp.matmul(G_rest, u_loud)
        K_loud = alpha * xp.matmul(u_loud.T, u_loud)
        K_loud_off = xp.tril(K_loud, k=-1) + xp.triu(K_loud, k=1)
        Ku_loud = xp.matmul(u_loud, K_loud_off)
        G_loud = xp.matmul(u_loud, u_loud.T)
        G = G_loud + G_rest
        Gu_rest = xp.matmul(G, u_rest)
        var_rest = alpha * summed(xp, u_rest**2)
        K_off_u = together(xp, Ku_loud + alpha * Gu_loud, alpha * Gu_rest - u_rest * var_rest, rank)
    else:
        if K is None:
            K = alpha * xp.matmul(u.T, u)
        K_off = xp.tril(K, k=-1) + xp.triu(K, k=1)
        K_off_u = xp.matmul(u, K_off)
    post = -4 * alpha * beta * K_off_u * slope
    return xp.matmul(post.T, x)
