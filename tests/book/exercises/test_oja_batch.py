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
    says(
        "With the samples 1 and 2, $u_1 = -u_2 = (y_1 - y_2)/2$, and the update is $(x_1 - x_2)/(y_1 - y_2)$. Its product with "
        "$w$ is $1$.",
        "which has no mean",
    )


def test_oja_batch_prove(says) -> None:
    """The rule with 1/B in it and a variance divided by B − 1, on one batch until it stands still."""
    decay = 2.0
    for B in (2, 5, 200):
        x = np.random.default_rng(B).normal(size=(B, 2))
        x -= x.mean(axis=0)
        W = np.array([[0.6, -0.3]])
        for _ in range(400):
            z = x @ W.T
            held = {"mean": np.zeros(1), "var": z.var(axis=0, ddof=1), "alpha": 1 / B}
            W = W + 0.1 * rules.log_variance_decay(x, z, np.ones((B, 1)), W, decay=decay, epsilon=0.0, **held)
        squared = (W**2).sum()
        assert squared == pytest.approx((B - 1) / (B * decay))
        assert B != 2 or squared == pytest.approx(1 / (2 * decay))
        assert B != 200 or squared == pytest.approx(1 / decay, rel=0.01)
    says(
        r"$\lVert w \rVert^2 = (B - 1)/(B \lambda)$: half of $1/\lambda$ for $B = 2$, and $1/\lambda$ in the limit",
        r"$\frac{1}{B} \sum_b y_b^2$ over $\frac{1}{B - 1} \sum_b y_b^2$ is $(B - 1)/B$",
    )
