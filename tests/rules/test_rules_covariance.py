"""The exact and the one-sample covariance rules are the note's sums and descend the losses that they are said to descend."""

import numpy as np
import pytest
from hypothesis import given as over
from hypothesis import strategies as st

from lvicreg import rules
from tests.rules.rule_data import assert_close, but, call, examples, layer, layers, summed, with_minibatch_statistics

BETA = 0.4


def others(data, i):
    return (k for k in range(data.z.shape[1]) if k != i)


def u(known, b, i):
    return known.z[b, i] - known.mean[i]


POSTS = {
    rules.covariance: lambda known, b, i: known.alpha * sum(known.K[i, k] * u(known, b, k) for k in others(known, i)),
    rules.covariance_one_sample: lambda known, b, i: u(known, b, i) * sum(u(known, b, k) ** 2 for k in others(known, i)),
    rules.covariance_third_factor: lambda known, b, i: u(known, b, i) * sum(v**2 for v in known.z[b] - known.mean),
}


@pytest.mark.parametrize("rule", POSTS, ids=lambda rule: rule.__name__)
def test_textbook_sum(rule, data, known, given):
    expected = summed(known, lambda b, i: -4 * BETA * POSTS[rule](known, b, i))
    assert_close(call(rule, data, given, beta=BETA), expected)


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


@pytest.mark.parametrize("size", [(3, 5, 4), (5, 5, 4), (7, 5, 4)], ids=["B < N", "B = N", "B > N"])
def test_both_orders_of_contraction_agree(size):
    data = with_minibatch_statistics(layer(*size))
    assert_close(call(rules.covariance, data), call(rules.covariance, data, given=True))


def test_contracts_in_the_cheaper_order(data):
    """No N×N matrix is formed where B < N, no B×B matrix otherwise; JAX lists every array that is formed."""
    jax = pytest.importorskip("jax")
    B, N = data.z.shape
    formed = str(jax.make_jaxpr(rules.covariance)(data.x, data.z, data.df))
    assert (f"[{B},{B}]" in formed, f"[{N},{N}]" in formed) == (B <= N, N <= B)


def test_third_factor_is_the_one_sample_rule_and_the_cube_of_the_own_activity(data, known, given):
    difference = call(rules.covariance_third_factor, data, given) - call(rules.covariance_one_sample, data, given)
    assert_close(difference, summed(known, lambda b, i: -4 * u(known, b, i) ** 3))


def test_uncorrelated_units_are_at_rest_by_the_exact_rule_alone():
    """Two linear units that are decorrelated exactly: the note's rule pushes them down all the same."""
    z = np.array([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]])
    data = but(layer(4, 2, 2), x=z, z=z, df=np.ones_like(z))
    assert not call(rules.covariance, data).any()
    assert_close(call(rules.covariance_one_sample, data), -16 * np.eye(2))


@examples
@over(st.integers(2, 6), st.integers(2, 5), st.integers(1, 4), st.integers(0, 999))
def test_third_factor_turns_with_the_population(B, N, M, seed):
    """Rotating linear units rotates their updates."""
    data = layer(B, N, M, seed, linear=True)
    rotation, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(N, N)))
    turned = but(data, W=rotation @ data.W, z=data.z @ rotation.T, mean=rotation @ data.mean)
    for given in (False, True):
        found = call(rules.covariance_third_factor, turned, given)
        assert_close(found, rotation @ call(rules.covariance_third_factor, data, given), rtol=1e-9)


@pytest.mark.parametrize("rule", [rules.covariance, rules.covariance_one_sample], ids=lambda rule: rule.__name__)
def test_the_other_rules_do_not(rule):
    data = layer(6, 2, 3, linear=True)
    rotation = np.array([[0.6, -0.8], [0.8, 0.6]])
    difference = call(rule, but(data, z=data.z @ rotation.T)) - rotation @ call(rule, data)
    assert np.max(np.abs(difference)) > 0.01


@examples
@over(layers, st.floats(0.1, 10))
def test_scale_of_the_loss(data, beta):
    for rule in POSTS:
        assert_close(call(rule, data, beta=beta), beta * call(rule, data), rtol=1e-9)
