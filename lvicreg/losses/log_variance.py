# Generated from derivations/activity.py by `python -m derivations`, SymPy 1.14.0.
# Do not edit: change the derivation and run the command again.
"""Log-variance loss."""

from typing import Any

from lvicreg._inputs import arrays, nonnegative, several_samples
from lvicreg._precision import full_precision, summed

__all__ = ["log_variance"]


@full_precision
def log_variance(z: Any, *, epsilon: float = 0.0001) -> Any:
    """Log-variance loss: minus half the logarithm of the units' variances.

        loss = -Σ_i log(ε + v_i)/2
        gradient_i^b = -α u_i^b/σ_i²
        z̄_i = Σ_b z_i^b/B
        u_i^b = z_i^b - z̄_i
        α = 1/(B - 1)
        v_i = α Σ_b (u_i^b)²
        σ_i = sqrt(ε + v_i)

    Claims: ``activity.log-variance``

    Convention: summed over samples and units; with the ½; ddof = 1; σ² = variance + ε.

    Degenerate values: a unit of constant activity contributes −½ log ε and, if ε > 0, gets the gradient 0, up to the rounding
    of its mean; if ε = 0, infinity and NaN.

    Source: note, log-variance loss.

    Args:
        z: (B, N); activity ``f(a)``.
        epsilon: added to the variance, in its units.

    Returns:
        The loss, a number, and its gradient with respect to the activity, (B, N), in the arrays' dtype; those of 16 bits are
        computed with in float32.

    Raises:
        TypeError: an argument is not an array, or not of a real floating dtype.
        ValueError: an array has the wrong rank, or a size differs between arrays.
        ValueError: epsilon is negative.
        ValueError: there are fewer than 2 samples.
    """
    xp, z = arrays("log_variance", z=(z, "BN"))
    nonnegative("log_variance", epsilon=epsilon)
    B = several_samples("log_variance", z)
    alpha = 1 / (B - 1)
    mean = summed(xp, z) / B
    u = z - mean
    var = alpha * summed(xp, u**2)
    sigma = xp.sqrt(epsilon + var)
    loss = -xp.sum(xp.log(epsilon + var)) / 2
    gradient = -alpha * u / sigma**2
    return loss, gradient
