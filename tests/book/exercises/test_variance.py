"""The solutions of the exercises on the page ``variance``."""

import numpy as np

from derivations.variance import gamma, loss
from lvicreg import rules
from lvicreg.calculus import H, Sigma, gradient, is_zero
from lvicreg.calculus.layer import B, W, b, network, p, q, sigma, slope, u, x


def test_variance_break(says) -> None:
    right = gradient(loss, W[p, q], network)
    wrong = -H(gamma - sigma[p]) / (B * sigma[p]) * Sigma(u[b, p] * slope[b, p] * x[b, q], b)  # α = 1/B, but not in σ
    assert is_zero(wrong - (B - 1) / B * right, network)
    assert not is_zero(wrong - right, network)
    says(r"has $\alpha$ once, outside $\sigma_i$, so the update is $(B-1)/B$ times the right one")


def test_variance_prove(says) -> None:
    random = np.random.default_rng(0)
    inputs, weights = random.normal(size=(6, 4)), random.normal(size=(3, 4)) / 4
    others = weights + [[0], [1], [1]] * random.normal(size=(3, 4))

    def first(w: np.ndarray) -> np.ndarray:
        z = np.tanh(inputs @ w.T)
        return rules.variance(inputs, z, 1 - z**2)[0]

    assert np.array_equal(first(weights), first(others))
    assert not np.array_equal(first(weights), first(weights + 0.1))
    says("are functions of row $i$ of $W$ and of the inputs alone")
