"""Expressions on arrays: axes in their order, every quantity drawn, each node by its own rule."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
from sympy import IndexedBase, Symbol, exp, log, sqrt

from lvicreg.calculus import SG, Before, Definitions, Delta, H, Sigma, Symmetric, f, f_prime, f_second, relu, sigmoid, softplus
from lvicreg.calculus.functions import Exponential
from lvicreg.calculus.layer import W, b, i, j, k, network, u, x
from lvicreg.engines.evaluation.broadcasting import primitives, sample, value

v, w, C = IndexedBase("v"), IndexedBase("w", positive=True), Symmetric("C")
n = IndexedBase("n", nonnegative=True)
s = Symbol("s")
DATA = SimpleNamespace(N=2, M=3, B=4, s=0.5, v=np.asarray([1.0, -2.0]))
DATA.x, DATA.W = np.arange(12.0).reshape(4, 3), np.arange(6.0).reshape(2, 3)
NOTHING = Definitions()


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        (v[i] * v[k], np.outer(DATA.v, DATA.v)),
        (Sigma(v[i], i), -1.0),
        (Sigma(W[i, j] * x[b, j], j), DATA.x @ DATA.W.T),
        (Sigma(x[b, j], b), DATA.x.sum(axis=0)),
        (Delta(i, k), np.eye(2)),
        (Before(i, k), [[0, 1], [0, 0]]),
        (f(v[i]), np.tanh(DATA.v)),
        (f_prime(v[i]), 1 - np.tanh(DATA.v) ** 2),
        (relu(v[i]), [1.0, 0.0]),
        (H(v[i]), [1.0, 0.0]),
        (relu(v[i] + 2), [3.0, 0.0]),
        (H(v[i] + 2), [1.0, 0.0]),
        (H(v[i] - 1), [0.0, 0.0]),  # at the kink
        (f_second(v[i]), [-2 * math.tanh(y) / math.cosh(y) ** 2 for y in DATA.v]),
        (f_second(v[i] / 4), [-2 * math.tanh(y / 4) / math.cosh(y / 4) ** 2 for y in DATA.v]),
        (exp(v[i]), [math.e, math.e**-2]),
        (Exponential(v[i]), [math.e, math.e**-2]),
        (sigmoid(v[i]), [1 / (1 + math.exp(-y)) for y in DATA.v]),
        (softplus(v[i]), [math.log1p(math.exp(y)) for y in DATA.v]),
        (SG(v[i]), DATA.v),
        (sqrt(v[i] ** 2), [1.0, 2.0]),
        (log(v[i] ** 2), 2 * np.log([1.0, 2.0])),
        (s * v[i] + 1, [1.5, 0.0]),
        (W[i, j] * v[i], DATA.W * DATA.v[:, None]),
    ],
    ids=str,
)
def test_values(expr, expected) -> None:
    np.testing.assert_allclose(value(expr, NOTHING, DATA), expected)


def test_the_order_of_axes() -> None:
    assert value(W[i, j] * x[b, j], NOTHING, DATA).shape == (4, 2, 3)
    np.testing.assert_array_equal(value(W[i, j], NOTHING, DATA, (j, i)), DATA.W.T)
    assert value(v[i], NOTHING, DATA, (b, i)).shape == (4, 2)
    with pytest.raises(ValueError, match=r"lack \[j\]"):
        value(W[i, j], NOTHING, DATA, (i,))


def test_names_are_looked_through() -> None:
    centred = value(u[b, i], network, SimpleNamespace(**vars(DATA)))
    np.testing.assert_allclose(centred.sum(axis=0), 0, atol=1e-14)
    assert {str(getattr(q, "base", q)) for q in primitives(u[b, i], network)} == {"x", "W", "B", "M", "N"}


def test_samples_are_of_the_kind_asked_for() -> None:
    data = sample(v[i] * w[i] * n[i] * C[j, j] * s, NOTHING, {"N": 50, "M": 5, "B": 2}, 2.0)
    assert data.v.shape == (50,)
    assert data.v.min() < 0 < data.w.min()
    assert data.n.min() >= 0
    assert 1 < data.v.std() < 4
    np.testing.assert_array_equal(data.C, data.C.T)
    assert np.linalg.eigvalsh(data.C).min() >= -1e-9
    assert data.s.shape == ()
    again = sample(v[i], NOTHING, {"N": 50, "M": 5, "B": 2}, 1.0)
    np.testing.assert_allclose(2 * again.v, sample(v[i], NOTHING, {"N": 50}, 2.0).v)


@pytest.mark.parametrize(
    ("known", "expected"),
    [({}, lambda drawn: drawn), ({"nonnegative": True}, np.abs), ({"negative": True}, lambda drawn: -np.abs(drawn))],
    ids=["no sign", "nonnegative", "negative"],
)
def test_what_is_drawn_has_the_sign_that_was_declared(known, expected):
    drawn = 2.0 * np.random.default_rng(1).normal(size=4)
    found = sample(IndexedBase("v", **known)[i], NOTHING, {"N": 4}, 2.0).v
    np.testing.assert_array_equal(found, expected(drawn))
