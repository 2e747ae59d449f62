"""Finite distributions have exactly the moments that their laws state."""

from fractions import Fraction
from itertools import combinations_with_replacement, product

import pytest
from sympy import Idx, IndexedBase, Integer, Symbol, tanh

from lvicreg.calculus import SG, D, Definitions, Gaussian, IndependentUnits, Law, Mean, SecondMoments, Sigma, Symmetric
from lvicreg.calculus.layer import B, M, b, i, j
from lvicreg.engines import Equation, Exact
from lvicreg.engines.evaluation.distributions import GAUSSIAN_FIVE_POINTS, check_moments, outcomes
from lvicreg.engines.evaluation.points import Point
from lvicreg.engines.evaluation.surds import ONE, ZERO, Surd

x, y = IndexedBase("x"), IndexedBase("y")
C, R = Symmetric("C"), IndexedBase("R")
LAWS = [
    Gaussian(x[j], C),
    Gaussian(x[b, j], C),
    SecondMoments((x[j], x[j], C), (x[j], y[j], R)),
    IndependentUnits(x[i], Symbol("v"), Symbol("kappa")),
]


def average(law, point, *entries):
    """The mean of a product of entries, such as ``("x", (0, 1))``."""
    total = ZERO
    for weight, values in outcomes(law, point):
        for entry in entries:
            weight = weight * values[entry]
        total = total + weight
    return total


def point():
    return Point({"N": 2, "M": 2, "B": 2})


def test_five_points_are_gaussian_through_the_fifth_moment_and_not_the_sixth():
    gaussian = {0: 1, 1: 0, 2: 1, 3: 0, 4: 3, 5: 0, 6: 15}
    moments = {n: sum(w * Fraction(v) ** n for v, w in GAUSSIAN_FIVE_POINTS.items()) for n in gaussian}
    assert {n for n in gaussian if moments[n] == gaussian[n]} == {0, 1, 2, 3, 4, 5}


@pytest.mark.parametrize("law", LAWS, ids=str)
def test_weights_and_means(law):
    at = point()
    assert average(law, at) == ONE
    assert all(weight.sign() >= 0 for weight, _ in outcomes(law, at))
    for entry in outcomes(law, at)[0][1]:
        assert average(law, at, entry) == ZERO


def test_gaussian_moments():
    at, law = point(), LAWS[1]
    entries = [("x", place) for place in product(range(2), repeat=2)]

    def second(one, other):
        return at.values["C", (one[1][1], other[1][1])] if one[1][0] == other[1][0] else ZERO

    for p, q in combinations_with_replacement(entries, 2):
        assert average(law, at, p, q) == second(p, q)
    for p, q, r, s in combinations_with_replacement(entries, 4):
        isserlis = second(p, q) * second(r, s) + second(p, r) * second(q, s) + second(p, s) * second(q, r)
        assert average(law, at, p, q, r, s) == isserlis
    assert at.values["C", (0, 1)] == at.values["C", (1, 0)] != ZERO
    assert at.values["C", (0, 0)].sign() > 0


def test_second_moments():
    at, law = point(), LAWS[2]
    for r, s in product(range(2), repeat=2):
        assert average(law, at, ("x", (r,)), ("x", (s,))) == at.values["C", (r, s)]
        assert average(law, at, ("x", (r,)), ("y", (s,))) == at.values["R", (r, s)]
    assert average(law, at, ("x", (0,)), ("y", (1,))) != average(law, at, ("x", (1,)), ("y", (0,)))


def test_independent_units():
    at, law = point(), LAWS[3]
    outcomes(law, at)
    v, kappa = at.values["v", ()], at.values["kappa", ()]
    one, other = ("x", (0,)), ("x", (1,))
    assert average(law, at, one, one) == v
    assert average(law, at, one, one, one, one) == kappa * v * v
    assert average(law, at, one, one, other, other) == v * v
    assert average(law, at, one, other) == average(law, at, one, one, one) == average(law, at, one, one, one, other) == ZERO
    assert kappa != Surd(3)


def test_outcomes_are_drawn_once():
    at = point()
    for law in LAWS:
        assert outcomes(law, at) is outcomes(law, at)
        assert len(outcomes(law, at)) > 1


def test_each_entry_has_its_own_five_points():
    """As many outcomes as there are choices for independent entries, samples among them."""
    for law, sizes, entries in ((Gaussian(x[j], C), {"M": 2}, 2), (Gaussian(x[b, j], C), {"M": 1, "B": 3}, 3)):
        assert len(outcomes(law, Point(sizes))) == 5**entries


def test_what_came_before_has_the_same_law_and_its_own_order():
    at, law = point(), SecondMoments((x[j], x[j], C), (y[j], x[j], R), (y[j], y[j], IndexedBase("P")))
    for r, s in product(range(2), repeat=2):
        assert average(law, at, ("y", (r,)), ("x", (s,))) == at.values["R", (r, s)]
        assert average(law, at, ("y", (r,)), ("y", (s,))) == at.values["P", (r, s)] == at.values["C", (r, s)]


def test_unknown_law():
    with pytest.raises(TypeError, match="no finite distribution is known for Law"):
        outcomes(Law(x[b, Idx("s", M)], B), point())


X, C, v, kappa = IndexedBase("X"), Symmetric("C"), Symbol("v"), Symbol("kappa")
w = IndexedBase("w")
m = Idx("m", M)


@pytest.mark.parametrize(
    ("term", "law", "definitions", "message"),
    [
        (X[j] ** 6, Gaussian(X[j], C), {}, "moments up to order 5, and .* is of order 6"),
        (X[j] ** 3, SecondMoments((X[j], X[j], C)), {}, "moments up to order 2, and .* is of order 3"),
        (Sigma(X[j], j) ** 4 * X[m] ** 2, Gaussian(X[j], C), {}, "of order 6"),
        (1 / X[j], Gaussian(X[j], C), {}, "of order inf"),
        (tanh(X[j]), Gaussian(X[j], C), {}, "of order inf"),
        (X[j] ** 5, IndependentUnits(X[j], v, kappa), {}, "moments up to order 4"),
        (X[j] ** 4, IndependentUnits(X[j], v, Integer(3)), {}, "the parameter 3 .* has a value already"),
        (X[j] ** 4, IndependentUnits(X[j], Integer(1), kappa), {}, "the parameter 1 .* has a value already"),
        (X[j] ** 2, Gaussian(X[j], C), {C[j, m]: w[j] * w[m]}, "the parameter C .* has a value already"),
        (X[j] ** 2, Gaussian(X[j], C), {X[j]: w[j]}, r"the parameter X\[j\] .* has a value already"),
        (X[j] ** 2, SecondMoments((X[j], X[j], C)), {C[j, m]: w[j] * w[m]}, "the parameter C .* has a value already"),
        (X[j] * y[j], SecondMoments((X[j], y[j], R)), {y[j]: w[j]}, r"the parameter y\[j\] .* has a value already"),
        (v**2 * X[j] ** 6, Gaussian(X[j], C), {}, "of order 6"),
        (v * X[j] ** 6, Gaussian(X[j], C), {}, "of order 6"),
        (tanh(v) * X[j] ** 6, Gaussian(X[j], C), {}, "of order 6"),
    ],
    ids=str,
)
def test_moments_that_outcomes_do_not_have_are_refused(term, law, definitions, message) -> None:
    with pytest.raises(TypeError, match=message):
        check_moments(term, law, Definitions(definitions))


def test_moments_that_outcomes_have() -> None:
    for term in (
        X[j] ** 5,
        v * X[j] ** 5,
        v**-2 * X[j] ** 5,
        tanh(v) * X[j] ** 5,
        D(X[j] ** 2, w[j]) * X[j] ** 3 / w[m],
        SG(Sigma(X[j] * w[j], j)) ** 4 * X[m] + tanh(w[j]),
    ):
        check_moments(term, Gaussian(X[j], C), Definitions())
    equation = Equation(Mean(X[j] ** 6, Gaussian(X[j], C)), 15 * C[j, j] ** 3, sizes=({"M": 1},))
    with pytest.raises(TypeError, match="of order 6"):
        Exact((equation,)).run()
