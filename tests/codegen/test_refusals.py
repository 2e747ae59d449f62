"""What is refused as a whole; and that every refusal of the generator has a case."""

import ast
from pathlib import Path

import pytest
from sympy import Idx, IndexedBase, Symbol

from lvicreg import codegen
from lvicreg.calculus import Sigma, Symmetric, axis
from lvicreg.calculus.layer import M, b, i, k, l, p, q, t, x, z
from lvicreg.codegen.emit import function_source
from lvicreg.codegen.layout import NotArrayCode
from tests.codegen import test_arrays, test_layout, test_names
from tests.codegen.small import (
    UPDATE,
    A,
    K,
    Ku,
    V,
    assert_refused,
    compiled,
    covariance,
    e,
    from_loss,
    from_post,
    from_update,
    mean,
    refusal,
    squares,
    v,
    y,
)

twice, KP = IndexedBase("twice"), Symmetric("K")
g, h = (Idx(name, Symbol("P", integer=True, positive=True)) for name in "gh")  # units of another population

o = Idx("o", axis("T", "sample"))

CASES = {
    "samples on two axes": (
        from_update(Sigma(z[t, p] * x[t, q], t) + Sigma(e[o, p] * y[o, q], o), arguments=(x, z, e, y)),
        "small: e is an array over (T, N); samples are counted over B, and over no other axis",
        "give it in another form",
    ),
    "target with one index": (
        from_post(z[t, p], target=v[p]),
        "small: the target v[p] must have two different indices",
        "another",
    ),
    "target on a diagonal": (from_post(z[t, p], target=V[p, p]), "small: the target V[p, p] must have two", "another"),
    "samples by another letter": (
        from_update(Sigma(z[t, p] * x[t, q], t), sample=Idx("s", M)),
        "small: the sample's index s runs over M, on which no samples are counted",
        "give it the range B",
    ),
    "three forms": (
        from_loss(squares, more=[(squares, {}), (squares, {})]),
        "small: a loss has one form, or two; got 3",
        "choose",
    ),
    "target of a loss": (
        from_loss(squares + Sigma(V[i, k] ** 2, i, k), arguments=(z, V), target=V[p, l]),
        "small: the target V[p, l] must be over (B, N)",
        "put its sample's index first",
    ),
    "two meanings": (
        from_loss(Sigma(v[i] ** 2, i), mean, more=[(Sigma(v[i] ** 2, i), {v[i]: Sigma(z[b, i], b)})]),
        "small: v stands for one thing in one form",
        "rename one",
    ),
    "too late": (
        from_post(twice[t, p], covariance | {twice[b, i]: 2 * Ku[b, i]}, statistics=(K,), avoidable=K),
        "small: the code would use Ku before it is computed",
        "make it an argument",
    ),
    "a diagonal that is not formed": (
        from_post(K[p, p] * Ku[t, p], covariance, statistics=(K,), avoidable=K),
        UPDATE + "K[p, p] may not be formed",
        "give it a name in the definitions",
    ),
    "a statistic of what is not formed": (
        from_post(v[p] * Ku[t, p], covariance | {v[i]: K[i, i]}, statistics=(K, v), avoidable=K),
        "small: the statistic v needs K, which may not be formed",
        "make K unavoidable",
    ),
    "a statistic that makes no difference": (
        from_post(v[p] * z[t, p], mean | {y[i]: v[i] ** 2}, statistics=(v, y)),
        "small: the statistic y is in no term of the rule where v, y are given",
        "leave it out",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_refusal_says_what_and_where_and_what_to_do(case):
    assert_refused(*CASES[case])


def origin(error):
    """File and line in which an error was first raised."""
    while isinstance(error.__context__, NotArrayCode):
        error = error.__context__
    trace = error.__traceback__
    while trace.tb_next:
        trace = trace.tb_next
    return Path(trace.tb_frame.f_code.co_filename), trace.tb_lineno


@pytest.mark.parametrize("summary", ['It """ ends.', 'Energy of "BCM"', "A factor \\xi \\", r"\N{BULLET} and \u"])
def test_a_docstring_is_read_as_it_was_written(summary):
    assert compiled(function_source(from_post(z[t, p], summary=summary))).__doc__.startswith(summary)


def test_the_order_is_chosen_by_the_population_that_a_matrix_is_of():
    function = from_post(
        Sigma(KP[g, h] * e[t, h], h),
        {KP[g, h]: Sigma(e[b, g] * e[b, h], b), Ku[b, g]: Sigma(KP[g, h] * e[b, h], h)},
        (x, e),
        target=A[g, q],
        statistics=(KP,),
        avoidable=KP,
    )
    assert "if K is None and B < e.shape[1]:" in function_source(function)


def test_every_refusal_has_a_case():
    """Each ``raise`` of the generator is that of a case, but the one that adds the place."""
    raised = {}
    for path in Path(codegen.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Raise) and node.exc and ast.unparse(node.exc).startswith("NotArrayCode("):
                raised[path, node.lineno] = ast.unparse(node.exc)
    cases = (CASES, test_arrays.CASES, test_layout.CASES, test_names.CASES)
    met = {origin(refusal(function)) for each in cases for function, _, _ in each.values()}
    assert {words for place, words in raised.items() if place not in met} == {"NotArrayCode(f'{place}: {reason}')"}
