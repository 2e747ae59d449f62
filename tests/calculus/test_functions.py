"""Hinge and step: positive factors stand outside, and others do not. What is known of every function."""

from sympy import Abs, S, Symbol, cos, exp, log, sign, sin, tanh

from lvicreg.calculus import SG, H, Sigma, derivative, f, f_prime, f_second, is_zero, normal, relu, sigmoid, softplus
from lvicreg.calculus.functions import ELEMENTWISE, Exponential
from lvicreg.calculus.layer import N, b, i, k, z
from lvicreg.calculus.notation import latex, text

y, s = Symbol("y"), Symbol("s", positive=True)
zero_too = Symbol("e", nonnegative=True)


def test_positive_factors_leave_a_hinge_and_a_step() -> None:
    assert relu(2 * s * y) == 2 * s * relu(y)
    assert H(2 * s * y) == H(y)
    assert relu(s).args == (s,)  # not s times the hinge of 1


def test_a_factor_that_may_be_zero_stays() -> None:
    assert H(zero_too * y) != H(y)
    assert H(zero_too * y).args[0] == zero_too * y
    assert relu(zero_too * y).args[0] == zero_too * y
    assert H(-y) != H(y)


def test_known_signs_are_decided_and_0_is_closed() -> None:
    assert H(s) == 1
    assert H(-s) == H(S.Zero) == H(-zero_too) == 0
    assert H(zero_too) not in (0, 1)


y2 = 2 * y
SLOPES = {
    exp: exp(y2),
    log: 1 / y2,
    tanh: 1 - tanh(y2) ** 2,
    sin: cos(y2),
    cos: -sin(y2),
    sigmoid: sigmoid(y2) * (1 - sigmoid(y2)),
    softplus: sigmoid(y2),
    Abs: sign(y2),
    sign: S.Zero,
    f: f_prime(y2),
    f_prime: f_second(y2),
    relu: H(y2),
    H: S.Zero,
    SG: S.Zero,
}


def test_every_function_has_its_derivative_by_the_chain_rule() -> None:
    assert set(SLOPES) | {Exponential, f_second} == set(ELEMENTWISE)
    for function, slope in SLOPES.items():
        assert derivative(function(y2), y) == 2 * slope, function
    assert derivative(Exponential(y2), y) == 2 * Exponential(y2)


def test_functions_of_exponentials_are_known_to_be_such() -> None:
    for left, right in (
        (sigmoid(y), 1 - sigmoid(-y)),
        (tanh(y), 2 * sigmoid(2 * y) - 1),
        (softplus(y), log(1 + exp(y))),
        (exp(y + s) * exp(-s / 2) ** 2, exp(y)),
        (sin(y) ** 4, (1 - cos(y) ** 2) ** 2),
        (exp(y / 2) ** 2, exp(y)),
    ):
        assert is_zero(left - right)
        assert not is_zero(left + right)
        assert not is_zero(left - 2 * right)


def test_exponentials_leave_a_sum() -> None:
    total = Sigma(exp(z[b, i] - z[b, k]), i)
    assert normal(total) == normal(Sigma(exp(z[b, i]), i) / exp(z[b, k]))
    assert normal(exp(S.Zero)) == 1
    assert normal(exp(Sigma(z[b, i] - z[b, k], i) - Sigma(z[b, i], i) + N * z[b, k])) == 1
    assert normal(exp(2 + s)) == Exponential(1) ** 2 * Exponential(s)
    assert normal(exp(2 * y / 3)) == Exponential(y / 3) ** 2
    assert normal(exp(-y / 2 + s)) == Exponential(s) / Exponential(y / 2)
    assert Exponential(y).is_positive


def test_functions_are_written() -> None:
    written = {
        exp(y): ("exp(y)", "e^{y}"),
        Exponential(y) ** 2: ("(exp(y))²", r"\left(e^{y}\right)^{2}"),
        log(y) ** 2: ("(log(y))²", r"\log{\left(y \right)}^{2}"),
        Abs(y): ("|y|", r"\left|y\right|"),
        sign(y): ("sign(y)", r"\mathrm{sign}\!\left(y\right)"),
        sigmoid(y): ("sigmoid(y)", r"\mathrm{sigmoid}\!\left(y\right)"),
        softplus(y): ("softplus(y)", r"\mathrm{softplus}\!\left(y\right)"),
        f_second(y): ("f''(y)", r"f''\!\left(y\right)"),
        tanh(y) ** 2: ("(tanh(y))²", r"\tanh\!\left(y\right)^{2}"),
        cos(y): ("cos(y)", r"\cos\!\left(y\right)"),
    }
    for expr, (plain, tex) in written.items():
        assert (text(expr, {}), latex(expr, {})) == (plain, tex)
