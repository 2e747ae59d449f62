"""The normal form keeps every value, is one for equal expressions, and the zero test never calls a difference zero."""

from itertools import product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sympy import Idx, IndexedBase, S, Symbol, cbrt, log, sqrt

from lvicreg.calculus import SG, Delta, H, Sigma, f, is_zero, normal, relu
from lvicreg.calculus.indexed import free_indices
from lvicreg.calculus.layer import B, K, M, N, W, alpha, b, c, epsilon, i, j, k, l, m, mean, network, sigma, t, u, var, x, z
from lvicreg.engines.evaluation.points import Point
from tests.calculus.expression_trees import (
    INDICES,
    LEAVES,
    Data,
    P,
    agrees,
    brute,
    built,
    edited,
    equal_forms,
    exact,
    paths,
    subtree,
    trees,
)

fuzz = settings(max_examples=100, deadline=None, derandomize=True)

DATA = (Data(2, 3, seed=1), Data(3, 2, seed=2))
PLACES = [dict(zip(INDICES, places, strict=True)) for places in ((0, 1, 1, 0), (1, 1, 0, 0), (1, 0, 1, 1))]
h, R = Idx("h", N), IndexedBase("R")


def values(tree):
    """The values of a tree at all points, by loops; examples that divide by zero are passed over."""
    try:
        return [brute(tree, data, at) for data, at in product(DATA, PLACES)]
    except ZeroDivisionError:
        assume(False)


def same(found, expected):
    return all(
        abs(one - other) <= 1e-9 * (1 + abs(one)) if isinstance(one, float) else one == other
        for one, other in zip(found, expected, strict=True)
    )


@fuzz
@given(trees(4))
def test_normal_form_keeps_the_value(tree):
    expected = values(tree)
    expr = built(tree)
    form = normal(expr)
    for (data, at), value in zip(product(DATA, PLACES), expected, strict=True):
        assert agrees(exact(expr, data, at), value)
        assert exact(form, data, at) == exact(expr, data, at)


@fuzz
@given(trees(4))
def test_normal_form_is_its_own(tree):
    values(tree)
    form = normal(built(tree))
    assert normal(form) == form


@fuzz
@given(trees(4, "add mul sum pow call"), st.data())
def test_equal_expressions_have_one_form(tree, data):
    other = tree
    for _ in range(4):
        forms = [(path, form) for path in paths(other) for form in equal_forms(subtree(other, path))]
        if forms:
            path, form = data.draw(st.sampled_from(forms))
            other = edited(other, path, lambda _, form=form: form)
    assert same(values(tree), values(other))
    assert normal(built(tree)) == normal(built(other))
    assert is_zero(built(tree) - built(other))


CHANGES = {
    "doubled": lambda part: ("mul", ("number", 2), part),
    "negated": lambda part: ("mul", ("number", -1), part),
    "raised": lambda part: ("add", part, ("scalar", "alpha")),
    "dropped": lambda part: part[1] if part[0] in ("add", "mul") else ("number", 2),
    "unsummed": lambda part: part[2] if part[0] == "sum" else ("size", "B"),
    "summed over units": lambda part: ("sum", "i", part),
    "summed over samples": lambda part: ("sum", "b", part),
    **{f"replaced by {leaf}": lambda part, leaf=leaf: leaf for leaf in LEAVES},
}


@fuzz
@given(trees(4), st.data())
def test_zero_test_is_never_true_of_different_values(tree, data):
    path = data.draw(st.sampled_from(list(paths(tree))))
    change = CHANGES[data.draw(st.sampled_from(list(CHANGES)))]
    other = edited(tree, path, change)
    if is_zero(built(tree) - built(other)):
        assert same(values(tree), values(other))


def test_fuzz_would_notice_a_wrong_form():
    tree = ("sum", "b", ("mul", ("sum", "b", ("entry", "z", ("b", "i"))), ("entry", "z", ("b", "k"))))
    captured = Sigma(z[b, i] * z[b, k], b)
    assert not any(exact(captured, data, at) == exact(built(tree), data, at) for data, at in product(DATA, PLACES))


def test_bound_index_used_again_inside():
    nested = Sigma(Sigma(z[b, i], b) * z[b, k], b)
    assert normal(nested) == normal(Sigma(z[b, i], b) * Sigma(z[b, k], b)) == normal(Sigma(z[b, i] * z[c, k], b, c))
    assert not is_zero(nested - Sigma(z[b, i] * z[b, k], b))
    assert is_zero(Sigma(f(Sigma(z[b, i], b)) * z[b, i], b) - Sigma(z[c, i], c) * f(Sigma(z[t, i], t)))
    assert is_zero(Sigma(Sigma(z[b, i], b), b) - B * Sigma(z[c, i], c))


def test_powers_of_sums_have_indices_of_their_own():
    assert is_zero(Sigma(z[b, i], b) ** 2 - Sigma(z[b, i] * z[c, i], b, c))
    assert not is_zero(Sigma(z[b, i], b) ** 2 - Sigma(z[b, i] ** 2, b))
    assert is_zero(Sigma(z[b, i] + 1, b) ** 3 - (Sigma(z[b, i], b) + B) ** 3)


def test_deltas_collapse():
    assert normal(Sigma(Delta(i, k) * z[b, k], k)) == z[b, i]
    assert normal(Sigma(Delta(i, k) ** 2, i, k)) == N
    assert normal(Sigma(Delta(i, k) * Delta(k, l) * f(z[b, k]), k, l)) == f(z[b, i])
    assert normal(Delta(i, k) * z[b, k] - Delta(i, k) * z[b, i]) == 0
    assert not is_zero(Delta(i, k) * z[b, k] - z[b, k])
    assert normal(Sigma(Delta(b, c), b, c)) == B
    assert is_zero(Sigma(f(Sigma(f(Delta(i, k) * z[b, k]), k)), i) - Sigma(f(Sigma(f(Delta(i, k) * z[b, i]), k)), i))


def test_sums_split_and_count():
    assert normal(Sigma(1, b, i, j)) == B * N * M
    assert normal(Sigma(z[b, i] * x[c, j], b, c)) == normal(Sigma(z[b, i], b)) * normal(Sigma(x[b, j], b))
    assert is_zero(Sigma(W[i, j] * x[b, j], j) - Sigma(x[b, m] * W[i, m], m))


def test_order_of_symmetric_sums_does_not_matter():
    for inner in (R[k, l], R[l, k]):
        nested = f(Sigma(P[i, k] * P[h, l] * inner, k, l))
        assert normal(Sigma(nested, i, h)) == normal(Sigma(nested, h, i))
    one, other = (f(Sigma(P[i, k] * P[h, l] * inner, k, l)) for inner in (R[k, l], R[l, k]))
    assert is_zero(Sigma(one - other, i, h))
    assert not is_zero(one - other)


def test_parts_of_a_normal_form_are_not_captured():
    whole = normal(Sigma(P[i, k], i, k))
    part = whole.term
    assert free_indices(normal(part)) == free_indices(part) == {whole.index}
    assert is_zero(Sigma(normal(part), whole.index) - whole)


def test_size_with_an_underscore_and_a_difference_of_sizes():
    for size in (Symbol("N_out", integer=True, positive=True), N - 1):
        o, r = Idx("o", size), Idx("r", size)
        form = normal(Sigma(f(Sigma(P[o, r], r)), o))
        assert normal(form) == form == normal(Sigma(f(Sigma(P[r, o], o)), r))


def test_definitions_are_expanded_first():
    assert is_zero(Sigma(u[b, i], b), network)
    assert not is_zero(Sigma(u[b, i], b))
    assert not is_zero(Sigma(u[b, i] ** 2, b), network)
    assert is_zero(K[i, i] - var[i], network)
    assert is_zero(Sigma(u[b, i] * u[b, k], b) - Sigma(u[b, i] * z[b, k], b), network)
    assert normal(sigma[i] ** 2, network) == normal(var[i] + epsilon, network)


@pytest.mark.parametrize("number", [1, -1, 2, 1 / N])
def test_a_number_other_than_0_is_not_zero(number):
    assert not is_zero(S(number))
    assert is_zero(S(0))


def test_stop_gradient_keeps_the_value():
    assert is_zero(Sigma(SG(z[b, i] + 1) * z[b, i], b) - Sigma(z[b, i] ** 2 + z[b, i], b))


root = sqrt(var[i] + epsilon)
nested_root = sqrt(epsilon + sqrt(var[i]))


@pytest.mark.parametrize(
    "zero",
    [
        1 / (1 - root) - (1 + root) / (1 - var[i] - epsilon),
        root**3 - root * var[i] - root * epsilon,
        z[b, i] / (z[b, i] + 1) + 1 / (z[b, i] + 1) - 1,
        1 / (2 * var[i] + 2 * epsilon) - 1 / root**2 / 2,
        1 / (nested_root - 1) - (nested_root + 1) / (epsilon + sqrt(var[i]) - 1),
        1 / (sqrt(alpha + nested_root) - nested_root)
        - (sqrt(alpha + nested_root) + nested_root) / (alpha + nested_root - epsilon - sqrt(var[i])),
    ],
    ids=str,
)
def test_quotients_and_roots(zero):
    assert is_zero(zero)
    assert not is_zero(zero + alpha)
    assert not is_zero(zero + root)


@pytest.mark.parametrize(
    "other",
    [root - 1, cbrt(alpha) - 1, root**3 - sqrt(var[k] + epsilon) ** 3,
     nested_root - 1, 1 / (nested_root - 1) - 1, H(z[b, i]) - H(z[b, i]) ** 2, relu(z[b, i]) - z[b, i] * H(z[b, i]),
     log(var[i] ** 2 + epsilon) - 2 * log(var[i]), f(z[b, i]) - z[b, i], root - sqrt(var[k] + epsilon), mean[i] - mean[k]],
    ids=str,
)  # fmt: skip
def test_atoms_are_arbitrary(other):
    assert not is_zero(other)


@settings(fuzz, max_examples=60)
@given(trees(3))
def test_named_quantities_keep_their_value_when_expanded(tree):
    expr = built(tree)
    for seed, units in enumerate((2, 3)):
        point = Point({"N": units, "M": 2, "B": 2 + seed}, seed=seed)
        try:
            assert exact(expr, point, PLACES[0], network) == exact(normal(expr, network), point, PLACES[0])
        except (ZeroDivisionError, ValueError):
            assume(False)
