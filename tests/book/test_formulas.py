"""The formulas that a chapter has typed, read by a reader of LaTeX, are those of the derivations."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from sympy import Expr, Integer, sympify

from derivations import covariance, invariance, log_variance, oja, published_error, variance
from derivations.notation import LATEX
from derivations.symbols import INDEX
from lvicreg.calculus import Definitions, Sigma, distinct
from lvicreg.calculus.layer import K, a, b, i, k, network, q, sigma, u, var, z
from tests.calculus.latex_reader import read_again

BOOK = Path(__file__).parents[2] / "book"
TYPED: list[tuple[str, int, Expr, Definitions]] = [  # the place of the formula among those displayed on the page
    ("vicreg", 0, invariance.loss + variance.loss + covariance.loss, invariance.steps),
    ("variance", 0, variance.loss, network),
    ("log_variance", 0, log_variance.loss, network),
    ("invariance", 0, invariance.loss, invariance.steps),
    ("covariance", 0, covariance.loss, network),
    ("published_error", 0, published_error.corrected, published_error.views),
    ("published_error", 1, published_error.printed, published_error.views),
]


def normalised(tex: str) -> str:
    """The formula as the derivations would print it: braces round every index, ``z'`` for what was a moment ago."""
    tex = re.sub(r"\\underbrace\{(.*)\}_\{\\text\{[^}]*\}\}", r"\1", tex)
    tex = re.sub(r"^\s*(\\[a-z]+term\{)?L = ", r"\1", tex.split(r", \qquad")[0].strip().removesuffix("."))
    tex = re.sub(r"\{\\!(\d)\}", r"{\1}", tex).replace(r"\bigl(", r"\left(").replace(r"\bigr)", r"\right)")
    tex = re.sub(r"\\max\(0, (.*?)\)", r"\\max\\!\\left(0, \1\\right)", tex).replace(r"\tfrac12", r"\frac{1}{2}")
    tex = re.sub(r"\\log \((.*?)\)", r"\\log{\\left(\1\\right)}", tex)
    tex = re.sub(r"\\mathrm\{SG\}\((.*?)\)", r"\\mathrm{SG}\\!\\left(\1\\right)", tex)
    tex = re.sub(r"z_i\^\{t-1\}", r"{z'}_{i}^{b}", tex).replace(r"\sum_t", r"\sum_b").replace("^t", "^b")
    tex = re.sub(r"_([a-z])", r"_{\1}", re.sub(r"\^([a-z])", r"^{\1}", tex))
    tex = re.sub(r"(?<!\\left)\(([^()]*(?:\([^()]*\)[^()]*)*)(?<!\\right)\)", r"\\left(\1\\right)", tex)
    tex = re.sub(r"(K_\{ik\})\^2", r"\\left(\1\\right)^{2}", re.sub(r"\)\^2", r")^{2}", tex)).replace("N^2", "N^{2}")
    tex = re.sub(r"u_\{([ik])\}(?!\^)", r"u_{\1}^{b}", tex.replace("u_{k}^2", r"\left(u_{k}^{b}\right)^{2}"))  # of one sample
    return " ".join(tex.replace(r"\,", " ").split()) + ("" if tex.count("{") == tex.count("}") else "}")


def displayed(page: str) -> list[str]:
    """The formulas that a chapter displays in lines of their own."""
    text = (BOOK / f"{page}.md").read_text(encoding="utf-8")
    return re.findall(r"^\$\$\n(.*?)\n\$\$", text, re.MULTILINE | re.DOTALL)


def compare(expr: Expr, text: str, definitions: Definitions) -> None:
    """The text says the expression, and not twice it."""
    read_again(expr, text, definitions)
    with pytest.raises((AssertionError, ValueError)):
        read_again(2 * expr, text, definitions)


@pytest.mark.parametrize(("page", "place", "loss", "definitions"), TYPED, ids=[f"{page}-{n}" for page, n, *_ in TYPED])
def test_a_typed_loss_is_the_derived_one(page: str, place: int, loss: Expr, definitions: Definitions) -> None:
    open_gate = {variance.gamma: Integer(5)}  # so that the hinge is not 0
    compare(loss.xreplace(open_gate), normalised(displayed(page)[place]).replace(r"\gamma", "5"), definitions)


def test_the_covariance_is_defined_as_in_the_derivations() -> None:
    _, text = displayed("covariance")[0].split(r"K_{ik} = ")
    compare(network[K][1], normalised(text.removesuffix(" .")), network)


@pytest.mark.parametrize(
    ("place", "rule"),
    [(0, u[b, i] * Sigma(distinct(i, k) * u[b, k] ** 2, k)), (1, Sigma(distinct(i, k) * K[i, k] * u[b, k], k))],
    ids=["printed", "corrected"],
)
def test_the_printed_rules_are_those_of_the_gradients(place: int, rule: Expr) -> None:
    """Of one sample, without what both have."""
    text = displayed("published_error")[2].split(r"\qquad\qquad")[place]
    compare(rule, normalised(text), published_error.views)


def test_ojas_rule_is_that_of_the_derivations() -> None:
    (text,) = re.fullmatch(r"\\Delta w = \\eta\\, \((.*)\)\.", displayed("oja")[0]).groups()
    typed = sympify(text.replace(r"\,", "*").replace("^", "**").replace("2 w", "2*w"))
    assert typed == oja.oja_update.xreplace({oja.xi[q]: sympify("x"), oja.w[q]: sympify("w"), oja.y: sympify("y")})


@pytest.mark.parametrize("name", [a, z, u, var, sigma, K], ids=str)
def test_the_index_of_notation_says_what_a_name_stands_for(name: Any) -> None:
    written = re.escape(LATEX.get(str(name), str(name)).replace("·", ""))
    rows = [each for each in INDEX["The layer"] if re.match(rf"{written}_", each.tex)]
    (formula,) = re.findall(r", \$(.*?)\$", rows[0].meaning)
    if name is z:
        assert formula == "f(a_i^b)"  # of a name that the reader is not told
    else:
        compare(network[name][1], normalised(formula).replace(r"\bar z", r"\bar{z}"), network)
