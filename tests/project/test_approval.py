"""The mathematics of a statement is the claim's: marked formulas are read again and evaluated, the words were approved."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sympy import Expr, Idx, Symbol

from derivations import NOTE
from lvicreg.calculus import Sigma
from lvicreg.calculus.axes import size_of
from lvicreg.calculus.indexed import free_indices, rename
from lvicreg.calculus.layer import B, N, b, p, t
from lvicreg.claims import Claim
from lvicreg.claims.plain import plain
from lvicreg.engines import Autodiff, Counterexample, Equation, Exact, Kernel, Locality
from lvicreg.project.approval import Approvals, described, said
from tests.calculus.latex_reader import read_again

CLAIMS = {claim.id: claim for claim in NOTE.claims}
APPROVALS = Approvals(NOTE.record / "approved.json")
STATING = [
    pytest.param(claim, number, id=f"{claim.id}-{number}") for claim in CLAIMS.values() for number in range(len(claim.states))
]
OPENED = {
    r"\max(": r"\max\!\left(",
    "H(": r"H\!\left(",
    r"\mathrm{SG}(": r"\mathrm{SG}\!\left(",
    r"\log(": r"\log{\left(",
}


def in_full(tex: str) -> str:
    """A formula as the reader expects it: braces around every index and exponent, brackets of growing size."""
    tex = re.sub(r"([a-z])'(\^[a-z])(_[a-z])", r"{\1'}\3\2", tex)
    tex = re.sub(r"([_^])([A-Za-z0-9])", r"\1{\2}", tex)
    for short, full in OPENED.items():
        tex = tex.replace(short, full)
    return _brackets(tex)


def _brackets(tex: str) -> str:
    """Brackets of growing size, but for those of ``f'(a)``, which is a name; that of a logarithm closes a brace too."""
    out, waiting, at = "", [], 0
    while at < len(tex):
        rest = tex[at:]
        if rest.startswith(r"\left("):
            waiting.append(r"\right)}" if out.endswith(r"\log{") else r"\right)")
            out, at = out + r"\left(", at + len(r"\left(")
        elif rest[0] == "(":
            waiting.append(")" if out.endswith("f'") else r"\right)")
            out, at = out + ("(" if out.endswith("f'") else r"\left("), at + 1
        elif rest[0] == ")":
            out, at = out + waiting.pop(), at + 1
        else:
            out, at = out + rest[0], at + 1
    return out


def lettered(expr: Expr, tex: str) -> Expr:
    """The expression with the indices of statements: i and j for the weight's p and q, and the sample's letter."""
    sample = next((index for index in (t, b) if f"^{index}" in tex), t)
    letters = {"p": "i", "q": "j"}  # of units of one population or another
    named = {index: Idx(letters[str(index)], size_of(index)) for index in free_indices(expr) if str(index) in letters}
    return rename(expr, named | {index: sample for index in free_indices(expr) if str(index) in "btd"})


@pytest.mark.parametrize(("claim", "number"), STATING)
def test_a_formula_of_a_statement_is_the_expression_that_was_checked(claim: Claim, number: int) -> None:
    tex, expr = claim.stated[number], claim.states[number]
    read_again(lettered(expr, tex), in_full(tex), claim.meanings(expr))


@pytest.mark.parametrize(("old", "new"), [("2 (z", "3 (z"), ("2 (z", "-2 (z"), ("f'(a_i^t)", ""), ("- z", "+ z")])
def test_a_wrong_formula_is_noticed(old: str, new: str) -> None:
    claim = CLAIMS["invariance.stop-gradient"]
    tex = claim.stated[0]
    assert old in tex
    with pytest.raises(AssertionError):
        read_again(lettered(claim.states[0], tex), in_full(tex.replace(old, new)), claim.meanings(claim.states[0]))


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=lambda claim: claim.id)
def test_the_words_of_a_claim_are_those_that_were_approved(claim: Claim) -> None:
    assert APPROVALS.known[claim.id] == said(claim)


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=lambda claim: claim.id)
def test_all_words_have_a_plain_text(claim: Claim) -> None:
    words = [claim.title, claim.tex, *claim.assumptions, claim.proof, *([claim.said.sentence] if claim.said else [])]
    assert not any(sign in plain(word) for word in words for sign in ("$", "\\", "[[", "]]"))


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "A third"},
        {"statement": "a third"},
        {"assumptions": ()},
        {"proof": "clearly"},
        {"said": None},
        {"holds": CLAIMS["published-error.loss"].holds[:1]},
        {"fails": CLAIMS["published-error.loss"].fails[:1]},
        {"source": "hearsay"},
        {"rests_on": ("variance.kink",)},
        {"evidence": CLAIMS["published-error.loss"].evidence[1:]},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_change_of_words_or_equations_is_one_to_approve(changes: dict) -> None:
    claim = CLAIMS["published-error.loss"]
    changed = replace(claim, **changes) if changes.get("said", 0) is not None else replace(claim, said=None)
    assert APPROVALS.differing([claim]) == []
    assert APPROVALS.differing([changed]) == [claim.id]


def test_whether_a_claim_is_argued_in_words_is_approved_too() -> None:
    assert APPROVALS.differing([replace(CLAIMS["variance.kink"], argued=False)]) == ["variance.kink"]
    assert APPROVALS.differing([replace(CLAIMS["variance.minibatch"], argued=True)]) == ["variance.minibatch"]


def test_what_the_text_of_a_symbol_leaves_out_is_part_of_the_digest() -> None:
    y, z = Symbol("y"), Symbol("z")
    for first, second in ((Symbol("s"), Symbol("s", positive=True)), (Symbol("s"), Symbol("s", integer=True))):
        claims = [Claim("a", "Title", "", "A proof.", holds=(Equation(s * y + s * z, s * (y + z)),)) for s in (first, second)]
        assert said(claims[0]) != said(claims[1])
    summed = [
        Claim("a", "Title", "", "A proof.", holds=(Equation(2 * Sigma(y, r), Sigma(2 * y, r)),))
        for r in (Idx("r", N), Idx("r", B))
    ]
    assert said(summed[0]) != said(summed[1])


def test_more_proofs_of_the_kernel_are_part_of_it() -> None:
    claim = CLAIMS["oja.mean-field"]
    (kernel,) = (check for check in claim.evidence if isinstance(check, Kernel))
    for changed in (replace(kernel, part=""), replace(kernel, theorems=kernel.theorems[1:])):
        assert said(replace(claim, evidence=(*claim.evidence, changed))) != said(claim)
        others = tuple(changed if check is kernel else check for check in claim.evidence)
        assert said(replace(claim, evidence=others)) != said(claim)


def test_what_a_theorem_of_the_kernel_says_is_part_of_it(tmp_path: Path) -> None:
    kernel = next(check for check in CLAIMS["oja.fixed-points"].evidence if isinstance(check, Kernel))
    copy = replace(kernel, folder=tmp_path)

    def changed(file: str, change: Callable[[str], str]) -> str:
        for path in kernel.folder.glob("*.v"):
            text = path.read_text(encoding="utf-8")
            new = change(text) if path.name == file else text
            assert (new != text) == (path.name == file)
            (tmp_path / path.name).write_text(new, encoding="utf-8")
        return described(copy)

    for file, old, new in (
        ("fixed_points.v", "0 < s C w /\\ F C lambda w = 0", "0 < s C w /\\ F C lambda w = w"),
        ("fixed_points.v", "Variables (R : realType)", "Variables (R : rcfType)"),
        ("definitions.v", "C *m w - s C w *: w", "C *m w - s C w *: C"),
        ("definitions.v", "(dot u v) (format", "(dot v u) (format"),
    ):
        assert changed(file, lambda text, old=old, new=new: text.replace(old, new, 1)) != described(kernel)
    for file, old, new in (
        ("fixed_points.v", "Proof.", "Proof. idtac."),
        ("fixed_points.v", "Theorem decay_scale C lambda w : 0 < lambda", "Theorem decay_scale C lambda w : 0 <= lambda"),
        ("definitions.v", "(* The variance", "(* Not the variance"),
    ):
        assert changed(file, lambda text, old=old, new=new: text.replace(old, new, 1)) == described(kernel)


def test_an_approval_is_by_name_and_leaves_the_others(tmp_path: Path) -> None:
    one, two = (CLAIMS[name] for name in ("variance.kink", "variance.collapse"))
    approvals = Approvals(tmp_path / "approved.json")
    approvals.path.write_text(approvals.record([one, two], now=["variance.kink", "variance.collapse"]), encoding="utf-8")
    changed = [replace(one, statement="half"), replace(two, statement="a third")]
    approvals.path.write_text(approvals.record(changed, now=["variance.kink"]), encoding="utf-8")
    assert approvals.differing(changed) == ["variance.collapse"]
    assert approvals.known["variance.collapse"]["statement"] == two.statement


def test_what_evidence_is_made_of_is_part_of_it() -> None:
    """The code of a counterexample, what is local, at what a derivative is compared, and what fails."""
    evidence = {type(check): check for claim in CLAIMS.values() for check in claim.evidence}
    derivative, locality, counterexample = (evidence[kind] for kind in (Autodiff, Locality, Counterexample))
    (update, definitions), *_ = (*locality.local, *locality.nonlocal_)
    for check, changes in (
        (counterexample, {"code": "left, right = 1, 2"}),
        (derivative, {"values": {"alpha": 2.0}}),
        (derivative, {"sizes": {"N": 7, "M": 7, "B": 7}}),
        (derivative, {"target": "x"}),
        (derivative, {"order": 3}),
        (locality, {"local": (*locality.local, (2 * update, definitions))}),
        (locality, {"nonlocal_": (*locality.nonlocal_, (2 * update, definitions))}),
        (locality, {"synapse": replace(locality.synapse, shared=())}),
        (Exact((), (Equation(p, 2 * p),)), {"fails": ()}),
        (Kernel(NOTE.record, "A", ("a.b",)), {"library": "B"}),
    ):
        assert described(replace(check, **changes)) != described(check)
