# Generated from derivations/variance.py by `python -m derivations`, SymPy 1.14.0.
# Do not edit: change the derivation and run the command again.
"""Variance term (hinge): update functions."""

from typing import Any

from lvicreg._inputs import arrays, minibatch_size, nonnegative
from lvicreg._precision import full_precision, summed
from lvicreg._renamed import renamed

__all__ = ["variance"]


@renamed(df="slope")
@full_precision
def variance(
    x: Any,
    z: Any,
    slope: Any,
    *,
    mean: Any = None,
    var: Any = None,
    alpha: Any = None,
    gamma: float = 1.0,
    epsilon: float = 0.0001,
) -> Any:
    """Hinge variance rule: push a unit's standard deviation up where it is below γ.

        update_ij = Σ_b α H(γ - σ_i) f'(a_i^b) u_i^b/σ_i · x_j^b
        z̄_i = Σ_b z_i^b/B
        u_i^b = z_i^b - z̄_i
        α = 1/(B - 1)
        v_i = α Σ_b (u_i^b)²
        σ_i = sqrt(ε + v_i)

    Claims: ``variance.one-sample``, ``variance.minibatch``, ``variance.slow-filter``, ``variance.general-threshold``,
    ``variance.kink``

    Locality: local.

    Convention: summed over samples and units; ddof = 1; ε inside the root; H(0) = 0.

    Degenerate values: with the minibatch's statistics, a unit of constant activity gets 0, up to the rounding of its mean, if ε
    > 0, and NaN or rounding errors of any size if ε = 0. NaN in a unit's activity stays in its row.

    Source: note, variance term; VICReg (arXiv 2105.04906), Eq. 1 and 2.

    Args:
        x: (B, M) or (M,); presynaptic input.
        z: (B, N) or (N,); activity ``f(a)``.
        slope: (B, N) or (N,); slope of the activation function, ``f'(a)``; ones where f is linear.
        mean: (N,); long-term mean of the activity; by default the minibatch's.
        var: (N,); long-term variance of the activity; by default the minibatch's, with ddof = 1.
        alpha: averaging factor of the long-term statistics, the weight of one sample; by default 1/(B − 1).
        gamma: target standard deviation.
        epsilon: added to the variance, in its units.

    Returns:
        The direction of descent, (N, M), in the arrays' dtype (a NumPy scalar among the options promotes it); those of 16 bits
        are computed with in float32.

    Raises:
        TypeError: an argument is not an array, or not of a real floating dtype.
        ValueError: an array has the wrong rank, or a size differs between arrays.
        ValueError: gamma or epsilon is negative.
        ValueError: of mean, var, alpha some are given but not all; or none, and there are fewer than 2 samples.
    """
    xp, x, z, slope, mean, var = arrays(
        "variance",
        x=(x, "BM"),
        z=(z, "BN"),
        slope=(slope, "BN"),
        given={"mean": (mean, "N"), "var": (var, "N")},
    )
    nonnegative("variance", gamma=gamma, epsilon=epsilon)
    B = minibatch_size("variance", x, mean=mean, var=var, alpha=alpha)
    if alpha is None:
        alpha = 1 / (B - 1)
    if mean is None:
        mean = summed(xp, z) / B
    u = z - mean
    if var is None:
        var = alpha * summed(xp, u**2)
    sigma = xp.sqrt(epsilon + var)
    post = xp.where(sigma >= gamma, 0.0, alpha * slope * u / sigma)
    return xp.matmul(post.T, x)
