"""The seeded errors that say the same mathematics, each with the reason why.

One that a test notices, or that no longer arises, has no place here: the runners refuse it.
"""

from __future__ import annotations

_LAST_AXIS = "S = xp.sum(u ** 2, axis=-1, keepdims=True) → S = xp.sum(u ** 2, axis=1, keepdims=True)"
_TWO_AXES = "u has two axes, samples and units, for a single sample too: the last one is number 1"

GENERATED: dict[tuple[str, str], str] = {
    ("covariance", "if K is None and B < z.shape[1]: → if K is None and B <= z.shape[1]:"): (
        "for B = N both orders of contraction give the same product, (α u uᵀ) u = u (α uᵀ u), at the same cost"
    ),
    ("covariance_one_sample", _LAST_AXIS): _TWO_AXES,
    ("covariance_third_factor", _LAST_AXIS): _TWO_AXES,
    ("total", _LAST_AXIS): _TWO_AXES,
    ("total_log_variance", _LAST_AXIS): _TWO_AXES,
}
