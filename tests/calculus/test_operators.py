"""What an operator asks for is carried out the same by the calculus and by the exact engine."""

from itertools import product

import pytest
from sympy import IndexedBase, Integer, sqrt

from lvicreg.calculus import (
    SG,
    At,
    D,
    Definitions,
    Delta,
    Gaussian,
    Mean,
    Sigma,
    Symmetric,
    derivative,
    expectation,
    is_zero,
    resolve,
)
from lvicreg.calculus.indexed import free_indices
from lvicreg.calculus.layer import K, W, alpha, b, c, epsilon, i, j, k, m, mean, network, p, q, sigma, u, var, x, z
from lvicreg.engines.evaluation.distributions import outcomes
from lvicreg.engines.evaluation.evaluator import Evaluator
from lvicreg.engines.evaluation.points import Point

w, v = IndexedBase("w"), IndexedBase("v")
C = Symmetric("C")
law = Gaussian(v[j], C)
loss = Sigma(w[j] * v[j], j) ** 2 - alpha * Sigma(w[j] ** 2, j) ** 2
nothing = Definitions()
SIZES = {"N": 2, "M": 2, "B": 3}


@pytest.mark.parametrize(
    ("expr", "definitions"),
    [
        (D(loss, w[q]), nothing),
        (Mean(loss, law), nothing),
        (Mean(D(loss, w[q]), law), nothing),
        (2 * Mean(D(loss, w[q]) * v[m], law) + D(loss, w[q]) * v[m], nothing),
        (Sigma(D(loss, w[q]) * v[q], q), nothing),
        (At(loss + w[m] * v[m], w[j], Delta(j, q) + 2 * v[j]), nothing),
        (At(D(loss, w[q]), w[j], alpha), nothing),
        (At(Sigma(w[q] * v[q], q) ** 2, w[j], v[q] + Delta(j, q)), nothing),
        (Mean(At(D(loss, w[q]), w[j], 0) + v[j] ** 2, law), nothing),
        (D(Sigma(sigma[i], i), W[p, q]), network),
        (D(Sigma(K[i, k] ** 2, i, k), W[p, q]) * Sigma(u[c, p] ** 2, c), network),
        (D(sigma[i] * var[i], var[p]), network),
        (At(sigma[i] + mean[i], z[b, k], 3 + Delta(b, c)), network.primitive(z)),
        (At(D(sigma[i], z[c, p]), mean[k], 3), network.primitive(z, mean)),
        (At(D(var[i], W[p, q]), x[b, j], 1), network),
    ],
    ids=str,
)
def test_resolved_by_the_calculus_as_by_the_exact_engine(expr, definitions):
    point = Point(SIZES)
    if expr.has(Mean):
        outcomes(law, point)
    evaluator = Evaluator(point, definitions)
    for places in product(range(2), repeat=4):
        at = dict(zip((i, p, q, m), places, strict=True)) | {b: 0, c: 1, j: 1}
        assert evaluator.value(resolve(expr, definitions), at) == evaluator.value(expr, at)


def test_resolve_carries_out_the_innermost_first():
    assert resolve(D(loss, w[q]), nothing) == derivative(loss, w[q])
    assert resolve(Mean(loss, law), nothing) == expectation(loss, law)
    assert is_zero(derivative(expectation(loss, law), w[q]) - resolve(Mean(D(loss, w[q]), law), nothing))
    assert is_zero(resolve(D(D(loss, w[q]), w[m]), nothing) - derivative(derivative(loss, w[q]), w[m]))
    assert is_zero(resolve(At(w[j] ** 2 * w[m], w[q], epsilon), nothing) - epsilon**3)
    assert resolve(At(D(w[j] ** 2, w[q]), w[m], 0), nothing) == 0
    assert resolve(loss, nothing) == loss


@pytest.mark.parametrize("operator", [D, lambda term, _: Mean(term, law), lambda term, at: At(term, at, 0), Sigma])
def test_what_is_not_carried_out_is_a_number(operator):
    one, other = (operator(term, m if operator is Sigma else w[m]) for term in (w[j], v[j]))
    assert one.is_commutative
    assert one * other == other * one


def test_at_looks_through_names():
    assert is_zero(resolve(At(u[b, i], W[p, q], 0), network), network)
    assert not is_zero(resolve(At(z[b, i], W[p, q], 0), network), network)
    with pytest.raises(TypeError, match=r"use definitions.primitive\(z\)"):
        resolve(At(sigma[i], z[b, k], 0), network)
    with pytest.raises(TypeError, match=r"alpha is defined, so use definitions.primitive\(alpha\)"):
        resolve(At(alpha * mean[i], alpha, 2), network)


@pytest.mark.parametrize("inner", [D(loss, w[m]), Mean(loss, law), At(loss, w[j], Integer(2))], ids=["D", "Mean", "At"])
def test_the_exact_engine_refuses_an_operator_inside_a_derivative(inner):
    with pytest.raises(TypeError, match="after D, not inside"):
        Evaluator(Point({"M": 2}), nothing).value(D(inner, w[q]), {j: 0, m: 0, q: 0})


def test_a_singular_point_is_refused_by_both_engines():
    """The root of a quadratic form has no gradient at 0, though SymPy would merge 0/√0 into 0."""
    square = Sigma(w[j] ** 2, j)
    slope = At(D(sqrt(square), w[q]), w[m], 0)
    with pytest.raises(ZeroDivisionError):
        resolve(slope, Definitions())
    with pytest.raises(ZeroDivisionError):
        Evaluator(Point({"M": 2}), Definitions()).value(slope, {q: 0})


def test_at_names_what_it_cannot_place():
    with pytest.raises(TypeError, match="gives a value to a symbol, or to an array indexed by different indices"):
        At(loss, w[j] + 1, 0)
    with pytest.raises(TypeError, match="different indices"):
        At(loss, K[i, i], 0)
    with pytest.raises(TypeError, match="indices of different ranges"):
        resolve(At(loss, w[i], 0), nothing)


def test_the_indices_of_the_quantity_are_bound():
    assert free_indices(At(loss * v[m], w[j], Delta(j, q))) == {m, q}


def test_at_reads_every_index():
    placed = At(K[i, k] * W[p, q], W[i, j], mean[i] * v[j])
    assert is_zero(resolve(placed, network.primitive(K)) - K[i, k] * mean[p] * v[q])


def test_at_does_not_capture_what_the_value_names():
    """The value's ``q`` is the one outside, also where the term sums over an index of that name."""
    placed = At(Sigma(w[q] * v[q], q), w[j], Delta(j, q))
    assert is_zero(resolve(placed, nothing) - v[q])
    assert resolve(At(alpha * w[j], alpha, 3), nothing) == 3 * w[j]


def test_a_mean_is_taken_after_the_derivative() -> None:
    """A mean forgets what was held constant: the derivative of that of w_j v_j SG(w_k v_k) would be twice what it is."""
    held = Sigma(w[j] * v[j], j) * SG(Sigma(w[j] * v[j], j))
    assert is_zero(resolve(Mean(D(held, w[q]), law), nothing) - Sigma(C[j, q] * w[j], j))
    for inside in (Mean(held, law), 2 * Mean(held, law), At(held, v[j], 1)):
        for engine in (lambda expr: resolve(expr, nothing), lambda expr: Evaluator(Point(SIZES), nothing).value(expr, {q: 0})):
            with pytest.raises(TypeError, match="after D, not inside it"):
                engine(D(inside, w[q]))
    with pytest.raises(TypeError, match=r"got the derivative of At\("):
        resolve(D(At(held, v[j], 1), w[q]), nothing)


def test_a_symmetric_matrix_is_given_no_value_that_may_not_be() -> None:
    with pytest.raises(TypeError, match=r"C is symmetric, and .* may not be"):
        At(C[j, k], C[j, m], v[j] * w[m])
