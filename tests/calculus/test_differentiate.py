"""The derivative against dual numbers and against difference quotients that are exact for polynomials."""

from copy import deepcopy
from fractions import Fraction
from itertools import pairwise, product

import pytest
from hypothesis import assume, given, settings
from sympy import Function, Idx, Indexed, Integer, Symbol, log, sqrt

from lvicreg.calculus import SG, D, Definitions, Delta, H, Sigma, derivative, f, f_prime, f_second, gradient, is_zero, relu
from lvicreg.calculus.definitions import name_of
from lvicreg.calculus.layer import (
    B,
    K,
    N,
    W,
    alpha,
    b,
    c,
    epsilon,
    i,
    j,
    k,
    mean,
    network,
    p,
    q,
    sigma,
    slope,
    u,
    var,
    x,
    z,
)
from lvicreg.engines.evaluation.evaluator import Evaluator
from lvicreg.engines.evaluation.points import Point
from lvicreg.engines.evaluation.surds import Surd
from tests.calculus.expression_trees import INDICES, Data, brute, built, index, trees

fuzz = settings(max_examples=100, deadline=None, derandomize=True)
PLACES = dict(zip(INDICES, (0, 1, 1, 0), strict=True))
s = Idx("b_target", B)
targets = {"z": z[s, p], "mean": mean[p], "alpha": alpha}


def slopes(losses, target, point, definitions, at):
    """The values of each loss at every entry of the target."""
    evaluator = Evaluator(point, definitions)
    free = sorted(target.atoms(Idx), key=str)
    lengths = [range(evaluator.length(place)) for place in free]
    places = [dict(zip(free, entry, strict=True)) for entry in product(*lengths)]
    return [[evaluator.value(loss, {**at, **place}) for place in places] for loss in losses]


@fuzz
@given(trees(4))
def test_derivative_is_that_of_dual_numbers(tree):
    loss = built(tree)
    at = {index(name): place for name, place in PLACES.items()}
    for target, data in product(targets.values(), (Data(2, 3), Data(3, 2))):
        try:
            rule, dual = slopes((derivative(loss, target), D(loss, target)), target, data, Definitions(), at)
        except (ZeroDivisionError, ValueError):
            assume(False)
        assert rule == dual


@settings(fuzz, max_examples=40)
@given(trees(3))
def test_derivative_looks_through_names(tree):
    loss = built(tree) * Sigma(u[b, i] ** 2, b) + sigma[i]
    at = {index(name): place for name, place in PLACES.items()}
    point = Point({"N": 2, "M": 2, "B": 3})
    try:
        rule, dual = slopes((derivative(loss, W[p, q], network), D(loss, W[p, q])), W[p, q], point, network, at)
    except (ZeroDivisionError, ValueError):
        assume(False)
    assert rule == dual


@fuzz
@given(trees(3, "add mul sum"))
def test_derivative_of_a_polynomial_is_its_difference_quotient(tree):
    tree = ("mul", tree, ("entry", "z", ("b", "i")))
    rule = derivative(built(tree), z[s, p])
    data = Data(2, 2, seed=5)
    for sample, unit in product(range(2), repeat=2):

        def value(step, sample=sample, unit=unit):
            moved = deepcopy(data)
            moved.arrays["z"][sample][unit] += step
            return brute(tree, moved, PLACES)

        at = {index(name): place for name, place in PLACES.items()} | {s: sample, p: unit}
        assert Evaluator(data, Definitions()).value(rule, at) == Surd(difference_quotient(value, degree=9))


def difference_quotient(function, degree):
    """The slope at 0 of the polynomial of this degree through as many values and one, exactly: Newton's forward differences."""
    values = [function(Fraction(n)) for n in range(degree + 1)]
    slope = Fraction(0)
    for order in range(1, degree + 1):
        values = [after - before for before, after in pairwise(values)]
        slope += Fraction((-1) ** (order - 1), order) * values[0]
    return slope


def test_difference_quotient_is_exact():
    assert difference_quotient(lambda h: (h + 2) ** 5 - 3 * h, degree=5) == 77


def test_derivatives_known_by_hand():
    activity, other = derivative(z[b, i], W[p, q], network), derivative(z[b, k], W[p, q], network)
    assert is_zero(derivative(Sigma(W[i, j] ** 2, i, j), W[p, q]) - 2 * W[p, q])
    assert is_zero(derivative(Sigma(W[i, j] * x[b, j], j), W[p, q]) - Delta(i, p) * x[b, q])
    assert is_zero(activity - Delta(i, p) * f_prime(Sigma(W[p, j] * x[b, j], j)) * x[b, q], network)
    assert not is_zero(activity - other, network)
    assert is_zero(derivative(log(alpha) + 1 / alpha + sqrt(alpha), alpha) - 1 / alpha + 1 / alpha**2 - 1 / sqrt(alpha) / 2)
    assert derivative(alpha**3, alpha) == 3 * alpha**2
    for sign in (1, -1):
        assert is_zero(derivative(Sigma(sign * alpha, i), alpha) - sign * N)
        assert derivative(f(sign * alpha), alpha) == sign * f_prime(sign * alpha)
    assert derivative(Integer(7), W[p, q]) == derivative(x[b, j], W[p, q], network) == 0
    assert derivative(sigma[i], var[p], network) == Delta(i, p) / sqrt(var[i] + epsilon) / 2


def test_derivative_is_read_in_names():
    rule = gradient(Sigma(var[i], i), W[p, q], network)
    assert is_zero(rule - 2 * alpha * Sigma(u[b, p] * slope[b, p] * x[b, q], b), network)
    assert {mean, z} & {name_of(entry) for entry in rule.atoms(Indexed)} == set()
    assert gradient(Sigma(Sigma(u[b, i], b), i), W[p, q], network) == 0


def test_held_constants():
    assert derivative(SG(z[b, i]) * z[c, k], z[s, p]) == SG(z[b, i]) * derivative(z[c, k], z[s, p])
    assert derivative(SG(Sigma(W[i, j] ** 2, i, j)), W[p, q]) == 0
    assert derivative(var[i], W[p, q], network.primitive(var)) == 0
    held = network.replace({u[b, i]: z[b, i] - SG(mean[i])})
    assert not is_zero(derivative(u[b, i], W[p, q], network) - derivative(u[b, i], W[p, q], held), network)


def test_kink_has_slope_0():
    point = Data(2, 3)
    point.arrays["mean"] = [Fraction(0), Fraction(1)]
    flat = [(0, 0), (0, 0)]
    for loss, expected in ((relu(mean[i]), [(0, 0), (0, 1)]), (relu(-mean[i]), flat), (H(mean[i]), flat)):
        for rule in (derivative(loss, mean[p]), D(loss, mean[p])):
            values = [[Evaluator(point, Definitions()).value(rule, {i: n, p: m}) for m in range(2)] for n in range(2)]
            assert values == [[Surd(slope) for slope in row] for row in expected]
    assert Evaluator(point, Definitions()).value(H(mean[i]), {i: 0}) == Surd(0)


@pytest.mark.parametrize("target", [W[i, q], W[p, j], W[i, j]], ids=str)
def test_indices_of_the_target_must_be_new(target):
    with pytest.raises(ValueError, match="indices that the expression does not use"):
        derivative(Sigma(W[i, j] ** 2, i, j), target)


@pytest.mark.parametrize("unknown", [Function("g"), f_second])
def test_unknown_functions_are_refused(unknown):
    known = "Abs, Exponential, H, StopGradient, cos, exp, f, f_prime, log, relu, sigmoid, sign, sin, softplus, tanh"
    with pytest.raises(TypeError, match=rf"no derivative is known for \w+; known are {known}$"):
        derivative(unknown(z[b, i]), z[s, p])


@pytest.mark.parametrize("exponent", [alpha, alpha + 1, Symbol("n"), N, mean[i]], ids=str)
def test_exponents_must_be_numbers(exponent):
    with pytest.raises(TypeError, match="exponent"):
        derivative(z[b, i] ** exponent, z[s, p])


@pytest.mark.parametrize("expr", [Sigma(K[i, k] ** 2, i, k), K[i, k]], ids=["a sum", "an entry"])
def test_entries_of_a_symmetric_matrix_are_not_independent(expr):
    with pytest.raises(TypeError, match="not independent"):
        derivative(expr, K[p, Idx("r", N)])


def test_a_bound_index_of_a_definition_does_not_capture_the_target():
    found = derivative(z[b, k], W[i, j], network)
    assert is_zero(found - slope[b, k] * Delta(i, k) * x[b, j], network)


def test_a_target_of_another_rank_and_a_length_are_refused():
    v = Idx("v", N)
    for expr, target in ((2 * W[i, j], W[p]), (x[b, j], x[v]), (Sigma(W[i, j], j), W[v]), (W[i], W[p, v])):
        with pytest.raises(TypeError, match="have not as many indices"):
            derivative(expr, target)
    with pytest.raises(TypeError, match="N is the length of a sum, and a whole number"):
        derivative(Sigma(z[b, i], i), N)
