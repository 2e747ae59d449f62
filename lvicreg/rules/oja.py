# Generated from derivations/oja.py by `python -m derivations`, SymPy 1.14.0.
# Do not edit: change the derivation and run the command again.
"""Oja's rule: update functions."""

from typing import Any

from lvicreg._inputs import arrays
from lvicreg._precision import full_precision, summed

__all__ = ["oja"]


@full_precision
def oja(x: Any, z: Any, W: Any) -> Any:
    """Oja's rule, for each unit by itself: every unit tends to the first principal component, with one sign or the other.

        update_ij = Σ_b z_i^b · x_j^b - Σ_b (z_i^b)² · W_ij

    Claims: ``oja.mean-field``, ``oja.proportional``, ``oja.fixed-points``

    Locality: local.

    Convention: summed over samples, the decay z² W too; zero-mean input; z = W x.

    Degenerate values: 0 where z = 0. NaN in a unit's activity stays in its row.

    Source: Oja 1982, J. Math. Biol. 15, 267, Eq. 3.

    Args:
        x: (B, M) or (M,); presynaptic input.
        z: (B, N) or (N,); activity ``f(a)``.
        W: (N, M); weights, from input j to output i.

    Returns:
        The direction of descent, (N, M), in the arrays' dtype (a NumPy scalar among the options promotes it); those of 16 bits
        are computed with in float32.

    Raises:
        TypeError: an argument is not an array, or not of a real floating dtype.
        ValueError: an array has the wrong rank, or a size differs between arrays.
    """
    xp, x, z, W = arrays("oja", x=(x, "BM"), z=(z, "BN"), W=(W, "NM"))
    return xp.matmul(z.T, x) - summed(xp, z**2)[:, None] * W
