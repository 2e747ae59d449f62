"""A gradient's steps: each is the same derivative, and the last is what the code is generated from."""

import pytest
from sympy import Idx, IndexedBase, S

from derivations import covariance, covariance_one_sample, invariance, log_variance, total, variance
from lvicreg.calculus import (
    D,
    Definitions,
    Delta,
    Descent,
    Sigma,
    derivative,
    distinct,
    gradient,
    is_zero,
    normal,
    resolve,
    steps,
)
from lvicreg.calculus.definitions import name_of
from lvicreg.calculus.indexed import rename
from lvicreg.calculus.layer import W, a, b, i, j, k, mean, network, p, q, sigma, t, u, var, x, z
from lvicreg.calculus.notation import text

DESCENTS = {
    rule.name: rule.descent
    for section in (variance, log_variance, invariance, covariance, covariance_one_sample, total)
    for rule in section.rules
}


@pytest.mark.parametrize("name", DESCENTS)
def test_every_step_is_the_derivative_with_its_derivatives_taken(name: str) -> None:
    descent = DESCENTS[name]
    whole = derivative(descent.loss, descent.target, descent.definitions)
    found = list(descent.steps)
    assert len(found) >= 4
    for step in found:
        assert is_zero(resolve(step.result, descent.definitions) - whole, descent.definitions), step.used
    assert descent.update == -found[-1].result == -gradient(descent.loss, descent.target, descent.definitions)


def test_the_steps_of_a_standard_deviation_read_as_in_a_textbook() -> None:
    found = list(steps(Sigma(sigma[i], i), W[p, q], network))
    assert [(step.rule, *map(str, step.used)) for step in found[:5]] == [
        ("differentiate",),
        ("look through", "sigma[i]"),
        ("look through", "var[i]"),
        ("look through", "u[b, i]"),
        ("look through", "mean[i]"),
    ]
    assert text(found[4].result, {}) == "alpha Σ_i Σ_b (D(z_i^b, W_pq) - Σ_c D(z_i^c, W_pq)/B) u_i^b/sigma_i"
    assert [step.rule for step in found[-2:]] == ["collapse", "leave out"]
    assert found[-1].used == (normal(Sigma(u[b, p], b)),)
    assert not found[-1].result.has(D, Delta)


def test_a_step_says_what_changes_in_it() -> None:
    found = [(str(s.used[0]), text(s.factor, {})) for s in steps(Sigma(sigma[i], i), W[p, q], network) if s.factor is not None]
    assert found == [
        ("sigma[i]", "D(var_i, W_pq)/(2 sigma_i)"),
        ("var[i]", "2 alpha Σ_b D(u_i^b, W_pq) u_i^b"),
        ("u[b, i]", "D(z_i^b, W_pq) - D(mean_i, W_pq)"),
        ("mean[i]", "Σ_b D(z_i^b, W_pq)/B"),
        ("z[b, i]", "D(a_i^b, W_pq) slope_i^b"),
        ("a[b, i]", "δ_ip x_q^b"),
    ]


def test_what_changes_is_said_in_the_letters_of_the_loss() -> None:
    found = [str(step.used[0]) for step in steps(Sigma(u[t, k] ** 2, t, k), W[p, q], network) if step.factor is not None]
    assert found[:2] == ["u[t, k]", "mean[k]"]


def test_what_changes_is_said_in_letters_that_the_weight_has_not() -> None:
    for target in (W[p, q], W[i, j]):
        for step in steps(Sigma(sigma[k], k), target, network):
            if step.factor is not None:
                name = step.used[0]
                assert not name.atoms(Idx) & target.atoms(Idx)
                assert is_zero(resolve(step.factor, network) - derivative(name, target, network), network)


def test_a_sum_that_does_not_vanish_is_not_left_out() -> None:
    (*_, last) = steps(Sigma(u[b, i] ** 2, b, i), W[p, q], network.primitive(mean))
    assert last.rule == "collapse"
    assert is_zero(
        last.result - derivative(Sigma(u[b, i] ** 2, b, i), W[p, q], network.primitive(mean)), network.primitive(mean)
    )


def test_a_diagonal_that_vanishes_is_left_out_and_another_entry_is_not() -> None:
    R, v = IndexedBase("R"), IndexedBase("v")
    names = Definitions({R[i, k]: distinct(i, k) * v[k], v[i]: S.Zero})
    *_, last = steps(Sigma((R[i, i] + R[i, k] + v[i]) * W[i, j], i, k, j), W[p, q], names.primitive(v))
    assert (last.used, last.result) == ((R[p, p],), normal(Sigma(R[p, k] + v[p], k)))
    assert gradient(Sigma(v[i] * W[i, j], i, j), W[p, q], names) == v[p]


def test_what_is_held_constant_takes_no_step() -> None:
    found = list(steps(Sigma(sigma[i], i), W[p, q], network.holding(mean)))
    assert [name_of(step.used[0]) for step in found if step.rule == "look through"] == [sigma, var, u, z, a]


def test_the_weight_may_have_an_index_that_a_definition_sums_over() -> None:
    loss, to = Sigma(sigma[k], k), {p: i, q: j}
    assert gradient(loss, W[i, j], network) == normal(rename(gradient(loss, W[p, q], network), to))


def test_a_loss_without_the_weights_has_the_gradient_zero() -> None:
    assert gradient(Sigma(x[b, j], b, j), W[p, q], network) == 0


def test_an_update_goes_down_the_gradient() -> None:
    assert Descent(Sigma(W[i, j] ** 2, i, j), W[p, q], network).update == -2 * W[p, q]
