# Generated from derivations/covariance.py by `python -m derivations`, SymPy 1.14.0.
# Do not edit: change the derivation and run the command again.
"""Covariance term: update functions."""

from typing import Any

from lvicreg._inputs import arrays, minibatch_size
from lvicreg._precision import full_precision
from lvicreg._renamed import renamed

__all__ = ["covariance"]


@renamed(df="slope")
@full_precision
def covariance(x: Any, z: Any, slope: Any, *, mean: Any = None, K: Any = None, alpha: Any = None, beta: float = 1.0) -> Any:
    """Exact covariance rule, contracted in the cheaper order: over samples first (N×N) or over units first (B×B).

        update_ij = Σ_b 4 α β (diag(K)_i u_i^b - (K u)_i^b) f'(a_i^b) · x_j^b
        z̄_i = Σ_b z_i^b/B
        u_i^b = z_i^b - z̄_i
        α = 1/(B - 1)
        K_ik = α Σ_b u_i^b u_k^b
        diag(K)_i = K_ii
        (K u)_i^b = Σ_k K_ik u_k^b

    Claims: ``covariance.minibatch``, ``covariance.gram``, ``covariance.scale``

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
        mean = xp.sum(z, axis=0) / B
    u = z - mean
    if K is None and B < z.shape[1]:
        K_diagonal = alpha * xp.sum(u**2, axis=0)
        Ku = alpha * xp.matmul(xp.matmul(u, u.T), u)
    else:
        if K is None:
            K = alpha * xp.matmul(u.T, u)
        K_diagonal = xp.linalg.diagonal(K)
        Ku = xp.matmul(u, K)
    post = 4 * alpha * beta * (K_diagonal * u - Ku) * slope
    return xp.matmul(post.T, x)
