"""The solutions of the exercises on the page ``oja_batch``."""

import numpy as np
import pytest

from lvicreg import rules

w = np.array([[0.6, -0.3]])


def update(x: np.ndarray) -> np.ndarray:
    """Of log-variance, for one linear unit."""
    return rules.log_variance(x, x @ w.T, np.ones((len(x), 1)), epsilon=0.0)[0]


def test_oja_batch_break(says) -> None:
    x = np.random.default_rng(0).normal(size=(2, 2))
    y = x @ w[0]
    assert update(x) == pytest.approx((x[0] - x[1]) / (y[0] - y[1]))
    assert w[0] @ update(x) == pytest.approx(1)
    batches = np.random.default_rng(1).normal(size=(20_000, 2, 2))
    across = np.array([update(batch) @ [0.3, 0.6] for batch in batches])
    assert np.median(np.abs(across)) < 2 < 1000 < np.abs(across).max()  # Cauchy's tails
    says("the update is $(x_1 - x_2)/(y_1 - y_2)$", "Along $w$ it is $1$", "which has no mean")


def test_oja_batch_prove(says) -> None:
    for B in (2, 5):
        y = np.random.default_rng(B).normal(size=B)
        ratio = (np.sum(y**2) / B) / (np.sum(y**2) / (B - 1))
        assert ratio == pytest.approx((B - 1) / B)
    says(r"$\lVert w \rVert^2 = (B - 1)/(B \lambda)$", r"half of $1/\lambda$ for $B = 2$")
