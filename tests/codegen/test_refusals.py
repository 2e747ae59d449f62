"""What is refused as a whole; and that every refusal of the generator has a case."""

import ast
from pathlib import Path

import pytest
from sympy import Idx, IndexedBase, Symbol

from lvicreg import codegen
from lvicreg.calculus import Sigma, Symmetric, axis
from lvicreg.calculus.layer import B, M, b, c, i, k, l, p, q, t, x, z
from lvicreg.codegen.emit import function_source
from lvicreg.codegen.layout import NotArrayCode
from lvicreg.codegen.rule import Avoidable, Division
from tests.codegen import test_arrays, test_layout, test_names
from tests.codegen.small import (
    UPDATE,
    A,
    G,
    K,
    Ku,
    V,
    assert_refused,
    avoidable,
    beta,
    compiled,
    covariance,
    e,
    from_loss,
    from_post,
    from_update,
    in_parts,
    m,
    mean,
    n,
    parts,
    refusal,
    size_of_unit,
    squares,
    v,
    w,
    y,
    y_loud,
    y_rest,
    z_loud,
    z_rest,
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
    "target of a loss": (
        from_loss(squares + Sigma(V[i, k] ** 2, i, k), arguments=(z, V), target=V[p, l]),
        "small: the target V[p, l] must be over (B, N)",
        "put its sample's index first",
    ),
    "two meanings": (
        from_loss(
            beta * Sigma(G[b, c] ** 2, b, c),
            {G[b, c]: Sigma(z[b, i] * z[c, i], i)} | size_of_unit,
            options=(beta,),
            parts=parts,
        ),
        "small: G stands for one thing in one form",
        "rename one",
    ),
    "written from what is not formed": (
        from_post(
            y[t, p] + Ku[t, p],
            covariance | size_of_unit | {y[b, i]: Sigma(K[i, k] ** 2 * z[b, k], k)},
            statistics=(K,),
            avoidable=avoidable,
        ),
        "small: y needs K, which may not be formed",
        "write it from Ku",
    ),
    "parts by what is not formed": (
        from_post(Ku[t, p], covariance | {w[i]: K[i, i]}, statistics=(K,), avoidable=avoidable),
        "small: w needs K, which may not be formed",
        "write it from z",
    ),
    "a diagonal that is not formed": (
        from_post(K[p, p] * Ku[t, p], covariance | size_of_unit, statistics=(K,), avoidable=avoidable),
        UPDATE + "K[p, p] may not be formed",
        "give it a name in the definitions",
    ),
    "a statistic of what is not formed": (
        from_post(v[p] * Ku[t, p], covariance | size_of_unit | {v[i]: K[i, i]}, statistics=(K, v), avoidable=avoidable),
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
    of_others = Division(divided=e, columns=(z_loud, z_rest), var=w[g], count=5 * B / 4, least=2 * B, definitions=in_parts)
    function = from_post(
        Sigma(KP[g, h] * e[t, h], h),
        {KP[g, h]: Sigma(e[b, g] * e[b, h], b), Ku[b, g]: Sigma(KP[g, h] * e[b, h], h), w[g]: Sigma(e[b, g] ** 2, b)},
        (x, e),
        target=A[g, q],
        statistics=(KP,),
        avoidable=Avoidable(statistic=KP, product=Ku[b, g], loud=y_loud[b, n], rest=y_rest[b, m], division=of_others),
    )
    assert "if K is None and e.shape[1] >= 2 * B:" in function_source(function)


def test_every_refusal_has_a_case():
    """Each ``raise`` of the generator is that of a case, but the one that adds the place, and the last net (``test_order``)."""
    raised = {}
    for path in Path(codegen.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Raise) and node.exc and ast.unparse(node.exc).startswith("NotArrayCode("):
                raised[path, node.lineno] = ast.unparse(node.exc)
    cases = (CASES, test_arrays.CASES, test_layout.CASES, test_names.CASES)
    met = {origin(refusal(function)) for each in cases for function, _, _ in each.values()}
    assert {words for place, words in raised.items() if place not in met} == {
        "NotArrayCode(f'{place}: {reason}')",
        "NotArrayCode(f'the code would use {name.id} before it is computed: make it an argument')",
    }
