# Generated from derivations/log_variance.py by `python -m derivations`, SymPy 1.14.0.
# Do not edit: change the derivation and run the command again.
"""Log-variance term: update functions."""

from typing import Any

from lvicreg._inputs import arrays, minibatch_size, nonnegative
from lvicreg._precision import full_precision, summed
from lvicreg._renamed import renamed

__all__ = ["log_variance", "log_variance_decay"]


@renamed(df="slope")
@full_precision
def log_variance(
    x: Any,
    z: Any,
    slope: Any,
    *,
    mean: Any = None,
    var: Any = None,
    alpha: Any = None,
    epsilon: float = 0.0001,
) -> Any:
    """Log-variance rule: push every unit's variance up, the more the smaller it is.

        update_ij = Σ_b α f'(a_i^b) u_i^b/σ_i² · x_j^b
        z̄_i = Σ_b z_i^b/B
        u_i^b = z_i^b - z̄_i
        α = 1/(B - 1)
        v_i = α Σ_b (u_i^b)²
        σ_i = sqrt(ε + v_i)

    Claims: ``log-variance.one-sample``, ``log-variance.minibatch``, ``log-variance.vs-hinge``,
    ``log-variance.scale-invariance``

    Locality: local.

    Convention: summed over samples and units; with the ½; ddof = 1; σ² = variance + ε.

    Degenerate values: with the minibatch's statistics, a unit of constant activity gets 0 from this term, up to the rounding of
    its mean, if ε > 0, and NaN or rounding errors of any size if ε = 0.

    Source: note, log-variance loss; without the ½: Halvagal & Zenke 2023, Methods.

    Args:
        x: (B, M) or (M,); presynaptic input.
        z: (B, N) or (N,); activity ``f(a)``.
        slope: (B, N) or (N,); slope of the activation function, ``f'(a)``; ones where f is linear.
        mean: (N,); long-term mean of the activity; by default the minibatch's.
        var: (N,); long-term variance of the activity; by default the minibatch's, with ddof = 1.
        alpha: averaging factor of the long-term statistics, the weight of one sample; by default 1/(B − 1).
        epsilon: added to the variance, in its units.

    Returns:
        The direction of descent, (N, M), in the arrays' dtype (a NumPy scalar among the options promotes it); those of 16 bits
        are computed with in float32.

    Raises:
        TypeError: an argument is not an array, or not of a real floating dtype.
        ValueError: an array has the wrong rank, or a size differs between arrays.
        ValueError: epsilon is negative.
        ValueError: of mean, var, alpha some are given but not all; or none, and there are fewer than 2 samples.
    """
    xp, x, z, slope, mean, var = arrays(
        "log_variance",
        x=(x, "BM"),
        z=(z, "BN"),
        slope=(slope, "BN"),
        given={"mean": (mean, "N"), "var": (var, "N")},
    )
    nonnegative("log_variance", epsilon=epsilon)
    B = minibatch_size("log_variance", x, mean=mean, var=var, alpha=alpha)
    if alpha is None:
        alpha = 1 / (B - 1)
    if mean is None:
        mean = summed(xp, z) / B
    u = z - mean
    if var is None:
        var = alpha * summed(xp, u**2)
    sigma = xp.sqrt(epsilon + var)
    post = alpha * slope * u / sigma**2
    return xp.matmul(post.T, x)


@renamed(df="slope")
@full_precision
def log_variance_decay(
    x: Any,
    z: Any,
    slope: Any,
    W: Any,
    *,
    mean: Any = None,
    var: Any = None,
    alpha: Any = None,
    decay: float = 1.0,
    epsilon: float = 0.0001,
) -> Any:
    """Log-variance with weight decay: for a linear unit on zero-mean input Oja's rule on average, after w → √λ w and up to a
    positive factor that depends on the state.

        update_ij = Σ_b α f'(a_i^b) u_i^b/σ_i² · x_j^b - λ · W_ij
        z̄_i = Σ_b z_i^b/B
        u_i^b = z_i^b - z̄_i
        α = 1/(B - 1)
        v_i = α Σ_b (u_i^b)²
        σ_i = sqrt(ε + v_i)

    Claims: ``log-variance.minibatch``, ``oja.mean-field``, ``oja.fixed-points``, ``oja.decay-scale``

    Locality: local.

    Convention: summed over samples and units; with the ½; ddof = 1; σ² = variance + ε. The decay is taken once a call. With
    mean and var given and alpha = 1 the update of one sample is u f'(a) x/(v + ε) − λ W.

    Degenerate values: with the minibatch's statistics, a unit of constant activity gets 0 from this term, up to the rounding of
    its mean, if ε > 0, and NaN or rounding errors of any size if ε = 0.

    Source: note, log-variance loss; without the ½: Halvagal & Zenke 2023, Methods.

    Args:
        x: (B, M) or (M,); presynaptic input.
        z: (B, N) or (N,); activity ``f(a)``.
        slope: (B, N) or (N,); slope of the activation function, ``f'(a)``; ones where f is linear.
        W: (N, M); weights, from input j to output i.
        mean: (N,); long-term mean of the activity; by default the minibatch's.
        var: (N,); long-term variance of the activity; by default the minibatch's, with ddof = 1.
        alpha: averaging factor of the long-term statistics, the weight of one sample; by default 1/(B − 1).
        decay: weight decay, from the loss (λ/2)‖W‖².
        epsilon: added to the variance, in its units.

    Returns:
        The direction of descent, (N, M), in the arrays' dtype (a NumPy scalar among the options promotes it); those of 16 bits
        are computed with in float32.

    Raises:
        TypeError: an argument is not an array, or not of a real floating dtype.
        ValueError: an array has the wrong rank, or a size differs between arrays.
        ValueError: epsilon is negative.
        ValueError: of mean, var, alpha some are given but not all; or none, and there are fewer than 2 samples.
    """
    xp, x, z, slope, W, mean, var = arrays(
        "log_variance_decay",
        x=(x, "BM"),
        z=(z, "BN"),
        slope=(slope, "BN"),
        W=(W, "NM"),
        given={"mean": (mean, "N"), "var": (var, "N")},
    )
    nonnegative("log_variance_decay", epsilon=epsilon)
    B = minibatch_size("log_variance_decay", x, mean=mean, var=var, alpha=alpha)
    if alpha is None:
        alpha = 1 / (B - 1)
    if mean is None:
        mean = summed(xp, z) / B
    u = z - mean
    if var is None:
        var = alpha * summed(xp, u**2)
    sigma = xp.sqrt(epsilon + var)
    post = alpha * slope * u / sigma**2
    return xp.matmul(post.T, x) - decay * W
