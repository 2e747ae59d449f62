"""Names that the code does not know, or cannot have, and arguments that it cannot take, are refused."""

import pytest
from sympy import Idx, IndexedBase, Integer, Symbol

from lvicreg.calculus import Sigma
from lvicreg.calculus.layer import N, W, b, i, j, k, p, q, t, x, z
from lvicreg.codegen.rule import Parameter
from tests.codegen.small import (
    UPDATE,
    A,
    K,
    Ku,
    S,
    V,
    assert_refused,
    avoidable,
    covariance,
    e,
    from_loss,
    from_post,
    from_update,
    gamma,
    mean,
    of,
    size_of_unit,
    squares,
    v,
    y,
)

n1 = Symbol("n1", integer=True, positive=True)

CASES = {
    "defined input": (
        from_post(z[t, p], {x[b, j]: e[b, j] - 1}, (z, e)),
        UPDATE + "x[t, q] is no argument",
        "make x an argument",
    ),
    "the name of a part": (
        from_update(
            Sigma(z[t, p] ** 2 * x[t, q], t) + Sigma(Symbol("post_e") * z[t, p] * e[t, q], t),
            arguments=(x, z, e),
            options=(Symbol("post_e"),),
        ),
        "small: post_e is what the code calls the part that multiplies e",
        "rename yours",
    ),
    "weights": (from_update(Sigma(z[t, p] * x[t, q], t) - W[p, q]), UPDATE + "W[p, q] is no argument", "make W an argument"),
    "samples on columns": (from_post(e[p, t], arguments=(x, e)), "small: e is an array over (N, B)", "in another form"),
    "three axes of an argument": (
        from_post(z[t, p] * A[p, p, p], arguments=(x, z, A)),
        "small: A is an array over (N, N, N)",
        "in another form",
    ),
    "a size of two letters": (
        from_post(e[t, Idx("p", n1)], arguments=(x, e), target=W[Idx("p", n1), q]),
        "small: e is an array over (B, n1)",
        "rename it",
    ),
    "a size that is a number": (
        from_post(e[t, Idx("p", 3)], arguments=(x, e), target=W[Idx("p", 3), q]),
        "e is an array over (B, 3)",
        "rename it",
    ),
    "index twice": (
        from_post(z[t, p] * v[p], {v[i]: Sigma(z[b, b] * z[b, i], b)}),
        of("v[i]") + "z[b, b] has axes (B, B)",
        "rename one",
    ),
    "other ranges": (
        from_post(z[t, p] * S[t], {S[b]: Sigma(z[b, j], j)}),
        UPDATE + "z[t, p] has axes (B, N), but z is an array over (B, M)",
        "rename one",
    ),
    "a number as an index": (from_post(z[t, p] * z[0, p]), UPDATE + "z[0, p] has an index without a range", "Idx('i', N)"),
    "an index without range": (
        from_post(z[t, p], {v[Idx("i")]: Integer(1)}),
        of("v[i]") + "v[i] has an index without a range",
        "Idx('i', N)",
    ),
    "unused argument": (from_post(z[t, p], arguments=(x, z, e)), "small: the argument e is used nowhere", "leave it out"),
    "undescribed argument": (
        from_post(z[t, p], parameters={"x": Parameter("input.")}),
        "small: z is not described",
        "add it to parameters",
    ),
    "unknown symbol": (from_post(gamma * z[t, p]), UPDATE + "gamma is unknown", "an argument or an option"),
    "unknown array": (from_post(v[p] * z[t, p]), UPDATE + "v[p] is unknown", "or define it"),
    "unknown in a definition": (
        from_post(v[p] * z[t, p], {v[i]: Sigma(e[b, i], b)}),
        of("v[i]") + "e[b, i] is unknown",
        "or define it",
    ),
    "unknown size": (from_post(z[t, p] / Symbol("P")), UPDATE + "P is unknown", "an option"),
    "other assumptions": (from_post(Symbol("gamma") * z[t, p], options=(gamma,)), UPDATE + "gamma is not the gamma", "use one"),
    "another kind of matrix": (
        from_post(y[t, p], {y[b, i]: Sigma(IndexedBase("K")[i, k] * z[b, k], k), v[i]: K[i, i]}, (x, z, K)),
        of("y[b, i]") + "K[i, k] is not the K",
        "use one",
    ),
    "reserved": (
        from_post(gamma * z[t, p], options=(Symbol("xp"),)),
        "small: 'xp' cannot be the name of a quantity",
        "rename it",
    ),
    "a word of Python": (
        from_post(z[t, p] * Symbol("lambda"), options=(Symbol("lambda"),)),
        "small: 'lambda' cannot be",
        "rename it",
    ),
    "no identifier": (
        from_post(z[t, p] * Symbol("z'"), options=(Symbol("z'"),)),
        "cannot be the name of a quantity",
        "rename it",
    ),
    "reserved name of a definition": (
        from_post(y[t, p] * 2, {y[b, i]: IndexedBase("post")[i] * z[b, i], IndexedBase("post")[i]: Sigma(z[b, i], b)}),
        "small: 'post' cannot be the name",
        "rename it",
    ),
    "name of the function": (
        from_post(z[t, p], name="a rule"),
        "a rule: 'a rule' cannot be the name of the function",
        "rename it",
    ),
    "a size as an option": (
        from_post(N * z[t, p], options=(N,)),
        "small: two quantities, or sizes, are called N",
        "rename one",
    ),
    "an array and a number": (
        from_post(Symbol("v") * v[p] * z[t, p], mean, options=(Symbol("v"),)),
        "small: two quantities, or sizes, are called v",
        "rename one",
    ),
    "named twice": (from_post(z[t, p], arguments=(x, z, z)), "small: two quantities, or sizes, are called z", "name it once"),
    "statistic without definition": (
        from_post(v[p] * z[t, p], statistics=(v,)),
        "small: the statistic v has no definition",
        "make it an argument",
    ),
    "statistic of a loss": (
        from_loss(Sigma(v[i] ** 2, i), mean, statistics=(v,)),
        "small: a loss takes no statistics, but is told v",
        "an argument",
    ),
    "avoidable, but no statistic": (
        from_post(Ku[t, p], covariance | size_of_unit, avoidable=avoidable),
        "small: the avoidable K is no statistic",
        "leave it out",
    ),
    "option that is an array": (
        from_post(v[p] * z[t, p], options=(v,)),
        "small: the option v must be a number",
        "make it an argument",
    ),
    "option without a default": (
        from_post(gamma * z[t, p], options=(gamma,), parameters=dict.fromkeys(("x", "z", "gamma"), Parameter("given."))),
        "small: the option gamma must be a number with a default",
        "make it an argument",
    ),
    "option with a definition": (
        from_post(gamma * z[t, p], {gamma: Integer(1)}, options=(gamma,)),
        "small: the option gamma has a definition",
        "primitive(gamma)",
    ),
    "samples not in the first argument": (
        from_post(v[p] * z[t, p] - V[p, p] * z[t, p], mean, (V, x, z), statistics=(v,)),
        "small: samples are counted in the first argument, which is V",
        "put an array over (B, …) first",
    ),
    "loss of nothing": (from_loss(squares, arguments=()), "samples are counted in the first argument, which is None", "first"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_refusal_says_what_and_where_and_what_to_do(case):
    assert_refused(*CASES[case])
