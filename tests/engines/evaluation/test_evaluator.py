"""The exact engine against explicit loops over lists of fractions, and what it refuses."""

from fractions import Fraction

import pytest
from sympy import Function, Idx, IndexedBase, Rational, Symbol, cbrt, pi

from lvicreg.calculus import (
    At,
    Before,
    D,
    Definitions,
    Delta,
    Gaussian,
    Mean,
    Sigma,
    distinct,
)
from lvicreg.calculus.layer import (
    B,
    K,
    M,
    N,
    W,
    a,
    alpha,
    b,
    c,
    epsilon,
    i,
    j,
    k,
    m,
    mean,
    network,
    p,
    q,
    sigma,
    t,
    u,
    var,
    z,
)
from lvicreg.engines.evaluation.distributions import GAUSSIAN_FIVE_POINTS, outcomes
from lvicreg.engines.evaluation.evaluator import Evaluator
from lvicreg.engines.evaluation.points import Point
from lvicreg.engines.evaluation.surds import ZERO, Surd
from tests.engines.evaluation.small import INPUTS, SAMPLES, UNITS

w, v = IndexedBase("w"), IndexedBase("v")


def test_statistics_by_loops(engine, activity):
    means = [sum(row[n] for row in activity) / 4 for n in UNITS]
    centred = [[row[n] - means[n] for n in UNITS] for row in activity]
    covariance = [[sum(row[n] * row[o] for row in centred) / 3 for o in UNITS] for n in UNITS]
    root_argument = engine.value(epsilon).rational() + covariance[1][1]

    assert engine.value(alpha) == Surd(Fraction(1, 3))
    for n in UNITS:
        assert engine.value(mean[i], {i: n}) == Surd(means[n])
        assert engine.value(var[i], {i: n}) == Surd(covariance[n][n])
        for o in UNITS:
            assert engine.value(K[i, k], {i: n, k: o}) == Surd(covariance[n][o])
    assert engine.value(sigma[i] ** 2, {i: 1}) == Surd(root_argument)
    assert engine.value(sigma[i] ** -3, {i: 1}) * Surd(root_argument).sqrt() == Surd(1 / root_argument)
    assert engine.value(Sigma(distinct(i, k) * K[i, k] ** 2, i, k)) == Surd(2 * covariance[0][1] ** 2)
    assert engine.value(Sigma(Sigma(u[b, i] ** 2, b) * z[b, k], b), {i: 0, k: 1}) == Surd(
        sum(3 * covariance[0][0] * row[1] for row in activity)
    )


def test_slopes_by_loops(engine, activity):
    variances = network.primitive(z)
    engine = Evaluator(engine.point, variances)
    loss = Sigma(var[i] ** 2, i)
    values = [[engine.value(z[b, i], {b: s, i: n}).rational() for n in UNITS] for s in SAMPLES]
    for s in SAMPLES:
        for n in UNITS:
            average = sum(row[n] for row in values) / 4
            variance = sum((row[n] - average) ** 2 for row in values) / 3
            slope = engine.value(D(loss, z[t, p]), {t: s, p: n})
            assert slope == Surd(2 * variance * 2 * (values[s][n] - average) / 3)


def test_a_mean_by_loops():
    law = Gaussian(v[j], IndexedBase("C"))
    point = Point({"M": 2})
    outcomes(law, point)
    engine = Evaluator(point, Definitions())
    covariance = [[point.values["C", (r, s)].rational() for s in range(2)] for r in range(2)]
    weights = [engine.value(w[j], {j: r}).rational() for r in range(2)]
    variance = sum(weights[r] * covariance[r][s] * weights[s] for r in range(2) for s in range(2))
    assert engine.value(Mean(Sigma(w[j] * v[j], j) ** 4, law)) == Surd(3 * variance**2)
    assert sum(GAUSSIAN_FIVE_POINTS.values()) == 1


def test_delta_guards_what_is_undefined(engine):
    ill = Delta(i, k) / (z[b, i] - z[c, i])
    assert engine.value(ill, {i: 0, k: 1, b: 0, c: 0}) == ZERO
    with pytest.raises(ZeroDivisionError):
        engine.value(ill, {i: 0, k: 0, b: 0, c: 0})


def test_before(engine):
    assert [engine.value(Before(i, k), {i: 0, k: each}) for each in (0, 1)] == [ZERO, Surd(1)]
    assert engine.value(Before(i, k), {i: 1, k: 0}) == ZERO
    assert engine.value(Before(i, k) / (z[b, i] - z[c, i]), {i: 1, k: 0, b: 0, c: 0}) == ZERO


def test_powers(engine):
    argument = engine.value(var[i] + epsilon, {i: 0})
    root = argument.sqrt()
    for exponent, expected in (
        (Rational(3, 2), argument * root),
        (Rational(-3, 2), (argument * root).inverse()),
        (3, argument * argument * argument),
    ):
        assert engine.value((var[i] + epsilon) ** exponent, {i: 0}) == expected


def test_the_value_where_a_quantity_is_given(engine):
    at = {j: 2, k: 0, i: 1}
    given = At(Sigma(w[j] * W[i, j], j) + w[j], w[j], Delta(j, m) + 1)
    weights = sum((engine.value(W[i, j], {**at, j: r}) for r in INPUTS), start=ZERO)
    assert engine.value(given, {**at, m: 2}) == weights + engine.value(W[i, j], at) + Surd(2)
    assert engine.value(At(alpha * alpha, alpha, alpha + 1)) == Surd(Fraction(16, 9))


def test_what_is_given_stays_given_inside_a_mean_and_another_place():
    r, y = Symbol("r"), Symbol("y")
    law = Gaussian(v[j], IndexedBase("C"))
    point = Point({"M": 2})
    outcomes(law, point)
    engine = Evaluator(point, Definitions())
    square = engine.value(Mean(v[j] ** 2, law), {j: 0})
    assert engine.value(At(Mean(y * v[j] ** 2, law), y, 2), {j: 0}) == square + square
    assert engine.value(At(At(r + y, r, 3), y, 5)) == Surd(8)


def test_indices_of_a_name_are_as_many_as_in_its_meaning(engine):
    with pytest.raises(ValueError, match="zip"):
        engine.value(a[b], {b: 0})


def test_sizes_and_lengths(engine):
    assert [engine.value(size) for size in (N, M, B)] == [Surd(2), Surd(3), Surd(4)]
    assert engine.value(Sigma(1, b, i, j)) == Surd(24)
    assert engine.value(Rational(-3, 7)) == Surd(Fraction(-3, 7))


@pytest.mark.parametrize(
    ("expr", "message"),
    [
        (cbrt(alpha), "integers and halves"),
        (alpha**N, "integers and halves"),
        (Function("g")(alpha), "no rule for g"),
        (Function("g")(alpha, alpha), "no rule for g"),
        (pi * alpha, "no rule for Pi"),
        (D(D(w[j], w[q]), w[q]), "not inside"),
        (D(At(w[j], w[j], 2 * w[j]), w[q]), "not inside"),
        (D(Function("g")(w[j]), w[q]), "no rule"),
    ],
    ids=str,
)
def test_refusals(engine, expr, message):
    with pytest.raises(TypeError, match=message):
        engine.value(expr, {j: 0, q: 0})


def test_sizes_are_whole_and_given(engine):
    for index, message in (
        (Idx("r", (1, N)), "r runs from 1 over 2 values"),
        (Idx("r", (-1, N)), "r runs from -1 over 4 values"),
        (Idx("r", N / 7), "r runs from 0 over [23]/7 values"),
        (
            Idx("r", Symbol("O", integer=True, positive=True)),
            "O is a whole number, as a size is, and not among the sizes: B = ",
        ),
    ):
        with pytest.raises(ValueError, match=message):
            engine.length(index)
