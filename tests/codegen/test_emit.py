"""From an expression to array code: names, contractions, both orders."""

import pytest
from sympy import IndexedBase, Symbol, sqrt

from lvicreg.calculus import Definitions, H, Sigma, Symmetric
from lvicreg.calculus.layer import B, b, c, i, k, u
from lvicreg.calculus.notation import text, tidy
from lvicreg.codegen.arrays import code

v, S = IndexedBase("v"), IndexedBase("S")
K = Symmetric("K")
gamma = Symbol("gamma", positive=True)


@pytest.mark.parametrize(
    ("expr", "axes", "expected"),
    [
        (Sigma(u[b, i], b) / B, (i,), "summed(xp, u) / B"),
        (Sigma(u[b, k] ** 2, k), (b,), "xp.sum(u**2, axis=-1, keepdims=True)"),
        (2 * Sigma(u[b, i] * u[b, k], b), (i, k), "2 * xp.matmul(u.T, u)"),
        (Sigma(K[i, k] * u[b, k], k), (b, i), "xp.matmul(u, K)"),
        (Sigma(u[b, k] * u[c, k] * u[c, i], k, c), (b, i), "xp.matmul(xp.matmul(u, u.T), u)"),
        (K[i, i], (i,), "xp.linalg.diagonal(K)"),
        (u[b, i] - v[i], (b, i), "u - v"),
        (H(gamma - v[i]) * u[b, i] / v[i], (b, i), "xp.where(v >= gamma, 0.0, u / v)"),
        (Sigma(u[b, i], b) / (B - 1), (i,), "summed(xp, u) / (B - 1)"),
        ((gamma + 1) * Sigma(u[b, i], b), (i,), "(1 + gamma) * summed(xp, u)"),
        (1 / sqrt(v[i]), (i,), "1 / xp.sqrt(v)"),
        (Sigma(v[i], i) * sqrt(B), (), "B**(1 / 2) * xp.sum(v)"),
    ],
)
def test_code(expr, axes, expected) -> None:
    assert code(expr, axes) == expected


def test_text_and_tidy() -> None:
    expr = u[b, i] ** 3 - u[b, i] * S[b]
    assert text(tidy(expr), {}) == "-(S^b - (u_i^b)²) u_i^b"
    first, second = Symbol("p1"), Symbol("p2")
    assert text(tidy(first * u[b, i] * v[i] - second * u[b, i], (first, second)), {}) == "(p1 v_i - p2) u_i^b"


def test_text_of_a_definition() -> None:
    assert Definitions({S[b]: Sigma(u[b, k] ** 2, k)}).value(S[c]).has(u)
