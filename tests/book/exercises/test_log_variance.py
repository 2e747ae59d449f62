"""The solutions of the exercises on the page ``log_variance``."""

import numpy as np
import pytest

from derivations import log_variance
from lvicreg import rules
from lvicreg.calculus import Sigma, gradient, is_zero
from lvicreg.calculus.indexed import rename
from lvicreg.calculus.layer import W, a, b, epsilon, j, network, p, q, slope, z


def test_log_variance_break(says) -> None:
    volts, w = np.random.default_rng(0).normal(size=(6, 4)) * 1e-4, np.ones((1, 4))

    def update(x: np.ndarray, gamma: float = 1.0) -> np.ndarray:
        return rules.variance(x, x @ w.T, np.ones((6, 1)), gamma=gamma, epsilon=0.0)

    assert update(1000 * volts) == pytest.approx(1000 * update(volts))
    assert (update(1000 * volts, gamma=0.01) == 0).all()  # beyond the target, which the same weights were below
    assert update(volts, gamma=0.01).all()
    says("a thousand times larger", "brings a factor of 1000", "nothing is learned at all")


def test_log_variance_prove(says) -> None:
    linear = network.replace({z[b, p]: a[b, p], slope[b, p]: 1, epsilon: 0})
    along = Sigma(W[p, j] * rename(-gradient(log_variance.loss, W[p, q], linear), {q: j}), j)
    assert is_zero(along - 1, linear)
    assert not is_zero(along - 2, linear)
    says(
        r"-\tfrac12 \log v(w)$ with $v(s w) = s^2 v(w)$",
        r"$w \cdot \nabla L = -1$",
        r"$w \cdot \text{update} = 1$",
        r"+ 2 \eta +",
    )
