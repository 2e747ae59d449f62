"""What has no array code is refused: nodes and sums."""

import pytest
from sympy import Float, Function, Max, Piecewise, exp, log, pi, sin, tanh

from lvicreg.calculus import SG, Delta, H, Sigma, f, f_prime, others, relu
from lvicreg.calculus.layer import N, b, i, k, p, t, x, z
from tests.codegen.small import (
    LOSS,
    UPDATE,
    K,
    Ku,
    V,
    assert_refused,
    beta,
    e,
    from_loss,
    from_post,
    gamma,
    of,
    v,
    y,
)

CASES = {
    "exp": (from_post(exp(z[t, p])), UPDATE + "exp(z[t, p]) has no array code", "make that an argument"),
    "tanh": (from_post(v[p] * z[t, p], {v[i]: Sigma(tanh(z[b, i]), b)}), of("v[i]") + "tanh(z[b, i])", "make that an argument"),
    "sin": (from_loss(Sigma(sin(z[b, i]), b, i)), LOSS + "sin(z[b, i])", "make that an argument"),
    "function": (from_post(Function("g")(z[t, p])), UPDATE + "g(z[t, p])", "make that an argument"),
    "f": (from_post(f(z[t, p])), UPDATE + "f(z[t, p])", "make that an argument"),
    "slope": (from_post(y[t, p], {y[b, i]: f_prime(z[b, i])}), of("y[b, i]") + "f_prime(z[b, i])", "make that an argument"),
    "maximum": (from_post(Max(z[t, p], 0)), UPDATE + "Max(0, z[t, p])", "make that an argument"),
    "pi": (from_post(pi * z[t, p]), UPDATE + "pi has no array code", "an option if it is a number"),
    "float": (from_post(Float("0.1") * z[t, p]), UPDATE + "0.1000", "give it as a Rational"),
    "delta": (
        from_post(v[p] * z[t, p], {v[i]: Sigma(Delta(i, k) * V[i, k], k)}, (x, z, V)),
        of("v[i]") + "Delta(i, k) has no array code",
        "others(i, k) times that matrix",
    ),
    "coefficient of others": (
        from_post(y[t, p], {K[i, k]: 2 * others(i, k) * V[i, k], y[b, i]: Sigma(K[i, k] * z[b, k], k)}, (x, z, V)),
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
