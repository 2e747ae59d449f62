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
    says(
        "The variances become 1.8 and 0.2",
        r"$2^2 + 2\,(1 + 1 + 2 \cdot 0.64) = 10.56$ before and $2^2 + 2\,(1.8^2 + 0.2^2) = 10.56$ after",
        r"rises from $0$ to $-\frac12 \log(1.8 \cdot 0.2) = 0.51$",
        "The correlated units are the better ones.",
    )


def test_covariance_rotation_prove(says) -> None:
    K = np.diag([3.0, 0.5])
    for degrees in (10, 30, 45):
        theta = np.deg2rad(degrees)
        grown = np.prod(np.diag(rotated(K, degrees))) - 3 * 0.5
        assert grown == pytest.approx((3 - 0.5) ** 2 * np.sin(theta) ** 2 * np.cos(theta) ** 2)
        assert grown == pytest.approx((3 - 0.5) ** 2 * np.sin(2 * theta) ** 2 / 4)
    losses = [log_variance(rotated(K, degrees)) for degrees in range(91)]
    assert np.argmin(losses) == 45
    least = rotated(K, 45)
    np.testing.assert_allclose(np.diag(least), (3 + 0.5) / 2)
    assert abs(least[0, 1]) == pytest.approx((3 - 0.5) / 2)
    assert abs(least[0, 1]) / least[0, 0] == pytest.approx((3 - 0.5) / (3 + 0.5))
    says(
        r"most at $\theta = 45°$",
        "$(v_1 + v_2)/2$",
        "$(v_1 - v_2)/2$ up to its sign",
        "$(v_1 - v_2)/(v_1 + v_2)$",
        r"grows by $(v_1 - v_2)^2 \sin^2\theta \cos^2\theta = \tfrac14 (v_1 - v_2)^2 \sin^2 2\theta$",
    )
