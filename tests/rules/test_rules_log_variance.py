"""The log-variance rule is the note's sum and the descent direction of −½ Σ log σ²."""

import numpy as np
import pytest
from hypothesis import given as over

from lvicreg import rules
from tests.rules.rule_data import assert_close, but, call, examples, layers, summed

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


@examples
@over(layers)
def test_the_mean_of_the_activity_does_not_matter(data):
    shift = np.arange(data.z.shape[1])
    assert_close(call(rules.log_variance, but(data, z=data.z + shift)), call(rules.log_variance, data), rtol=1e-8)
