# Generated from derivations/covariance_one_sample.py by `python -m derivations`, SymPy 1.14.0.
# Do not edit: change the derivation and run the command again.
"""Covariance term, one sample at a time: update functions."""

from typing import Any

from lvicreg._inputs import arrays, minibatch_size
from lvicreg._precision import full_precision, summed
from lvicreg._renamed import renamed

__all__ = ["covariance_one_sample", "covariance_third_factor"]


@renamed(df="slope")
@full_precision
def covariance_one_sample(x: Any, z: Any, slope: Any, *, mean: Any = None, beta: float = 1.0) -> Any:
    """The note's one-sample covariance rule in its exactly local form. Not the gradient of the covariance loss: see
    covariance.one-sample-bias.

        update_ij = - Σ_b 4 β (S^b - (u_i^b)²) f'(a_i^b) u_i^b · x_j^b
        z̄_i = Σ_b z_i^b/B
        u_i^b = z_i^b - z̄_i
        S^b = Σ_k (u_k^b)²

    Claims: ``covariance.one-sample``, ``covariance.local-exact``, ``covariance.one-sample-mean``,
    ``covariance.one-sample-bias``

    Locality: local, with one factor shared by the population.

    Convention: summed over samples and over ordered pairs of units; the mean is held constant.

    Degenerate values: 0 where u = 0. NaN in one unit's activity reaches every unit through S.

    Source: note, covariance term; Halvagal & Zenke 2023 as published, Methods Eq. 7.

    Args:
        x: (B, M) or (M,); presynaptic input.
        z: (B, N) or (N,); activity ``f(a)``.
        slope: (B, N) or (N,); slope of the activation function, ``f'(a)``; ones where f is linear.
        mean: (N,); long-term mean of the activity; by default the minibatch's.
        beta: scale of the loss, a sum over pairs of units.

    Returns:
        The direction of descent, (N, M), in the arrays' dtype (a NumPy scalar among the options promotes it); those of 16 bits
        are computed with in float32.

    Raises:
        TypeError: an argument is not an array, or not of a real floating dtype.
        ValueError: an array has the wrong rank, or a size differs between arrays.
        ValueError: mean is not given, and there are fewer than 2 samples.
    """
    xp, x, z, slope, mean = arrays(
        "covariance_one_sample",
        x=(x, "BM"),
        z=(z, "BN"),
        slope=(slope, "BN"),
        given={"mean": (mean, "N")},
    )
    B = minibatch_size("covariance_one_sample", x, mean=mean)
    if mean is None:
        mean = summed(xp, z) / B
    u = z - mean
    S = xp.sum(u**2, axis=-1, keepdims=True)
    post = -4 * beta * (S - u**2) * slope * u
    return xp.matmul(post.T, x)


@renamed(df="slope")
@full_precision
def covariance_third_factor(x: Any, z: Any, slope: Any, *, mean: Any = None, beta: float = 1.0) -> Any:
    """The note's approximation of the one-sample rule by a factor common to the population; exact for β Σ_b ‖u^b‖⁴.

        update_ij = - Σ_b 4 β S^b f'(a_i^b) u_i^b · x_j^b
        z̄_i = Σ_b z_i^b/B
        u_i^b = z_i^b - z̄_i
        S^b = Σ_k (u_k^b)²

    Claims: ``covariance.third-factor``, ``covariance.third-factor-rotation``

    Locality: local, with one factor shared by the population.

    Convention: summed over samples and over all pairs of units, i = k too; the mean is held constant.

    Degenerate values: 0 where u = 0. NaN in one unit's activity reaches every unit through S.

    Source: note, covariance term.

    Args:
        x: (B, M) or (M,); presynaptic input.
        z: (B, N) or (N,); activity ``f(a)``.
        slope: (B, N) or (N,); slope of the activation function, ``f'(a)``; ones where f is linear.
        mean: (N,); long-term mean of the activity; by default the minibatch's.
        beta: scale of the loss, a sum over pairs of units.

    Returns:
        The direction of descent, (N, M), in the arrays' dtype (a NumPy scalar among the options promotes it); those of 16 bits
        are computed with in float32.

    Raises:
        TypeError: an argument is not an array, or not of a real floating dtype.
        ValueError: an array has the wrong rank, or a size differs between arrays.
        ValueError: mean is not given, and there are fewer than 2 samples.
    """
    xp, x, z, slope, mean = arrays(
        "covariance_third_factor",
        x=(x, "BM"),
        z=(z, "BN"),
        slope=(slope, "BN"),
        given={"mean": (mean, "N")},
    )
    B = minibatch_size("covariance_third_factor", x, mean=mean)
    if mean is None:
        mean = summed(xp, z) / B
    u = z - mean
    S = xp.sum(u**2, axis=-1, keepdims=True)
    post = -4 * beta * S * slope * u
    return xp.matmul(post.T, x)
