"""Oja's rule is his sum, what normalised Hebbian learning is to first order, and log-variance with decay times σ²."""

from itertools import product

import numpy as np
from hypothesis import given as over

from lvicreg import rules
from tests.rules.rule_data import assert_close, but, call, examples, linear_layers


def test_textbook_sum(data):
    expected = np.zeros_like(data.W)
    for b, i, j in product(range(len(data.x)), *map(range, data.W.shape)):
        expected[i, j] += data.z[b, i] * (data.x[b, j] - data.z[b, i] * data.W[i, j])
    assert_close(call(rules.oja, data), expected)


def test_first_order_of_normalised_hebbian_learning(data, jnp):
    """d/dη (w + η y x)/‖w + η y x‖ at η = 0, for weights of norm 1, sample by sample."""
    import jax

    W = data.W / np.linalg.norm(data.W, axis=1, keepdims=True)

    def normalised(rate, w, x):
        w = w + rate * (w @ x) * x
        return w / jnp.linalg.norm(w)

    step = jax.jit(jax.jacfwd(normalised))
    expected = np.sum([[step(0.0, w, x) for w in W] for x in data.x], axis=0)
    assert_close(rules.oja(data.x, data.x @ W.T, W), expected)


@examples
@over(linear_layers)
def test_proportional_to_log_variance_with_decay(data):
    """For zero-mean input Oja's rule is the other times Σ_b y²."""
    power = np.sum(data.z**2, axis=0)
    zero_mean = but(data, mean=np.zeros_like(power), var=power / len(data.x), alpha=1 / len(data.x))
    decayed = call(rules.log_variance_decay, zero_mean, given=True, decay=1.0, epsilon=0.0)
    assert_close(call(rules.oja, data), power[:, None] * decayed, rtol=1e-9)


def test_unit_eigenvectors_are_fixed():
    x = np.random.default_rng(1).normal(size=(20, 4))
    W = np.linalg.eigh(x.T @ x).eigenvectors.T
    assert np.max(np.abs(rules.oja(x, x @ W.T, W))) < 1e-12 * np.sum(x**2)
    assert np.max(np.abs(rules.oja(x, 2 * x @ W.T, 2 * W))) > 1
