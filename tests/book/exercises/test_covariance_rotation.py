"""The solutions of the exercises on the page ``covariance_rotation``."""

import numpy as np
import pytest


def rotated(K: np.ndarray, degrees: float) -> np.ndarray:
    c, s = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    R = np.array([[c, s], [-s, c]])
    return R @ K @ R.T


def fourth_power(K: np.ndarray) -> float:
    """The mean of ``‖u‖⁴`` over the zero-mean Gaussian, by a product rule that is exact for polynomials of degree 4."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(4)
    g = np.array([[a, b] for a in nodes for b in nodes])
    u = g @ np.linalg.cholesky(K).T
    return float(np.outer(weights, weights).ravel() @ (u**2).sum(axis=1) ** 2 / weights.sum() ** 2)


def log_variance(K: np.ndarray) -> float:
    return float(-np.log(np.diag(K)).sum() / 2)


def test_covariance_rotation_break(says) -> None:
    before = np.array([[1, 0.8], [0.8, 1]])
    after = rotated(before, 45)
    np.testing.assert_allclose(after, np.diag([1.8, 0.2]), atol=1e-12)
    assert fourth_power(before) == pytest.approx(10.56) == fourth_power(after)
    assert (log_variance(before), log_variance(after)) == (0, pytest.approx(0.51, abs=0.005))
    says("The variances become 1.8 and 0.2", "= 10.56$ before", "= 10.56$ after", r"-\frac12 \log(1.8 \cdot 0.2) = 0.51$")


def test_covariance_rotation_prove(says) -> None:
    K = np.diag([3.0, 0.5])
    losses = [log_variance(rotated(K, degrees)) for degrees in range(91)]
    assert np.argmin(losses) == 45
    least = rotated(K, 45)
    np.testing.assert_allclose(np.diag(least), (3 + 0.5) / 2)
    assert abs(least[0, 1]) == pytest.approx((3 - 0.5) / 2)
    assert abs(least[0, 1]) / least[0, 0] == pytest.approx((3 - 0.5) / (3 + 0.5))
    says(r"most at $\theta = 45°$", "$(K_1 + K_2)/2$", "$(K_1 - K_2)/2$ up to its sign", "$(K_1 - K_2)/(K_1 + K_2)$")
