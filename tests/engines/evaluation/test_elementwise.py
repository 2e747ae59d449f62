"""Functions of one number in the exact engine: their values, slopes and kinks."""

from fractions import Fraction

import pytest
from sympy import Abs, IndexedBase, Rational, S, log, sign, sqrt

from lvicreg.calculus import (
    SG,
    D,
    Definitions,
    H,
    Sigma,
    f,
    f_prime,
    f_second,
    relu,
)
from lvicreg.calculus.layer import (
    W,
    a,
    b,
    i,
    j,
    p,
    q,
    x,
    z,
)
from lvicreg.engines.evaluation.evaluator import Evaluator
from lvicreg.engines.evaluation.points import Point
from lvicreg.engines.evaluation.surds import ZERO, Surd
from tests.engines.evaluation.small import INPUTS, SAMPLES, SIZES, UNITS

w, v = IndexedBase("w"), IndexedBase("v")


def test_activity_is_a_function_of_the_weighted_input(engine):
    weights = [[engine.value(W[i, j], {i: n, j: r}).rational() for r in INPUTS] for n in UNITS]
    inputs = [[engine.value(x[b, j], {b: s, j: r}).rational() for r in INPUTS] for s in SAMPLES]
    for s in SAMPLES:
        for n in UNITS:
            argument = Surd(sum(weights[n][r] * inputs[s][r] for r in INPUTS))
            assert engine.value(a[b, i], {b: s, i: n}) == argument
            assert engine.value(z[b, i], {b: s, i: n}) == engine.point.table("f", argument)
    assert engine.value(f(S(2))) != engine.value(f(S(3)))


def test_hinge_and_step_by_loops(engine, activity):
    entries = [value for row in activity for value in row]
    assert {value > 0 for value in entries} == {True, False}
    assert engine.value(Sigma(relu(z[b, i]), b, i)) == Surd(sum(max(value, Fraction(0)) for value in entries))
    assert engine.value(Sigma(H(z[b, i]), b, i)) == Surd(sum(value > 0 for value in entries))
    assert engine.value(H(z[b, i] - z[b, i]), {b: 0, i: 0}) == ZERO


def test_slope_through_the_activation(engine):
    for s, n, o, r in ((0, 0, 0, 0), (1, 1, 1, 2), (2, 0, 1, 1)):
        at = {b: s, i: n, p: o, q: r, j: r}
        argument = engine.value(a[b, i], at)
        slope = engine.point.table("f_prime", argument) * engine.value(x[b, j], at)
        assert engine.value(D(z[b, i], W[p, q]), at) == (slope if n == o else ZERO)
        assert engine.value(D(SG(z[b, i]), W[p, q]), at) == ZERO
        assert engine.value(D(log(z[b, i]), W[p, q]) * z[b, i], at) == (slope if n == o else ZERO)


def test_the_kink_belongs_to_the_other_side():
    """Of an argument that is 0 by its value only: SymPy knows nothing of it."""
    engine = Evaluator(Point(SIZES), Definitions({v[j]: w[j]}))
    assert engine.value(H(w[j] - v[j]), {j: 0}) == engine.value(relu(w[j] - v[j]), {j: 0}) == ZERO
    assert engine.value(D(relu(w[j] - v[j]), w[q]), {j: 0, q: 0}) == ZERO


def test_a_root_of_0_has_a_value_and_no_slope():
    engine = Evaluator(Point(SIZES), Definitions({v[j]: w[j]}))
    zero = w[j] - v[j]
    assert engine.value(sqrt(zero) + w[j], {j: 0}) == engine.value(w[j], {j: 0})
    for power in (sqrt(zero), zero ** Rational(3, 2)):
        with pytest.raises(ZeroDivisionError, match="the root of 0 has no slope"):
            engine.value(D(power, w[q]), {j: 0, q: 0})
    assert engine.value(D(sqrt(w[j] ** 2), w[q]) ** 2, {j: 0, q: 0}) == Surd(1)


def test_the_second_slope_is_the_last():
    engine = Evaluator(Point(SIZES), Definitions())
    at = {j: 1, q: 1}
    assert engine.value(D(w[j] * f_second(v[j]), w[q]), at) == engine.value(f_second(v[j]), at)
    assert engine.value(D(f_prime(2 * w[j]), w[q]), at) == engine.value(2 * f_second(2 * w[j]), at)
    assert engine.value(f_second(w[j]), at) != engine.value(f_prime(w[j]), at)
    with pytest.raises(TypeError, match="no derivative is known for f_second"):
        engine.value(D(f_second(w[j]), w[q]), at)


def test_a_size_and_its_sign():
    engine = Evaluator(Point(SIZES), Definitions({v[j]: w[j]}))
    for n in INPUTS:
        number = engine.value(w[j], {j: n})
        assert engine.value(Abs(w[j]), {j: n}) == (number if number.sign() > 0 else -number)
        assert engine.value(sign(w[j]), {j: n}).rational() == number.sign()
        assert engine.value(D(Abs(w[j]), w[q]), {j: n, q: n}).rational() == number.sign()
    assert engine.value(Abs(w[j] - v[j]), {j: 0}) == engine.value(sign(w[j] - v[j]), {j: 0}) == ZERO
    assert engine.value(D(sign(w[j]) * w[j], w[q]), {j: 0, q: 0}) == engine.value(sign(w[j]), {j: 0})
