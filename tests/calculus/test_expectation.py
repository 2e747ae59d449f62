"""Expectations by pairings against averages over finite distributions with the same moments."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import IndexedBase, Mul, Symbol, sqrt

from lvicreg.calculus import (
    Definitions,
    Delta,
    Gaussian,
    H,
    IndependentUnits,
    Law,
    Mean,
    SecondMoments,
    Sigma,
    Symmetric,
    expectation,
    f,
    is_zero,
)
from lvicreg.calculus.indexed import free_indices
from lvicreg.calculus.layer import B, N, W, alpha, b, c, i, j, k, l, m, network, t, x, z
from lvicreg.engines.evaluation.distributions import outcomes
from lvicreg.engines.evaluation.evaluator import Evaluator
from lvicreg.engines.evaluation.points import Point

fuzz = settings(max_examples=100, deadline=None, derandomize=True)

y, v, w = map(IndexedBase, "yvw")
C, R = Symmetric("C"), IndexedBase("R")
variance, kurtosis = Symbol("v2", positive=True), Symbol("kappa", positive=True)

one_sample = Gaussian(v[j], C)
samples = Gaussian(x[b, j], C)
units = IndependentUnits(y[i], variance, kurtosis)
pairs = SecondMoments((x[j], x[j], C), (x[j], y[j], R))


def check(expr, law, at=None, sizes=(2, 2, 2), definitions=None):
    """The expectation is that of the finite distribution."""
    point = Point(dict(zip("NMB", sizes, strict=True)))
    outcomes(law, point)
    evaluator = Evaluator(point, definitions or Definitions())
    assert evaluator.value(expectation(expr, law, definitions), at) == evaluator.value(Mean(expr, law), at)


@fuzz
@given(st.lists(st.sampled_from([v[j], v[m]]), max_size=5), st.sets(st.sampled_from([j, m])), st.booleans())
def test_gaussian_moments_up_to_the_fifth(factors, bound, squared):
    inner = Sigma(Mul(*factors), *bound) + 1
    check(inner**2 if squared and len(factors) < 3 else inner * w[m], one_sample, {j: 0, m: 1}, (1, 2, 1))


@pytest.mark.parametrize(
    "expr",
    [
        x[b, j] * x[c, m],
        x[b, j] ** 2 * x[c, m] ** 2,
        x[b, j] ** 2 * x[b, m] * x[c, m],
        Sigma(x[b, j], b) ** 2 * Sigma(x[c, m], c) ** 2,
        Sigma(Sigma(x[b, j] * w[j], j) ** 2, b) ** 2,
        (x[b, j] - Sigma(x[c, j], c) / B) ** 2,
        Delta(b, c) * x[b, j] * x[c, m],
        Sigma(f(w[j]) * x[b, j], j) * x[b, m] / (w[m] + 1),
    ],
    ids=str,
)
@pytest.mark.parametrize("places", [(0, 0), (0, 1)])
def test_gaussian_samples(expr, places):
    check(expr, samples, {b: places[0], c: places[1], j: 0, m: 1})


def test_gaussian_by_hand():
    assert is_zero(expectation(x[b, j] * x[b, m], samples) - C[j, m])
    assert is_zero(expectation(x[b, j] * x[c, m], samples) - Delta(b, c) * C[j, m])
    assert is_zero(expectation(v[j] ** 4, one_sample) - 3 * C[j, j] ** 2)
    assert is_zero(expectation(v[j] ** 2 * v[m] ** 2, one_sample) - C[j, j] * C[m, m] - 2 * C[j, m] ** 2)
    assert is_zero(expectation(v[j] ** 6, one_sample) - 15 * C[j, j] ** 3)
    assert [expectation(v[j] ** odd, one_sample) for odd in (1, 3, 5)] == [0, 0, 0]
    assert is_zero(expectation(w[j] + 2, one_sample) - w[j] - 2)
    assert is_zero(expectation(Sigma((x[b, j] - Sigma(x[c, j], c) / B) ** 2, b), samples) - (B - 1) * C[j, j])


def test_definitions_are_expanded():
    linear = Definitions({z[b, i]: Sigma(W[i, j] * x[b, j], j)})
    assert is_zero(expectation(z[b, i] * z[c, k], samples, linear) - Delta(b, c) * Sigma(W[i, j] * C[j, m] * W[k, m], j, m))
    check(Sigma(z[b, i] * z[b, k], b) ** 2, samples, {i: 0, k: 1}, definitions=linear)


@settings(fuzz, max_examples=50)
@given(st.lists(st.sampled_from([y[i], y[k], y[l]]), max_size=4), st.sets(st.sampled_from([i, k])))
def test_independent_units(factors, bound):
    for places in ({i: 0, k: 1, l: 1}, {i: 1, k: 1, l: 1}, {i: 0, k: 1, l: 0}):
        check(Sigma(w[k] * Mul(*factors), *bound), units, places, (2, 1, 1))


def test_independent_units_by_hand():
    assert is_zero(expectation(y[i] ** 4, units) - kurtosis * variance**2)
    assert is_zero(expectation(y[i] * y[k], units) - Delta(i, k) * variance)
    fourth = expectation(y[i] ** 2 * y[k] ** 2, units)
    assert is_zero(fourth - variance**2 * (1 + (kurtosis - 1) * Delta(i, k)))
    assert is_zero(expectation(Sigma(y[i] ** 2, i) ** 2, units) - variance**2 * (N * kurtosis + N * (N - 1)))
    assert [expectation(y[i] ** odd, units) for odd in (1, 3, 5)] == [0, 0, 0]
    with pytest.raises(ValueError, match="up to the fourth"):
        expectation(y[i] ** 6, units)


@pytest.mark.parametrize(
    "expr",
    [x[j] * x[m], x[j] * y[m], y[j] * x[m], Sigma(w[j] * x[j], j) ** 2, (x[j] + alpha) * (x[m] - y[j] + w[j])],
    ids=str,
)
def test_second_moments(expr):
    if expr.has(y) and expr.has(alpha):
        assert is_zero(expectation(expr, pairs) - C[j, m] + R[j, j] - alpha * w[j])
    check(expr, pairs, {j: 0, m: 1}, (1, 3, 1))


def test_second_moments_in_either_order():
    law = SecondMoments((y[j], x[j], R))
    assert is_zero(expectation(x[j] * y[m], law) - R[m, j])
    assert not is_zero(expectation(x[j] * y[m], law) - R[j, m])
    check(x[j] * y[m], law, {j: 0, m: 1})


@pytest.mark.parametrize(
    "expr", [x[j] ** 3, x[j] * x[m] * y[j], x[j] ** 4, Sigma(x[j] ** 2, j) * x[m] * y[m], y[j] * y[m], y[j] ** 2], ids=str
)
def test_second_moments_refuse_what_is_not_assumed(expr):
    with pytest.raises(ValueError, match="only second moments"):
        expectation(expr, pairs)


@pytest.mark.parametrize(
    ("law", "expr"),
    [
        (SecondMoments((x[b, j], x[b, j], C)), x[b, j] * x[c, m]),
        (IndependentUnits(z[b, i], variance, kurtosis), z[b, i] * z[c, i]),
    ],
    ids=["second moments", "independent units"],
)
def test_a_law_of_one_sample_says_nothing_of_two(law, expr):
    with pytest.raises(ValueError, match="too many values"):
        expectation(expr, law)


@pytest.mark.parametrize("law", [one_sample, Gaussian(v[j], C)], ids=["law", "its equal"])
@pytest.mark.parametrize(
    "expr", [f(v[j]), 1 / v[j], sqrt(v[j]), v[j] * H(v[m]), 1 / Sigma(v[j] ** 2, j), f(Sigma(v[j] * w[j], j)) * w[m]], ids=str
)
def test_what_is_not_polynomial_is_refused(expr, law):
    with pytest.raises(TypeError, match="needs more than moments"):
        expectation(expr, law)


def test_a_name_that_hides_a_function_is_refused():
    with pytest.raises(TypeError, match="needs more than moments"):
        expectation(z[b, i], samples, network)


def test_the_indices_of_a_law_are_its_own():
    assert one_sample.closed
    assert free_indices(Mean(w[m], one_sample)) == {m}


def test_a_law_without_moments():
    with pytest.raises(TypeError, match="states no moments"):
        expectation(v[j], Law(v[j]))


def test_perturbed_expectations_differ():
    point = Point({"N": 1, "M": 2, "B": 2})
    outcomes(samples, point)
    evaluator = Evaluator(point, Definitions())
    at = {b: 0, c: 0, j: 0, m: 1, t: 1}
    exact = evaluator.value(Mean(x[b, j] ** 2 * x[c, m] ** 2, samples), at)
    assert exact != evaluator.value(C[j, j] * C[m, m], at)
    assert exact != evaluator.value(expectation(x[b, j] ** 2 * x[t, m] ** 2, samples), at)


def test_entries_of_another_rank_are_refused():
    C = Symmetric("C")
    with pytest.raises(ValueError, match="zip"):
        expectation(x[j] * x[b, m], Gaussian(x[b, j], C))
