"""The log-variance rule is the note's sum, the descent direction of −½ Σ log σ², and blind to the input's scale."""

import numpy as np
import pytest
from hypothesis import given as over
from hypothesis import strategies as st

from lvicreg import rules
from tests.rules.rule_data import assert_close, but, call, examples, layer, layers, summed

EPSILON = 0.01


def term(known):
    return lambda b, i: known.alpha * (known.z[b, i] - known.mean[i]) / (known.var[i] + EPSILON)


def test_textbook_sum(data, known, given):
    assert_close(call(rules.log_variance, data, given, epsilon=EPSILON), summed(known, term(known)))


def test_textbook_sum_with_decay(data, known, given):
    found = call(rules.log_variance_decay, data, given, decay=0.7, epsilon=EPSILON)
    assert_close(found, summed(known, term(known)) - 0.7 * data.W)


@pytest.mark.parametrize("decay", [None, 0.7])
def test_descends_the_loss(data, known, given, decay, jnp, descent):
    """The minibatch's loss; with a slow filter's statistics, one in which a sample's own square alone is free."""

    def loss(W):
        z = jnp.tanh(data.x @ W.T)
        if given:
            var = known.var + known.alpha * ((z - known.mean) ** 2 - (data.z - known.mean) ** 2)
        else:
            var = jnp.var(z, axis=0, ddof=1)
        return -jnp.sum(jnp.log(var + EPSILON)) / 2 + (decay or 0) / 2 * jnp.sum(W**2)

    rule, options = (rules.log_variance, {}) if decay is None else (rules.log_variance_decay, {"decay": decay})
    assert_close(call(rule, data, given, epsilon=EPSILON, **options), descent(loss, data.W))


def test_defaults(data):
    assert_close(call(rules.log_variance, data), call(rules.log_variance, data, epsilon=1e-4), rtol=0)
    found = call(rules.log_variance_decay, data)
    assert_close(found, call(rules.log_variance_decay, data, decay=1.0, epsilon=1e-4), rtol=0)


linear_layers = st.builds(layer, st.integers(2, 6), st.integers(1, 5), st.integers(1, 4), st.integers(0, 999), st.just(True))


@examples
@over(linear_layers, st.floats(1e-3, 1e3))
def test_linear_units_do_not_see_the_scale_of_the_input(data, scale):
    scaled = but(data, x=scale * data.x, z=scale * data.z)
    for rule in (rules.log_variance, rules.log_variance_decay):
        assert_close(call(rule, scaled, epsilon=0.0), call(rule, data, epsilon=0.0), rtol=1e-9)


@pytest.mark.parametrize("rule", [rules.variance, rules.invariance, rules.covariance, rules.covariance_one_sample])
def test_the_other_terms_do(rule):
    data = layer(6, 3, 2, linear=True)
    scaled = but(data, x=2 * data.x, z=2 * data.z, z_prev=2 * data.z_prev)
    options = {"gamma": 9.0, "epsilon": 0.0} if rule is rules.variance else {}
    power = {rules.variance: 1, rules.invariance: 2}.get(rule, 4)
    assert_close(call(rule, scaled, **options), 2**power * call(rule, data, **options))


@examples
@over(layers)
def test_the_mean_of_the_activity_does_not_matter(data):
    shift = np.arange(data.z.shape[1])
    assert_close(call(rules.log_variance, but(data, z=data.z + shift)), call(rules.log_variance, data), rtol=1e-8)
