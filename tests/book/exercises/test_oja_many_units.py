"""The solutions of the exercises on the page ``oja_many_units``."""

import numpy as np
import pytest

C = np.diag([2.0, 0.5])


def turned(angle: float) -> np.ndarray:
    return np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])


def test_oja_many_units_break(says) -> None:
    straight, diagonal = (np.diag(W @ C @ W.T) for W in (turned(0), turned(np.pi / 4)))
    assert straight.sum() == pytest.approx(diagonal.sum())
    assert straight.prod() < diagonal.prod() - 0.1
    says("the sum of the variances is the trace of", "The product of the variances, and so the sum of logarithms, does change")


def test_oja_many_units_prove(says) -> None:
    a, b = 1 / 2.0, 1 / 0.5
    for angle in (0, 0.2, 0.7):
        lengths = [q @ np.linalg.inv(C) @ q for q in turned(angle)]
        assert np.prod(lengths) == pytest.approx(a * b + (a - b) ** 2 * np.sin(angle) ** 2 * np.cos(angle) ** 2)
    says(r"$a b + (a - b)^2 \sin^2 \theta \cos^2 \theta \ge a b$", "$a = 1/\\mu_1$ and $b = 1/\\mu_2$")
