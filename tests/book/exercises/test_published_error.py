"""The solutions of the exercises on the page ``published_error``."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st


def corrected(u: np.ndarray) -> float:
    """Formula A."""
    size, units = u.shape
    K = u.T @ u / (size - 1)
    return float(np.sum(K**2) - np.sum(np.diag(K) ** 2)) / (units**2 - units)


def printed(u: np.ndarray) -> float:
    """Formula B."""
    size, units = u.shape
    squares = u**2
    return float(np.sum(np.sum(squares, axis=1) ** 2 - np.sum(squares**2, axis=1))) / ((size - 1) * (units**2 - units))


def test_published_error_break(says) -> None:
    u = np.array([[1.0, 0], [-1, 0], [0, 1], [0, -1]])
    assert corrected(u) == printed(u) == 0
    on_the_page = np.array([[1.0, 1], [1, -1], [-2, 0]])
    assert (corrected(on_the_page), printed(on_the_page)) == (0, 1)
    says("$u_1 = (1, -1, 0, 0)$ and $u_2 = (0, 0, 1, -1)$")


@given(st.integers(2, 8), st.integers(2, 4), st.integers(0, 2**32 - 1))
def at_least(size: int, units: int, seed: int) -> None:
    u = np.random.default_rng(seed).normal(size=(size, units))
    u -= u.mean(axis=0)
    assert printed(u) >= (size - 1) / size * corrected(u) - 1e-12


def test_published_error_prove(says) -> None:
    at_least()
    says(r"$\left(\sum_b p_b\right)^2 \le B \sum_b p_b^2$", r"the right $\tfrac{B}{B - 1}$ times the second's")
