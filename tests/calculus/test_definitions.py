"""Names stand for what they are defined as, and a definition that cannot be meant is refused."""

import pytest
from sympy import Idx, IndexedBase, S, Symbol, exp, sqrt

from lvicreg.calculus import Definitions, Sigma, derivative, f, is_zero
from lvicreg.calculus.definitions import indices_of, name_of
from lvicreg.calculus.functions import Exponential
from lvicreg.calculus.indexed import free_indices
from lvicreg.calculus.layer import B, K, N, W, a, alpha, b, c, epsilon, i, j, k, mean, network, p, q, sigma, u, var, x, z
from lvicreg.engines.evaluation.points import Point
from tests.calculus.expression_trees import exact

v = IndexedBase("v")


def test_names_and_indices():
    assert (name_of(u[b, i]), indices_of(u[b, i])) == (u, (b, i))
    assert (name_of(alpha), indices_of(alpha)) == (alpha, ())
    assert name_of(i) is name_of(u[b, i] + 1) is name_of(S(2)) is None


def test_a_loose_index_is_refused():
    with pytest.raises(ValueError, match=r"does not bind: \[k\]"):
        Definitions({v[i]: Sigma(z[b, i], b) * Sigma(z[b, k], b)})
    with pytest.raises(ValueError, match="does not bind"):
        Definitions({alpha: mean[i]})


def test_only_symbols_can_be_defined():
    for pattern in (f(z[b, i]), u[b, i] + 1, Sigma(z[b, i], b), S(2), i):
        with pytest.raises(TypeError, match="only a symbol"):
            Definitions({pattern: S(1)})


def test_use_with_another_range_is_refused():
    definitions = Definitions({v[i]: Sigma(z[b, i], b)})
    assert definitions.value(v[k]) is not None
    for wrong in (v[j], v[b], v[Idx("s", N - 1)]):
        with pytest.raises(TypeError, match="range is another"):
            definitions.expand(wrong)
    with pytest.raises(ValueError, match="argument 2"):
        definitions.expand(v[i, k])


def test_value_does_not_capture():
    definitions = Definitions({v[i]: Sigma(W[i, k], k)})
    value = definitions.value(v[k])
    assert free_indices(value) == {k}
    assert is_zero(value - Sigma(W[k, Idx("s", N)], Idx("s", N)))
    swapped = Definitions({v[i, k]: W[i, k] ** 2 * mean[k]})
    assert swapped.expand(v[k, i]) == W[k, i] ** 2 * mean[i]


def test_expand_reaches_the_primitive_symbols():
    expanded = network.expand(sigma[i] + Sigma(u[b, i] * mean[i], b))
    assert {str(entry.base) for entry in expanded.atoms(type(W[i, j]))} == {"W", "x"}
    assert not expanded.has(alpha)
    assert network.expand(epsilon * x[b, j]) == epsilon * x[b, j]
    assert expanded == network.expand(expanded)


def test_expand_keeps_the_value():
    point = Point({"N": 2, "M": 2, "B": 3})
    at = {"i": 0, "k": 1, "b": 2, "c": 1}
    products = (u[b, i] * mean[k], Sigma(u[b, i] * mean[i], b), K[k, i] * Sigma(z[c, k], c), alpha * u[c, k])
    for expr in (*products, sigma[i] / sigma[k]):
        assert exact(network.expand(expr), point, at) == exact(expr, point, at, network)


def test_variants():
    held = network.replace({u[b, i]: z[b, i] - 1})
    assert held.value(u[c, k]) == z[c, k] - 1
    assert network.value(u[c, k]) == z[c, k] - mean[k]
    assert held.expand(mean[i]) == network.expand(mean[i])

    slow = network.primitive(mean, alpha)
    assert mean not in slow
    assert alpha not in slow
    assert u in slow
    assert mean in network
    assert slow.expand(u[b, i]) == network.expand(z[b, i]) - mean[i]
    assert slow.value(mean[i]) is None
    assert slow.expand(alpha) == alpha
    with pytest.raises(ValueError, match="does not bind"):
        network.replace({mean[i]: z[b, i]})


def test_a_variant_expands_anew_what_was_expanded_before():
    names = Definitions({v[i]: mean[i], mean[i]: var[i]})
    assert names.expand(v[i]) == var[i]
    assert names.replace({mean[i]: 2 * var[i]}).expand(v[i]) == 2 * var[i]


def test_names_of_one_text_and_other_assumptions_are_expanded_apart():
    r, positive = Symbol("r"), Symbol("r", positive=True)
    names = Definitions({r: alpha, positive: epsilon})
    assert (names.expand(r), names.expand(positive)) == (alpha, epsilon)


def test_mapping():
    definitions = Definitions({v[i]: mean[i] ** 2, alpha: 1 / B})
    assert set(definitions) == {v, alpha}
    assert definitions[v] == (v[i], mean[i] ** 2)
    assert Definitions().value(alpha) is None
    assert [*map(repr, (definitions, Definitions()))] == ["Definitions of v, alpha", "Definitions of nothing"]


def test_fold_names_functions_and_roots():
    assert network.fold(f(a[c, k])) == z[c, k]
    named = Definitions({W[b, i]: exp(z[b, i])})
    assert named.fold(2 * exp(z[c, k])) == named.fold(2 * Exponential(z[c, k])) == 2 * W[c, k]
    assert network.fold(Sigma(f(a[b, k]) ** 2, b)) == Sigma(z[b, k] ** 2, b)
    assert network.fold(f(a[b, i] + 1)) == f(a[b, i] + 1)
    assert network.fold(sqrt(var[k] + epsilon)) == sigma[k]
    assert network.fold((var[k] + epsilon) ** S("-3/2")) == sigma[k] ** -3
    assert network.fold(1 / (var[k] + epsilon)) == sigma[k] ** -2
    assert network.fold(sqrt(var[k] + 1)) == sqrt(var[k] + 1)
    r, y = Symbol("r"), Symbol("y", positive=True)
    assert Definitions({r: sqrt(y)}).fold(Sigma(sqrt(y) * z[b, i], i)) == Sigma(r * z[b, i], i)
    for no_root in (1 / y, y**2):
        assert Definitions({r: no_root}).fold(y**3 + y ** S("1/2")) == y**3 + sqrt(y)


def test_fold_names_nothing_by_an_index_of_another_range():
    by_unit = Definitions({v[i]: f(mean[i])})
    assert (by_unit.fold(f(mean[k])), by_unit.fold(f(mean[j]))) == (v[k], f(mean[j]))


def test_fold_is_undone_by_expand():
    expr = f(a[b, i]) / sqrt(var[i] + epsilon) + Sigma(f(a[c, k]) * (var[k] + epsilon), k, c)
    assert network.fold(expr) != expr
    assert is_zero(network.fold(expr) - expr, network)


def test_held_keeps_the_value_and_drops_the_derivative():
    held = network.holding(mean)
    assert is_zero(mean[k], held) == is_zero(mean[k], network)
    assert is_zero(held.expand(mean[k]) - network.expand(mean[k]))
    assert derivative(mean[k], W[p, q], held) == 0
    assert derivative(mean[k], W[p, q], network) != 0


def test_a_pattern_has_every_index_once():
    v = IndexedBase("v")
    with pytest.raises(ValueError, match=r"K\[i, i\] has one index twice"):
        Definitions({K[i, i]: v[i]})
