"""The exact and the one-sample covariance rules are the note's sums and descend the losses that they are said to descend."""

import numpy as np
import pytest
from hypothesis import given as over
from hypothesis import strategies as st

from lvicreg import rules
from tests.rules.rule_data import assert_close, but, call, examples, layer, linear_layers, summed, with_minibatch_statistics

BETA = 0.4


def distinct(data, i):
    return (k for k in range(data.z.shape[1]) if k != i)


def u(known, b, i):
    return known.z[b, i] - known.mean[i]


POSTS = {
    rules.covariance: lambda known, b, i: known.alpha * sum(known.K[i, k] * u(known, b, k) for k in distinct(known, i)),
    rules.covariance_one_sample: lambda known, b, i: u(known, b, i) * sum(u(known, b, k) ** 2 for k in distinct(known, i)),
    rules.covariance_third_factor: lambda known, b, i: u(known, b, i) * sum(v**2 for v in known.z[b] - known.mean),
}


@pytest.mark.parametrize("rule", POSTS, ids=lambda rule: rule.__name__)
def test_textbook_sum(rule, data, known, given):
    expected = summed(known, lambda b, i: -4 * BETA * POSTS[rule](known, b, i))
    assert_close(call(rule, data, given, beta=BETA), expected)


@pytest.mark.parametrize("rule", POSTS, ids=lambda rule: rule.__name__)
def test_default_scale(rule, data, given):
    assert_close(call(rule, data, given), call(rule, data, given, beta=1.0), rtol=0)


def off_diagonal(jnp, matrix):
    return jnp.sum(matrix**2) - jnp.sum(jnp.diagonal(matrix) ** 2)


def test_descends_the_covariance_loss(data, jnp, descent):
    def loss(W):
        return BETA * off_diagonal(jnp, jnp.cov(jnp.tanh(data.x @ W.T), rowvar=False))

    assert_close(call(rules.covariance, data, beta=BETA), descent(loss, data.W))


def test_descends_the_loss_of_one_factor_with_given_covariance(data, jnp, descent):
    """Of the two factors of K_ik² each in turn is free, the other held at the value given."""

    def loss(W):
        centred = jnp.tanh(data.x @ W.T) - data.mean
        free = data.alpha * centred.T @ centred
        held = data.K - np.diag(np.diagonal(data.K))
        return 2 * BETA * jnp.sum(held * free)

    assert_close(call(rules.covariance, data, given=True, beta=BETA), descent(loss, data.W))


def test_one_sample_rules_descend_losses_of_one_sample(data, known, given, jnp, descent):
    """With the mean held constant."""

    def products(W):
        squares = (jnp.tanh(data.x @ W.T) - known.mean) ** 2
        return BETA * jnp.sum((squares @ (1 - np.eye(len(W)))) * squares)

    def fourth_power(W):
        return BETA * jnp.sum(jnp.linalg.norm(jnp.tanh(data.x @ W.T) - known.mean, axis=1) ** 4)

    assert_close(call(rules.covariance_one_sample, data, given, beta=BETA), descent(products, data.W), rtol=1e-11)
    assert_close(call(rules.covariance_third_factor, data, given, beta=BETA), descent(fourth_power, data.W))


def test_for_the_one_sample_rule_it_matters_that_the_mean_is_held(jnp, descent):
    data = layer(6, 3, 2)

    def loss(W):
        z = jnp.tanh(data.x @ W.T)
        squares = (z - jnp.mean(z, axis=0)) ** 2
        return jnp.sum(jnp.sum(squares, axis=1) ** 2) - jnp.sum(squares**2)

    assert np.max(np.abs(call(rules.covariance_one_sample, data) - descent(loss, data.W))) > 1e-3


@pytest.mark.parametrize("size", [(3, 8, 4), (3, 6, 4), (3, 5, 4), (7, 5, 4)], ids=["N > 2 B", "N = 2 B", "N < 2 B", "B > N"])
def test_with_and_without_the_covariances_of_all_units(size):
    data = with_minibatch_statistics(layer(*size))
    assert_close(call(rules.covariance, data), call(rules.covariance, data, given=True))


@pytest.mark.parametrize("size", [(11, 23, 3), (4, 8, 2), (4, 7, 3), (9, 4, 3)], ids=str)
def test_contracts_in_the_cheaper_order(size):
    """No N×N matrix is formed where N ≥ 2 B, no B×B matrix otherwise; JAX lists every array that is formed."""
    jax = pytest.importorskip("jax")
    data, (B, N, _) = layer(*size), size
    formed = str(jax.make_jaxpr(rules.covariance)(data.x, data.z, data.slope))
    apart = 5 * B // 4
    found = (f"[{B},{B}]" in formed, f"[{apart},{apart}]" in formed, f"[{N},{N}]" in formed)
    assert found == (N >= 2 * B, N >= 2 * B, N < 2 * B)


def test_third_factor_is_the_one_sample_rule_and_the_cube_of_the_own_activity(data, known, given):
    difference = call(rules.covariance_third_factor, data, given) - call(rules.covariance_one_sample, data, given)
    assert_close(difference, summed(known, lambda b, i: -4 * u(known, b, i) ** 3))


def test_uncorrelated_units_are_at_rest_by_the_exact_rule_alone():
    """Two linear units that are decorrelated exactly: the note's rule pushes them down all the same."""
    z = np.array([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]])
    data = but(layer(4, 2, 2), x=z, z=z, slope=np.ones_like(z))
    assert not call(rules.covariance, data).any()
    assert_close(call(rules.covariance_one_sample, data), -16 * np.eye(2))


def turn(rule, data, given, rotation):
    """The update of rotated linear units, and the rotated update."""
    turned = but(data, z=data.z @ rotation.T, mean=rotation @ data.mean, K=rotation @ data.K @ rotation.T)
    return call(rule, turned, given), rotation @ call(rule, data, given)


@examples
@over(linear_layers, st.booleans(), st.integers(0, 999))
def test_third_factor_turns_with_the_population(data, given, seed):
    N = data.z.shape[1]
    rotation = np.linalg.qr(np.random.default_rng(seed).normal(size=(N, N))).Q
    assert_close(*turn(rules.covariance_third_factor, data, given, rotation), rtol=1e-9)


@pytest.mark.parametrize("rule", [rules.covariance, rules.covariance_one_sample], ids=lambda rule: rule.__name__)
def test_the_other_rules_do_not(rule, given):
    rotation = np.array([[0.6, -0.8], [0.8, 0.6]])
    of_the_turned, turned = turn(rule, layer(6, 2, 3, linear=True), given, rotation)
    assert np.max(np.abs(of_the_turned - turned)) > 0.01


@pytest.mark.parametrize("rule", [rules.covariance, rules.covariance_one_sample], ids=lambda rule: rule.__name__)
@examples
@over(st.builds(layer, st.integers(2, 6), st.just(1), st.integers(1, 4), st.integers(0, 999)), st.booleans())
def test_a_unit_alone_is_at_rest(rule, data, given):
    assert not call(rule, data, given).any()
