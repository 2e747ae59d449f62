"""The solutions of the exercises on the page ``oja``."""

import numpy as np
import pytest


def test_oja_break(says) -> None:
    C = np.diag([2.0, 0.5])

    def length(decay: float) -> float:
        w = np.array([1.0, 0.3])
        for _ in range(2000):
            w = w + 0.05 * (2 * C @ w / (w @ C @ w) - decay * w)  # without the half
        return float(np.linalg.norm(w))

    assert length(1.0) == pytest.approx(np.sqrt(2))
    assert length(2.0) == pytest.approx(1)
    says(rf"the length is $\sqrt {length(1.0) ** 2:.0f}$, and $\lambda = 2$ repairs it", r"gives $r^2 = 2/\lambda$")


def test_oja_prove(says) -> None:
    C = np.array([[2.0, 1], [1, 2]])
    v, mu = np.array([1.0, 1]) / np.sqrt(2), 3.0
    for r in (0.5, 1.0, 2.0):
        w = r * v
        s = w @ C @ w
        assert C @ w / s - w == pytest.approx((1 / r**2 - 1) * w)
        assert C @ w - s * w == pytest.approx(mu * (1 - r**2) * w)
    says(r"$F = (1/r^2 - 1)\, w$ and $O = \mu (1 - r^2)\, w$")
