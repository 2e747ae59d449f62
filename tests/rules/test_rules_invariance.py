"""The invariance rule is the note's sum and the descent direction of the squared step, the previous activity held."""

from lvicreg import rules
from tests.rules.rule_data import assert_close, but, call, summed


def test_textbook_sum(data):
    assert_close(call(rules.invariance, data), summed(data, lambda b, i: -2 * (data.z[b, i] - data.z_prev[b, i])))


def test_descends_the_squared_step(data, jnp, descent):
    def loss(W):
        return jnp.sum((jnp.tanh(data.x @ W.T) - data.z_prev) ** 2)

    assert_close(call(rules.invariance, data), descent(loss, data.W))


def test_with_the_previous_activity_free_the_gradient_has_a_second_term(data, jnp, descent):
    def loss(W):
        return jnp.sum((jnp.tanh(data.x @ W.T) - jnp.tanh(data.x_prev @ W.T)) ** 2)

    backwards = but(data, x=data.x_prev, z=data.z_prev, z_prev=data.z, slope=1 - data.z_prev**2)
    assert_close(call(rules.invariance, data) + call(rules.invariance, backwards), descent(loss, data.W))
