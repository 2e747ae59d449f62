"""The hinge rule is the note's sum and the descent direction of VICReg's hinge, on both sides of its gate."""

import numpy as np
import pytest

from lvicreg import rules
from tests.rules.rule_data import assert_close, call, summed, with_minibatch_statistics

EPSILON = 0.01


@pytest.fixture(params=["open", "mixed", "closed"])
def gamma(request, known):
    """A threshold above, between or below the standard deviations."""
    std = np.sqrt(known.var + EPSILON)
    return {"open": 2 * std.max(), "mixed": (std.min() + std.max()) / 2, "closed": std.min() / 2}[request.param]


def test_textbook_sum(data, known, given, gamma):
    std = [(v + EPSILON) ** 0.5 for v in known.var]

    def post(b, i):
        return known.alpha * (known.z[b, i] - known.mean[i]) / std[i] if std[i] < gamma else 0.0

    assert_close(call(rules.variance, data, given, gamma=gamma, epsilon=EPSILON), summed(known, post))


def test_descends_the_hinge(data, known, given, gamma, jnp, descent):
    """The minibatch's hinge; with a slow filter's statistics, one in which a sample's own square alone is free."""

    def hinge(W):
        z = jnp.tanh(data.x @ W.T)
        if given:
            var = known.var + known.alpha * ((z - known.mean) ** 2 - (data.z - known.mean) ** 2)
        else:
            var = jnp.var(z, axis=0, ddof=1)
        return jnp.sum(jnp.maximum(0.0, gamma - jnp.sqrt(var + EPSILON)))

    assert_close(call(rules.variance, data, given, gamma=gamma, epsilon=EPSILON), descent(hinge, data.W))


def test_default_threshold_and_epsilon(data):
    assert_close(call(rules.variance, data), call(rules.variance, data, gamma=1.0, epsilon=1e-4), rtol=0)


def test_a_step_raises_the_standard_deviation(data):
    def std(W):
        return np.std(np.tanh(data.x @ W.T), axis=0, ddof=1)

    assert np.all(std(data.W + 1e-4 * call(rules.variance, data, gamma=9.0)) > std(data.W))


def test_log_variance_is_the_open_hinge_over_the_standard_deviation(data, known, given):
    hinge = call(rules.variance, data, given, gamma=9.0, epsilon=EPSILON)
    log_variance = call(rules.log_variance, data, given, epsilon=EPSILON)
    assert_close(log_variance * np.sqrt(known.var + EPSILON)[:, None], hinge)


def test_the_variance_is_of_the_minibatch_with_ddof_1(data):
    own = with_minibatch_statistics(data)
    assert_close(own.var, np.var(data.z, axis=0, ddof=1))
    assert_close(call(rules.variance, own, given=True), call(rules.variance, data))
