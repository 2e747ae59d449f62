"""What has no array code is refused: nodes and sums. Functions have the code that is right."""

import importlib
import math

import numpy as np
import pytest
from sympy import Abs, Float, Function, GoldenRatio, Max, Piecewise, cos, exp, log, pi, sign, sin, tan, tanh

from lvicreg.calculus import SG, Before, Delta, H, Sigma, distinct, f, f_prime, relu, sigmoid, softplus
from lvicreg.calculus.functions import ELEMENTWISE, Exponential
from lvicreg.calculus.layer import N, W, b, i, k, p, q, t, x, z
from lvicreg.codegen.layout import NotArrayCode
from tests.codegen.small import (
    LOSS,
    UPDATE,
    K,
    Ku,
    S,
    V,
    assert_refused,
    beta,
    compiled,
    e,
    from_loss,
    from_post,
    from_update,
    gamma,
    of,
    r,
    source,
    v,
    w,
    y,
)

CASES = {
    "tan": (from_post(v[p] * z[t, p], {v[i]: Sigma(tan(z[b, i]), b)}), of("v[i]") + "tan(z[b, i])", "make that an argument"),
    "function": (from_post(Function("g")(z[t, p])), UPDATE + "g(z[t, p])", "make that an argument"),
    "f": (from_post(f(z[t, p])), UPDATE + "f(z[t, p])", "make that an argument"),
    "slope": (from_post(y[t, p], {y[b, i]: f_prime(z[b, i])}), of("y[b, i]") + "f_prime(z[b, i])", "make that an argument"),
    "maximum": (from_post(Max(z[t, p], 0)), UPDATE + "Max(0, z[t, p])", "make that an argument"),
    "a number": (from_post(GoldenRatio * z[t, p]), UPDATE + "GoldenRatio has no array code", "an option if it is a number"),
    "float": (from_post(Float("0.1") * z[t, p]), UPDATE + "0.1000", "give it as a Rational"),
    "delta": (
        from_post(v[p] * z[t, p], {v[i]: Sigma(Delta(i, k) * V[i, k], k)}, (x, z, V)),
        of("v[i]") + "Delta(i, k) has no array code",
        "distinct(i, k) times that matrix",
    ),
    "order": (
        from_post(v[p] * z[t, p], {v[i]: Sigma(Before(k, i) * V[i, k], k)}, (x, z, V)),
        of("v[i]") + "Before(k, i) has no array code",
        "Before(k, i) times that matrix",
    ),
    "coefficient of others": (
        from_post(y[t, p], {K[i, k]: 2 * distinct(i, k) * V[i, k], y[b, i]: Sigma(K[i, k] * z[b, k], k)}, (x, z, V)),
        of("K[i, k]") + "Delta(i, k)",
        "define a name",
    ),
    "sum": (
        from_post(z[t, p] * Sigma(z[t, k] ** 2, k)),
        UPDATE + "Sigma(z[t, _N_1_0]**2, _N_1_0) has no name",
        "give it one in the definitions",
    ),
    "stop-gradient": (
        from_loss(Sigma((z[b, i] - SG(e[b, i])) ** 2, b, i), arguments=(z, e)),
        LOSS + "StopGradient(e[b, i])",
        "give it one in the definitions",
    ),
    "quotient in a matrix product": (
        from_post(y[t, p], {K[i, k]: V[i, k], y[b, i]: Sigma(K[i, k] * z[b, k] / e[b, k], k)}, (x, z, e, V)),
        of("y[b, i]") + "the sum of K[i, k]*z[b, k]/e[b, k] over k is neither a reduction over one axis nor a matrix product",
        "a name in the definitions",
    ),
    "quotient of a vector in a matrix product": (
        from_post(y[t, p], {v[i]: Sigma(z[b, i] ** 2, b), y[b, i]: Sigma(V[i, k] * z[b, k] / v[k], k)}, (x, z, V)),
        of("y[b, i]") + "the sum of V[i, k]*z[b, k]/v[k] over k is neither",
        "a name in the definitions",
    ),
    "two sums": (
        from_post(v[p] * z[t, p], {v[i]: Sigma(z[b, i], b) * Sigma(z[b, i] ** 2, b)}),
        of("v[i]") + "Sigma(z[b, i], b)*Sigma(z[b, i]**2, b) is not one sum",
        "give each sum a name",
    ),
    "two indices": (
        from_post(v[p] * z[t, p], {v[i]: Sigma(z[b, i] * V[i, k], b, k)}, (x, z, V)),
        of("v[i]") + "the sum of V[i, k]*z[b, i] over b, k",
        "a name in the definitions",
    ),
    "twice over one index": (
        from_post(Ku[t, p], {Ku[b, i]: Sigma(K[i, k] * z[b, k], k, k)}, (x, z, K)),
        of("Ku[b, i]") + "the sum of K[i, k]*z[b, k] over k, k",
        "a name in the definitions",
    ),
    "no chain": (
        from_post(y[t, p], {y[b, i]: Sigma(z[b, k] ** 2 * V[k, i], k)}, (x, z, V)),
        of("y[b, i]") + "the sum of V[k, i]*z[b, k]**2 over k",
        "a name in the definitions",
    ),
    "loss over samples": (
        from_loss(Sigma(z[b, i] ** 2, i)),
        LOSS + "Sigma(z[b, i]**2, i) is not a number",
        "sum over what is left",
    ),
    "cases": (
        from_post(Piecewise((z[t, p], z[t, p] > 0), (0, True))),
        UPDATE + "Sigma(Piecewise(",
        "write them with H or relu",
    ),
    "step alone": (
        from_post(z[t, p] + H(gamma - z[t, p]), options=(gamma,)),
        UPDATE + "H(gamma - z[t, p]) must multiply",
        "beside the array",
    ),
    "step times a number": (
        from_post(beta * H(gamma - z[t, p]), options=(beta, gamma)),
        UPDATE + "H(gamma - z[t, p]) must multiply an array, and beta is none",
        "beside the array",
    ),
    "step of numbers": (
        from_post(H(gamma - beta) * z[t, p], options=(beta, gamma)),
        UPDATE + "H(-beta + gamma) is of numbers",
        "an option",
    ),
    "hinge of numbers": (
        from_post(relu(gamma - beta) * z[t, p], options=(beta, gamma)),
        UPDATE + "relu(-beta + gamma)",
        "an option",
    ),
    "logarithm of a number": (from_post(log(N) * z[t, p]), UPDATE + "log(N) is of numbers", "make it an option"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_refusal_says_what_and_where_and_what_to_do(case):
    assert_refused(*CASES[case])


VALUES = {
    exp: math.exp,
    Exponential: math.exp,
    log: math.log,
    tanh: math.tanh,
    sin: math.sin,
    cos: math.cos,
    Abs: abs,
    sign: lambda number: math.copysign(1, number),
    sigmoid: lambda number: 1 / (1 + math.exp(-number)),
    softplus: lambda number: math.log1p(math.exp(number)),
}


@pytest.mark.parametrize("library", ["numpy", "array_api_strict", "jax.numpy"])
@pytest.mark.parametrize(
    "function", [each for each, about in ELEMENTWISE.items() if about.code], ids=lambda each: each.__name__
)
def test_a_function_has_its_code_in_every_library(function, library):
    """Within a product, of a product, and squared, so that brackets are where they must be."""
    xp = importlib.import_module(library) if library != "jax.numpy" else pytest.importorskip(library)
    given = np.array([[0.5, 2.0], [1.5, 0.25]])
    if function is not log:
        given[0, 1] *= -1
    update = compiled(source(from_post(beta * z[t, p] / function(z[t, p] * 3) ** 2, options=(beta,))))
    found = update(xp.asarray(np.eye(2, dtype=np.float32)), xp.asarray(given.astype(np.float32)))
    expected = [[0.5 * number / VALUES[function](3 * number) ** 2 for number in row] for row in given.tolist()]
    assert np.asarray(found) == pytest.approx(np.array(expected).T, rel=1e-5)


def test_what_is_large_does_not_overflow():
    for function, large, small in ((sigmoid, 1.0, 0.0), (softplus, 800.0, 0.0)):
        found = compiled(source(from_post(function(z[t, p]))))(np.eye(2), np.array([[800.0], [-800.0]]))
        assert found == pytest.approx(np.array([[large, small]]), abs=1e-300)


def test_pi_has_its_code():
    rule = source(from_post(z[t, p] / (2 * pi) + pi**2 * z[t, p]))
    found = compiled(rule)(np.eye(2), np.array([[3.0], [1.0]]))
    assert found == pytest.approx((1 / (2 * math.pi) + math.pi**2) * np.array([[3.0, 1.0]]))


def test_of_a_number_a_function_is_refused():
    for function in (sigmoid, softplus, tanh):
        with pytest.raises(NotArrayCode, match="of numbers, and array libraries take it of arrays only"):
            source(from_post(function(beta) * z[t, p], options=(beta,)))


def test_a_number_a_sample_is_a_column():
    """Where there are as many samples as units too, and for one sample, whose number has no axis."""
    rng = np.random.default_rng(0)
    update = compiled(source(from_post(r[t] * z[t, p], arguments=(x, z, r))))
    for samples in (3, 5, 1):
        inputs, activity, each = rng.normal(size=(samples, 4)), rng.normal(size=(samples, 3)), rng.normal(size=samples)
        expected = sum(r_ * np.outer(z_, x_) for x_, z_, r_ in zip(inputs, activity, each, strict=True))
        assert update(inputs, activity, each) == pytest.approx(expected)
    assert update(inputs[0], activity[0], each[0]) == pytest.approx(expected)
    assert "r: (B,) or (); given." in source(from_post(r[t] * z[t, p], arguments=(x, z, r)))
    for wrong in (each[:, None], rng.normal(size=4)):
        with pytest.raises(ValueError, match="the shapes do not fit"):
            update(inputs, activity, wrong)
    total = compiled(source(from_post(S[t] * z[t, p], {S[b]: Sigma(z[b, k], k)}, statistics=(S,))))
    inputs, activity = rng.normal(size=(3, 4)), rng.normal(size=(3, 3))
    assert total(inputs, activity, S=activity.sum(axis=1)) == pytest.approx(total(inputs, activity))


def test_several_inputs_have_a_postsynaptic_part_each():
    rng = np.random.default_rng(0)
    two = from_update(Sigma(z[t, p] ** 2 * x[t, q], t) - Sigma(2 * z[t, p] * e[t, q], t) - W[p, q], arguments=(x, e, z, W))
    inputs, errors, activity, weights = (rng.normal(size=size) for size in ((5, 4), (5, 4), (5, 3), (3, 4)))
    expected = (activity**2).T @ inputs - 2 * activity.T @ errors - weights
    assert compiled(source(two))(inputs, errors, activity, weights) == pytest.approx(expected)
    plain = from_update(Sigma(z[t, p] * x[t, q], t) + Sigma(z[t, p] * e[t, q], t), arguments=(x, e, z))
    assert compiled(source(plain))(inputs, errors, activity) == pytest.approx(activity.T @ (inputs + errors))


def test_a_matrix_times_a_vector():
    rng = np.random.default_rng(0)
    meanings = {v[i]: Sigma(V[i, k] * w[k], k), S[i]: Sigma(V[k, i] * w[k], k)}
    update = compiled(source(from_post((v[p] - S[p]) * z[t, p], meanings, (x, z, V, w))))
    inputs, activity, matrix, vector = (rng.normal(size=size) for size in ((5, 4), (5, 3), (3, 3), 3))
    expected = ((matrix @ vector - matrix.T @ vector) * activity).T @ inputs
    assert update(inputs, activity, matrix, vector) == pytest.approx(expected)
