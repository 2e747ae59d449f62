"""The seeded errors in generated functions that change nothing, by function and change, and why."""

from __future__ import annotations

_LAST_AXIS = "S = xp.sum(u ** 2, axis=-1, keepdims=True) → S = xp.sum(u ** 2, axis=1, keepdims=True)"
_TWO_AXES = "u has two axes, samples and units, for a single sample too: the last one is number 1"

GENERATED: dict[tuple[str, str], str] = {
    ("covariance", "if K is None and B < z.shape[1]: → if K is None and B <= z.shape[1]:"): (
        "for B = N both orders of contraction give the same product, (α u uᵀ) u = u (α uᵀ u), at the same cost"
    ),
    ("losses.covariance", "if B < z.shape[1]: → if B <= z.shape[1]:"): "for B = N both forms are one number at the same cost",
    ("losses.covariance_one_sample", _LAST_AXIS): _TWO_AXES,
    (
        "losses.variance",
        "loss = xp.sum(xp.where(sigma >= gamma, 0.0, gamma - sigma)) → "
        "loss = xp.sum(xp.where(sigma > gamma, 0.0, gamma - sigma))",
    ): "at the threshold what is summed is 0 on either side",
    ("covariance_one_sample", _LAST_AXIS): _TWO_AXES,
    ("covariance_third_factor", _LAST_AXIS): _TWO_AXES,
    ("total", _LAST_AXIS): _TWO_AXES,
    ("total_log_variance", _LAST_AXIS): _TWO_AXES,
}
