"""Generated code computes what its expression says: at B = N, where a wrong axis would pass, and at B ≠ N.

Small rules and losses, each with one more construct that has code, are compared with the evaluation of the same expression by
``lvicreg.engines.evaluation.broadcasting``, which knows an index by its name and not by its place.
"""

import re
from functools import cache

import numpy as np
import pytest
from sympy import Rational, Symbol, log, sqrt

from lvicreg.calculus import SG, Before, H, Sigma, distinct, relu
from lvicreg.calculus.layer import B, N, W, b, c, i, k, l, p, q, slope, t, x, z
from lvicreg.engines.evaluation.broadcasting import sample, value
from tests.codegen.small import (
    A,
    K,
    Ku,
    S,
    V,
    avoidable,
    beta,
    compiled,
    covariance,
    e,
    from_loss,
    from_post,
    from_update,
    gamma,
    mean,
    parts,
    size_of_unit,
    source,
    squares,
    v,
    w,
    y,
)

SIZES = [{"B": 3, "N": 3, "M": 3}, {"B": 4, "N": 4, "M": 2}, {"B": 5, "N": 3, "M": 2}, {"B": 2, "N": 4, "M": 3}]
alpha = Symbol("alpha", positive=True)
spread = {v[i]: Sigma(z[b, i], b) / B, y[b, i]: z[b, i] - v[i], w[i]: Sigma(y[b, i] ** 2, b) / (B - 1)}

RULES = {
    "an array as it is": from_post(z[t, p]),
    "products and powers": from_post(-2 * z[t, p] ** 3 * slope[t, p] / (1 + z[t, p] ** 2), arguments=(x, z, slope)),
    "numbers": from_post((beta - gamma) * Rational(3, 7) * (1 + z[t, p] ** 2) ** gamma / N, options=(beta, gamma)),
    "roots": from_post(
        z[t, p] / sqrt(w[p] + gamma) + sqrt(1 + z[t, p] ** 2) / sqrt(N) + 1 / sqrt(1 + z[t, p] ** 2), spread, options=(gamma,)
    ),
    "logarithm": from_post(log(gamma + w[p]) * y[t, p], spread, options=(gamma,)),
    "row": from_post(z[t, p] - v[p], mean),
    "divided by a difference": from_post(w[p] * y[t, p], spread),
    "divided by a product": from_post(v[p] * z[t, p], {v[i]: Sigma(z[b, i], b) / (B * (N + 1))}),
    "times a sum": from_post(v[p] * z[t, p], {v[i]: (beta + gamma) * Sigma(z[b, i], b)}, options=(beta, gamma)),
    "column": from_post(S[t] * z[t, p], {S[b]: 2 * Sigma(z[b, k] ** 2, k)}),
    "column of products": from_post(S[t] * z[t, p], {S[b]: Sigma(z[b, k] * v[k], k)} | mean),
    "sum of a product of column and row": from_post(
        w[p] * z[t, p], {S[b]: Sigma(z[b, k], k), w[i]: Sigma(S[b] * v[i] + z[b, i], b)} | mean
    ),
    "weighted columns": from_post(w[p] * z[t, p], {S[b]: Sigma(z[b, k], k), w[i]: Sigma(S[b] * z[b, i], b)}),
    "scalar": from_post(alpha * z[t, p], {alpha: 1 / (B - 1) - Sigma(v[i] ** 3, i) * Sigma(z[b, i] ** 2, b, i)} | mean),
    "rows of a matrix": from_post(v[p] * z[t, p], {v[i]: Sigma(V[i, k], k)}, (x, z, V)),
    "weighted rows of a matrix": from_post(
        v[p] * z[t, p], {w[i]: Sigma(z[b, i], b), v[i]: Sigma(V[i, k] ** 2 * w[k], k)}, (x, z, V)
    ),
    "rate of rows": from_update(Sigma(z[t, p] * x[t, q], t) - V[p, p] * Sigma(V[p, k], k) * W[p, q], arguments=(x, z, V, W)),
    "columns of a matrix": from_post(v[p] * z[t, p], {v[i]: Sigma(V[k, i], k)}, (x, z, V)),
    "matrix products": from_post(y[t, p], {y[b, i]: Sigma(V[i, k] * z[b, k], k)}, (x, z, V)),
    "transposed in a product": from_post(y[t, p], {y[b, i]: Sigma(V[k, i] * z[b, k], k)}, (x, z, V)),
    "three matrices": from_post(y[t, p], {y[b, i]: Sigma(V[i, l] * A[k, l] * z[b, k], k, l) / N}, (x, z, V, A)),
    "symmetric": from_post(Ku[t, p], covariance),
    "symmetric argument": from_post(Ku[t, p] + K[p, p] * z[t, p], {Ku[b, i]: Sigma(K[k, i] * z[b, k], k)}, (x, z, K)),
    "columns of a symmetric matrix": from_post(w[p] * z[t, p], {w[i]: Sigma(K[i, k] * V[k, i], k)}, (x, z, K, V)),
    "Gram matrix": from_post(y[t, p], {A[b, c]: Sigma(z[b, i] * z[c, i], i), y[b, i]: Sigma(A[b, c] * z[c, i], c)}),
    "rows of the Gram matrix": from_post(
        S[t] * z[t, p], {A[b, c]: Sigma(z[b, i] * e[c, i], i), S[b]: Sigma(A[b, c], c)}, (x, z, e)
    ),
    "without the diagonal": from_post(
        y[t, p], {A[i, k]: distinct(i, k) * V[i, k], y[b, i]: Sigma(A[i, k] * z[b, k], k)}, (x, z, V)
    ),
    "below the diagonal": from_post(
        y[t, p], {A[i, k]: Before(k, i) * V[i, k], y[b, i]: Sigma(A[i, k] * z[b, k], k)}, (x, z, V)
    ),
    "above the diagonal": from_post(
        y[t, p], {A[i, k]: Before(i, k) * V[i, k], y[b, i]: Sigma(A[i, k] * z[b, k], k)}, (x, z, V)
    ),
    "no presynaptic factor": from_update(
        Sigma(z[t, p] * x[t, q], t) - 2 * Sigma(V[p, k] * W[k, q], k) + W[p, q] ** 3 - W[p, q], arguments=(x, z, V, W)
    ),
    "no presynaptic factor at all": from_update(-Sigma(V[k, p] * W[k, q], k) / 2, arguments=(V, W)),
    "diagonal": from_post(V[p, p] * z[t, p], arguments=(x, z, V)),
    "stop-gradient": from_post(y[t, p], {y[b, i]: SG(z[b, i]) * 2}),
    "step": from_post(H(gamma - z[t, p]) * z[t, p], options=(gamma,)),
    "two steps": from_post(-H(gamma - v[p]) * H(z[t, p] - beta) * z[t, p] / 3 - v[p], mean, options=(beta, gamma)),
    "hinge": from_post(relu(z[t, p] - gamma) + z[t, p], options=(gamma,)),
    "a number as a rate": from_update(
        Sigma(z[t, p] * x[t, q], t) + (beta - gamma) * W[p, q], arguments=(x, z, W), options=(beta, gamma)
    ),
    "rates": from_update(Sigma(z[t, p] * x[t, q], t) - Sigma(z[t, p] ** 2, t) / (B - 1) * W[p, q], arguments=(x, z, W)),
    "rates over rates": from_update(
        Sigma(z[t, p] * x[t, q], t) - Sigma(z[t, p] ** 2, t) / w[p] * W[p, q], spread, arguments=(x, z, W)
    ),
    "rates less a number": from_update(
        Sigma(z[t, p] * x[t, q], t) + (v[p] - gamma) * W[p, q], mean, (x, z, W), options=(gamma,)
    ),
    "no input": from_update(-gamma * W[p, q], arguments=(W,), options=(gamma,)),
    "between units": from_update(Sigma(z[t, p] * e[t, l], t) - V[p, l], arguments=(z, e, V), target=V[p, l]),
    "statistics": from_post(w[p] * y[t, p], spread, statistics=(v, w)),
    "statistics of statistics": from_post(
        w[p] * z[t, p], {y[b, i]: z[b, i] ** 2, A[b, i]: y[b, i] + 1, w[i]: Sigma(A[b, i], b) / B}, statistics=(w,)
    ),
    "two parts": from_post(
        y[t, p] * Ku[t, p],
        covariance | size_of_unit | {y[b, i]: Ku[b, i] + z[b, i]},
        statistics=(K,),
        avoidable=avoidable,
    ),
    "a long line": from_post(
        z[t, p] * (sum(z[t, p] ** n * v[p] ** (9 - n) / (n + 1) for n in range(2, 9)) + gamma), mean, options=(gamma,)
    ),
    "a long line without a bracket": from_post(
        z[t, p] * v[p] * log(1 + sum(z[t, p] ** (2 * n) * v[p] ** 2 / (n + 1) for n in range(2, 12))), mean
    ),
}

LOSSES = {
    "sum of squares": from_loss(squares),
    "means": from_loss(squares / (B * N)),
    "loss of roots": from_loss(sqrt(N) * Sigma(sqrt(w[i] + gamma), i), spread, options=(gamma,)),
    "loss of a hinge": from_loss(Sigma(relu(gamma - sqrt(w[i])), i) / (N - 1), spread, options=(gamma,)),
    "columns squared": from_loss(
        Sigma(S[b] ** 2, b) - beta * Sigma(z[b, i] ** 2 * S[b], b, i), {S[b]: Sigma(z[b, i] ** 2, i)}, options=(beta,)
    ),
    "matrix": from_loss(Sigma(K[i, k] ** 2, i, k), covariance),
    "target": from_loss(Sigma((z[b, i] - e[b, i]) ** 2, b, i), arguments=(z, e)),
    "loss in two parts": from_loss(beta * Sigma(K[i, k] ** 2, i, k), covariance | size_of_unit, options=(beta,), parts=parts),
}


@cache
def code(name):
    """The code of a rule or a loss by its name."""
    return source(RULES[name] if name in RULES else LOSSES[name])


def taken(function, data, given=False):
    """What the function takes, with ``given`` its statistics too."""
    names = function.parameter_names if given else (*function.arguments, *function.options)
    return {str(name): getattr(data, str(name)) for name in names}


def assert_close(found, expected):
    assert np.shape(found) == np.shape(expected)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12 * max(1, np.max(np.abs(expected))))


def rule_computes(rule, text, sizes, given=False, scale=1.0):
    """Compare a rule's code, perhaps with its statistics given, with its expression."""
    definitions = rule.definitions.primitive(*rule.statistics) if given else rule.definitions
    data = sample(rule.update, definitions, sizes, scale)
    assert_close(compiled(text)(**taken(rule, data, given)), value(rule.update, definitions, data, rule.target.indices))


@pytest.mark.parametrize("sizes", SIZES, ids=str)
@pytest.mark.parametrize("name", RULES)
def test_a_rule_computes_its_update(name, sizes):
    rule = RULES[name]
    rule_computes(rule, code(name), sizes)
    if rule.statistics:
        rule_computes(rule, code(name), sizes, given=True)


@pytest.mark.parametrize("sizes", SIZES, ids=str)
@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_computes_itself_and_its_gradient(name, sizes):
    function = LOSSES[name]
    form = function.form
    data = sample(form.loss, form.definitions, sizes, 1.0)
    loss, gradient = compiled(code(name))(**taken(function, data))
    assert_close(loss, value(form.loss, form.definitions, data))
    assert_close(gradient, value(-form.update, form.definitions, data, form.target.indices))


ERRORS = {
    r"summed\(xp, (.*?)\)": r"xp.sum(\1, axis=-1)",
    r"axis=-1, keepdims=True": "axis=-1",
    r"\.T\b": "",
    r"\[:, None\]": "",
    r"\((B - 1|B \* \(N \+ 1\)|beta - gamma|beta \+ gamma|v - gamma|summed\(xp, z\*\*2\) / \(B - 1\))\)": r"\1",
    r"xp\.linalg\.diagonal\((\w)\)": r"\1",
    r"xp\.tril\((\w), k=-1\) \+ xp\.triu\(\w, k=1\)": r"\1",
    r" \| ": " & ",
    r"(?<!\]) >= ": " <= ",  # but for the choice between two ways, of which either is right
    r"xp\.log": "xp.sqrt",
    r"\*\*\(1 / 2\)": "",
}


def noticed(rule, text, sizes):
    """Whether a rule's code fails, or computes something else, for values below thresholds or for large ones."""
    for scale in (1.0, 8.0):
        try:
            rule_computes(rule, text, sizes, scale=scale)
        except (AssertionError, TypeError, ValueError, IndexError, RuntimeWarning):
            return True
    return False


@pytest.mark.parametrize("right", ERRORS)
def test_an_error_is_noticed_where_sizes_are_equal(right):
    """Each construct stands in some rule, and wherever it stands it is noticed when it is broken; two parts for N ≥ 2 B."""
    broken = {name: re.sub(right, ERRORS[right], code(name)) for name in RULES}
    changed = [name for name in RULES if broken[name] != code(name)]
    assert changed
    for name in changed:
        sizes = [SIZES[0], SIZES[-1]] if RULES[name].avoidable else SIZES[:1]
        assert any(noticed(RULES[name], broken[name], each) for each in sizes), name


@pytest.mark.parametrize("name", RULES)
def test_a_rule_is_array_api_code(name):
    strict = pytest.importorskip("array_api_strict")
    rule = RULES[name]
    data = sample(rule.update, rule.definitions, SIZES[2], 1.0)
    given = {key: strict.asarray(array) if np.ndim(array) else float(array) for key, array in taken(rule, data).items()}
    expected = value(rule.update, rule.definitions, data, rule.target.indices)
    assert_close(np.asarray(compiled(code(name))(**given)), expected)
