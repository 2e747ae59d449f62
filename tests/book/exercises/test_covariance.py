"""The solutions of the exercises on the page ``covariance``."""

import numpy as np
import pytest

from derivations.covariance import beta, loss
from lvicreg import rules
from lvicreg.calculus import Sigma, gradient, is_zero
from lvicreg.calculus.layer import K, W, alpha, b, i, k, network, p, q, slope, u, var, x


def test_covariance_break(says) -> None:
    with_diagonal = -gradient(beta * Sigma(K[i, k] ** 2, i, k), W[p, q], network)
    gained = with_diagonal + gradient(loss, W[p, q], network)
    assert is_zero(gained + 4 * alpha * beta * var[p] * Sigma(u[b, p] * slope[b, p] * x[b, q], b), network)
    assert not is_zero(gained, network)
    says(r"update $-4 \alpha \beta v_i \sum_b u_i^b f'(a_i^b) x_j^b$", "minus four times", r"loss gains $\beta \sum_i v_i^2$")


def test_covariance_prove(says) -> None:
    inputs = np.array([[1.0, 1], [1, -1], [-1, 1], [-1, -1]])

    def update(w: np.ndarray) -> np.ndarray:
        return rules.covariance(inputs, inputs @ w.T, np.ones((4, 2)))

    assert (update(np.eye(2)) == 0).all()
    w = np.array([[1.0, 0.5], [0.3, 1.0]])
    C, K12 = np.cov(inputs.T), w[0] @ np.cov(inputs.T) @ w[1]
    assert update(w)[0] == pytest.approx(-4 * K12 * C @ w[1])
    assert np.abs(update(w)).max() > 0.1
    assert (update(np.array([[1.0, 0.5], [0.0, 0.0]]))[0] == 0).all()  # a silent unit
    says(r"the gradient for row 1 is $4 \beta K_{12}\, C w_2$")
