# Generated from derivations/total.py by `python -m derivations`, SymPy 1.14.0.
# Do not edit: change the derivation and run the command again.
"""Total rule: update functions."""

from typing import Any

from lvicreg._inputs import arrays, minibatch_size, nonnegative
from lvicreg._precision import full_precision, summed
from lvicreg._renamed import renamed

__all__ = ["total", "total_log_variance"]


@renamed(df="slope")
@full_precision
def total(
    x: Any,
    z: Any,
    z_prev: Any,
    slope: Any,
    *,
    mean: Any = None,
    var: Any = None,
    lambda_inv: float = 1.0,
    lambda_var: float = 1.0,
    lambda_cov: float = 1.0,
    gamma: float = 1.0,
    epsilon: float = 0.0001,
) -> Any:
    """Total rule: invariance, hinge variance and one-sample covariance together.

        update_ij = Σ_b (λ_var H(γ - σ_i) u_i^b/σ_i - λ_cov (S^b - (u_i^b)²) u_i^b - λ_inv (z_i^b - z'_i^b)) f'(a_i^b) · x_j^b
        z̄_i = Σ_b z_i^b/B
        u_i^b = z_i^b - z̄_i
        α = 1/(B - 1)
        v_i = α Σ_b (u_i^b)²
        σ_i = sqrt(ε + v_i)
        S^b = Σ_k (u_k^b)²

    Claims: ``total.sum``, ``total.local``

    Locality: local, with one factor shared by the population.

    Convention: summed over samples; the coefficients have absorbed 2, α and 4β; the means and the previous activity are held
    constant; ddof = 1.

    Degenerate values: finite for finite input if ε > 0, unless the cube of the activity, times the input, overflows. NaN in one
    unit's activity reaches every unit through S.

    Source: note, total loss.

    Args:
        x: (B, M) or (M,); presynaptic input.
        z: (B, N) or (N,); activity ``f(a)``.
        z_prev: (B, N) or (N,); activity in the previous time step.
        slope: (B, N) or (N,); slope of the activation function, ``f'(a)``; ones where f is linear.
        mean: (N,); long-term mean of the activity; by default the minibatch's.
        var: (N,); long-term variance of the activity; by default the minibatch's, with ddof = 1.
        lambda_inv: coefficient of the invariance term.
        lambda_var: coefficient of the variance term.
        lambda_cov: coefficient of the covariance term.
        gamma: target standard deviation.
        epsilon: added to the variance, in its units.

    Returns:
        The direction of descent, (N, M), in the arrays' dtype (a NumPy scalar among the options promotes it); those of 16 bits
        are computed with in float32.

    Raises:
        TypeError: an argument is not an array, or not of a real floating dtype.
        ValueError: an array has the wrong rank, or a size differs between arrays.
        ValueError: gamma or epsilon is negative.
        ValueError: of mean, var some are given but not all; or none, and there are fewer than 2 samples.
    """
    xp, x, z, z_prev, slope, mean, var = arrays(
        "total",
        x=(x, "BM"),
        z=(z, "BN"),
        z_prev=(z_prev, "BN"),
        slope=(slope, "BN"),
        given={"mean": (mean, "N"), "var": (var, "N")},
    )
    nonnegative("total", gamma=gamma, epsilon=epsilon)
    B = minibatch_size("total", x, mean=mean, var=var)
    if mean is None:
        mean = summed(xp, z) / B
    u = z - mean
    S = xp.sum(u**2, axis=-1, keepdims=True)
    if var is None:
        alpha = 1 / (B - 1)
        var = alpha * summed(xp, u**2)
    sigma = xp.sqrt(epsilon + var)
    post = slope * (
        xp.where(sigma >= gamma, 0.0, lambda_var * u / sigma) - lambda_cov * (S - u**2) * u - lambda_inv * (z - z_prev)
    )
    return xp.matmul(post.T, x)


@renamed(df="slope")
@full_precision
def total_log_variance(
    x: Any,
    z: Any,
    z_prev: Any,
    slope: Any,
    *,
    mean: Any = None,
    var: Any = None,
    lambda_inv: float = 1.0,
    lambda_var: float = 1.0,
    lambda_cov: float = 1.0,
    epsilon: float = 0.0001,
) -> Any:
    """Total rule with the log-variance term in the place of the hinge.

        update_ij = Σ_b (λ_var u_i^b/σ_i² - λ_cov (S^b - (u_i^b)²) u_i^b - λ_inv (z_i^b - z'_i^b)) f'(a_i^b) · x_j^b
        z̄_i = Σ_b z_i^b/B
        u_i^b = z_i^b - z̄_i
        α = 1/(B - 1)
        v_i = α Σ_b (u_i^b)²
        σ_i = sqrt(ε + v_i)
        S^b = Σ_k (u_k^b)²

    Claims: ``total.log-variance``, ``total.local``

    Locality: local, with one factor shared by the population.

    Convention: summed over samples; the coefficients have absorbed 2, α and 4β; the means and the previous activity are held
    constant; ddof = 1.

    Degenerate values: finite for finite input if ε > 0, unless the cube of the activity, times the input, overflows. NaN in one
    unit's activity reaches every unit through S.

    Source: note, total loss.

    Args:
        x: (B, M) or (M,); presynaptic input.
        z: (B, N) or (N,); activity ``f(a)``.
        z_prev: (B, N) or (N,); activity in the previous time step.
        slope: (B, N) or (N,); slope of the activation function, ``f'(a)``; ones where f is linear.
        mean: (N,); long-term mean of the activity; by default the minibatch's.
        var: (N,); long-term variance of the activity; by default the minibatch's, with ddof = 1.
        lambda_inv: coefficient of the invariance term.
        lambda_var: coefficient of the variance term.
        lambda_cov: coefficient of the covariance term.
        epsilon: added to the variance, in its units.

    Returns:
        The direction of descent, (N, M), in the arrays' dtype (a NumPy scalar among the options promotes it); those of 16 bits
        are computed with in float32.

    Raises:
        TypeError: an argument is not an array, or not of a real floating dtype.
        ValueError: an array has the wrong rank, or a size differs between arrays.
        ValueError: epsilon is negative.
        ValueError: of mean, var some are given but not all; or none, and there are fewer than 2 samples.
    """
    xp, x, z, z_prev, slope, mean, var = arrays(
        "total_log_variance",
        x=(x, "BM"),
        z=(z, "BN"),
        z_prev=(z_prev, "BN"),
        slope=(slope, "BN"),
        given={"mean": (mean, "N"), "var": (var, "N")},
    )
    nonnegative("total_log_variance", epsilon=epsilon)
    B = minibatch_size("total_log_variance", x, mean=mean, var=var)
    if mean is None:
        mean = summed(xp, z) / B
    u = z - mean
    S = xp.sum(u**2, axis=-1, keepdims=True)
    if var is None:
        alpha = 1 / (B - 1)
        var = alpha * summed(xp, u**2)
    sigma = xp.sqrt(epsilon + var)
    post = (lambda_var * u / sigma**2 - lambda_cov * (S - u**2) * u - lambda_inv * (z - z_prev)) * slope
    return xp.matmul(post.T, x)
