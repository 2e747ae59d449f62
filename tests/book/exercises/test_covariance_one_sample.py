"""The solutions of the exercises on the page ``covariance_one_sample``."""

import numpy as np
import pytest

from lvicreg import losses


def test_covariance_one_sample_break(says) -> None:
    sparse = np.array([[1.0, 0], [-1, 0], [0, 1], [0, -1]])
    assert losses.covariance(sparse)[0] == losses.covariance_one_sample(sparse)[0] == 0
    independent = np.random.default_rng(0).normal(size=(100_000, 2))
    assert losses.covariance_one_sample(independent)[0] / len(independent) == pytest.approx(2, rel=0.05)
    says("Both are zero", "For independent units, or Gaussian ones, it is positive on average")


def test_covariance_one_sample_prove(says) -> None:
    u = np.random.default_rng(1).normal(size=(6, 2))
    u -= u.mean(axis=0)

    def change(of, c: float = 1e-6) -> float:  # to first order in c
        return (of(u[:, 0] + c, u[:, 1]) - of(u[:, 0] - c, u[:, 1])) / (2 * c)

    assert change(lambda one, two: np.sum(one**2 * two**2)) == pytest.approx(2 * np.sum(u[:, 0] * u[:, 1] ** 2), rel=1e-6)
    assert abs(np.sum(u[:, 0] * u[:, 1] ** 2)) > 0.1
    assert change(lambda one, two: np.sum(one * two)) == pytest.approx(0, abs=1e-9)
    says(r"$2 c \sum_b u_1^b (u_2^b)^2$", r"$c \sum_b u_2^b = 0$")
