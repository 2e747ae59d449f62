"""The total rules are the note's sum, the sum of the three rules, and the descent direction of the weighted losses."""

import pytest

from lvicreg import rules
from tests.rules.rule_data import assert_close, call, summed

LAMBDAS = {"lambda_inv": 0.7, "lambda_var": 1.3, "lambda_cov": 0.6}
BETA, C_INV, C_VAR, C_COV = 0.4, 0.7, 1.9, 0.8
TOTALS = pytest.mark.parametrize("rule", [rules.total, rules.total_log_variance], ids=lambda rule: rule.__name__)


@pytest.fixture
def options(rule, known):
    """ε, and a hinge threshold that is above some units' standard deviations and below others'."""
    middle = ((known.var.min() ** 0.5 + known.var.max() ** 0.5) / 2).item()
    return {"epsilon": 0.01} | ({"gamma": middle} if rule is rules.total else {})


def coefficients(alpha):
    """The rule's coefficients for those of the losses."""
    return {"lambda_inv": 2 * C_INV, "lambda_var": alpha * C_VAR, "lambda_cov": 4 * BETA * C_COV}


@TOTALS
def test_textbook_sum(rule, data, known, given, options):
    std = [(v + options["epsilon"]) ** 0.5 for v in known.var]

    def post(b, i):
        u = known.z[b] - known.mean
        variance = u[i] / std[i] ** 2 if rule is rules.total_log_variance else u[i] / std[i] * (std[i] < options["gamma"])
        return (
            -LAMBDAS["lambda_inv"] * (known.z[b, i] - known.z_prev[b, i])
            + LAMBDAS["lambda_var"] * variance
            - LAMBDAS["lambda_cov"] * u[i] * sum(u[k] ** 2 for k in range(len(u)) if k != i)
        )

    assert_close(call(rule, data, given, **LAMBDAS, **options), summed(known, post))


@TOTALS
def test_sum_of_the_three_rules(rule, data, known, given, options):
    variance = rules.variance if rule is rules.total else rules.log_variance
    expected = (
        C_INV * call(rules.invariance, data)
        + C_VAR * call(variance, data, given, **options)
        + C_COV * call(rules.covariance_one_sample, data, given, beta=BETA)
    )
    assert_close(call(rule, data, given, **coefficients(known.alpha), **options), expected)


@TOTALS
@pytest.mark.parametrize("given", [False], ids=["minibatch"])
def test_descends_the_weighted_losses(rule, data, known, options, jnp, descent):
    def loss(W):
        z = jnp.tanh(data.x @ W.T)
        var = jnp.var(z, axis=0, ddof=1) + options["epsilon"]
        if rule is rules.total:
            spread = jnp.sum(jnp.maximum(0.0, options["gamma"] - jnp.sqrt(var)))
        else:
            spread = -jnp.sum(jnp.log(var)) / 2
        squares = (z - known.mean) ** 2
        products = jnp.einsum("bi,bk->", squares, squares) - jnp.einsum("bi,bi->", squares, squares)
        return C_INV * jnp.sum((z - data.z_prev) ** 2) + C_VAR * spread + C_COV * BETA * products

    assert_close(call(rule, data, **coefficients(known.alpha), **options), descent(loss, data.W))


@TOTALS
@pytest.mark.parametrize("kept", LAMBDAS)
def test_each_coefficient_switches_its_own_term(rule, data, known, given, options, kept):
    alone = {
        "lambda_inv": lambda: call(rules.invariance, data) / 2,
        "lambda_var": lambda: (
            call(rules.variance if rule is rules.total else rules.log_variance, data, given, **options) / known.alpha
        ),
        "lambda_cov": lambda: call(rules.covariance_one_sample, data, given) / 4,
    }
    off = dict.fromkeys(LAMBDAS, 0.0)
    assert_close(call(rule, data, given, **off | {kept: 1.0}, **options), alone[kept](), rtol=1e-11)


@TOTALS
@pytest.mark.parametrize("given", [False], ids=["minibatch"])
def test_defaults(rule, data, given):
    stated = {"lambda_inv": 1.0, "lambda_var": 1.0, "lambda_cov": 1.0, "epsilon": 1e-4}
    stated |= {"gamma": 1.0} if rule is rules.total else {}
    assert_close(call(rule, data), call(rule, data, **stated), rtol=0)
