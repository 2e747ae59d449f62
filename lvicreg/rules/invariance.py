# Generated from derivations/invariance.py by `python -m derivations`, SymPy 1.14.0.
# Do not edit: change the derivation and run the command again.
"""Invariance term: update functions."""

from typing import Any

from lvicreg._inputs import arrays
from lvicreg._precision import full_precision
from lvicreg._renamed import renamed

__all__ = ["invariance"]


@renamed(df="slope")
@full_precision
def invariance(x: Any, z: Any, z_prev: Any, slope: Any) -> Any:
    """Invariance rule: pull the activity towards that of the previous time step.

        update_ij = - Σ_b 2 (z_i^b - z'_i^b) f'(a_i^b) · x_j^b

    Claims: ``invariance.stop-gradient``, ``invariance.stationary``

    Locality: local.

    Convention: summed over samples and units; the previous activity is held constant (stop-gradient).

    Degenerate values: 0 where the two activities agree; NaN in an activity stays in its unit's row.

    Source: note, invariance term; VICReg (arXiv 2105.04906), Eq. 5.

    Args:
        x: (B, M) or (M,); presynaptic input.
        z: (B, N) or (N,); activity ``f(a)``.
        z_prev: (B, N) or (N,); activity in the previous time step.
        slope: (B, N) or (N,); slope of the activation function, ``f'(a)``; ones where f is linear.

    Returns:
        The direction of descent, (N, M), in the arrays' dtype (a NumPy scalar among the options promotes it); those of 16 bits
        are computed with in float32.

    Raises:
        TypeError: an argument is not an array, or not of a real floating dtype.
        ValueError: an array has the wrong rank, or a size differs between arrays.
    """
    xp, x, z, z_prev, slope = arrays("invariance", x=(x, "BM"), z=(z, "BN"), z_prev=(z_prev, "BN"), slope=(slope, "BN"))
    post = -2 * (z - z_prev) * slope
    return xp.matmul(post.T, x)
