"""The solutions of the exercises on the page ``oja_flow``."""

import numpy as np
import pytest

C, w = np.array([[2.0, 0.5], [0.5, 1]]), np.array([0.3, -0.4])


def log_variance(C: np.ndarray, w: np.ndarray, decay: float = 1.0) -> np.ndarray:
    return C @ w / (w @ C @ w) - decay * w


def oja(C: np.ndarray, w: np.ndarray) -> np.ndarray:
    return C @ w - (w @ C @ w) * w


def test_oja_flow_break(says) -> None:
    assert log_variance(4 * C, w) == pytest.approx(log_variance(C, w))  # inputs doubled
    assert oja(4 * C, w) == pytest.approx(4 * oja(C, w))
    says("both take the same time as before", "everything runs four times as fast")


def test_oja_flow_prove(says) -> None:
    for decay in (0.5, 1.0, 3.0):
        assert 2 * w @ log_variance(C, w, decay) == pytest.approx(2 * (1 - decay * w @ w))
    says(r"= 2 (1 - \lambda n)$", r"decays like $e^{-2 \lambda t}$")
