"""Automatic differentiation says no: to a factor, a sign, an index, a shape, and to a derivative that is 0 everywhere."""

from dataclasses import replace

import numpy as np
import pytest
from sympy import IndexedBase, Symbol

from lvicreg.calculus import Definitions, Sigma, Symmetric
from lvicreg.calculus.layer import W, b, i, j, m, network, p, q, slope, x, z
from lvicreg.engines import Autodiff, Contradiction

pytest.importorskip("autograd")
w, G, C, a = IndexedBase("w"), IndexedBase("G"), Symmetric("C"), Symbol("a", positive=True)
zero = Symbol("zero")
SHIFT = np.arange(4.0)[:, None] * np.roll(np.eye(4), 1, axis=0)


def squares(np, weights, data):
    """Σ_i (z_i)² of each sample."""
    return np.sum(np.tanh(data.x @ weights.T) ** 2, axis=1)


def form(np, vector, data):
    """a wᵀ C w."""
    return data.a * vector @ data.C @ vector


RIGHT = 2 * z[b, p] * slope[b, p] * x[b, q]
CHECK = Autodiff(squares, RIGHT, network)
FORM = Autodiff(form, 2 * a * Sigma(C[q, m] * w[m], m), Definitions(), target="w")


def test_a_derivative_passes() -> None:
    assert CHECK.run() == "2 points, relative 1e-10, 1e-13 of the largest entry"
    assert FORM.run() == "2 points, relative 1e-10, 1e-13 of the largest entry"


@pytest.mark.parametrize(
    "claimed",
    [
        2 * RIGHT,
        -RIGHT,
        RIGHT * (1 + 1e-8),
        RIGHT / slope[b, p],
        RIGHT + 1,
        2 * Sigma(z[b, i], i) * slope[b, p] * x[b, q],
        2 * z[b, p] * slope[b, p] * Sigma(x[b, j], j),
        Sigma(RIGHT, b),
    ],
    ids=str,
)
def test_a_wrong_derivative_is_refused(claimed) -> None:
    with pytest.raises(Contradiction, match=r"autograd and the claim differ at scale 0\.2: "):
        replace(CHECK, claimed=claimed).run()


def test_what_is_wrong_of_large_values_only_is_refused() -> None:
    def steeper_beyond_1(np, vector, data):
        return np.sum(np.where(np.abs(vector) > 1, 2, 1) * vector**2)

    with pytest.raises(Contradiction, match=r"autograd and the claim differ at scale [1-9]"):
        Autodiff(steeper_beyond_1, 2 * w[q], Definitions(), target="w").run()


def test_a_derivative_that_is_0_checks_nothing() -> None:
    with pytest.raises(Contradiction, match=r"the derivative is 0 at scale 0\.2"):
        Autodiff(lambda np, weights, data: 0 * np.sum(weights), zero * W[p, q], network, {"zero": 0.0}).run()


def test_what_autograd_does_not_know_is_told_with_what_to_write() -> None:
    def of_covariance(np, weights, data):
        return np.sum(np.cov(data.x @ weights.T, rowvar=False) ** 2)

    with pytest.raises(NotImplementedError, match=r"cov.* not defined\. Autograd does not know all of NumPy: write np\.diag"):
        replace(CHECK, loss=of_covariance).run()


def test_what_is_held_is_read_from_the_data() -> None:
    held = Autodiff(lambda np, weights, data: weights @ data.w, w[q], Definitions(), target="w")
    assert held.run()
    with pytest.raises(Contradiction):
        replace(held, claimed=2 * w[q]).run()


def test_values_can_be_given() -> None:
    assert replace(FORM, values={"a": 3.0}).run()
    with pytest.raises(Contradiction):
        Autodiff(form, 6 * Sigma(C[q, m] * w[m], m), Definitions(), {"a": 2.0}, target="w").run()


def test_a_hessian_and_the_order_of_its_axes() -> None:
    hessian = Autodiff(form, 2 * a * C[q, m], Definitions(), {"w": np.arange(4.0)}, target="w", axes=(q, m), order=2)
    assert hessian.run()
    with pytest.raises(Contradiction):
        replace(hessian, claimed=a * C[q, m]).run()
    with pytest.raises(ValueError, match="lack"):
        replace(hessian, axes=(q,)).run()

    def shifted(np, vector, data):
        return data.a * np.roll(vector, 1) * np.arange(4.0)

    field = Autodiff(shifted, a * G[q, m], Definitions(), {"w": np.zeros(4), "G": SHIFT}, target="w", axes=(q, m))
    assert field.run()
    with pytest.raises(Contradiction):
        replace(field, axes=(m, q)).run()


def test_sizes_tell_the_axes_apart() -> None:
    sizes = Autodiff(squares, RIGHT, network).sizes
    assert len(set(sizes.values())) == len(sizes) == 3
    assert min(sizes.values()) > 1
