"""Status is what the findings establish, never what somebody typed."""

import time
from dataclasses import dataclass, replace
from graphlib import CycleError
from pathlib import Path
from typing import ClassVar

import pytest
from sympy import Symbol

from lvicreg.calculus import D, Definitions
from lvicreg.claims import Claim, Entry, Said, Status, counted, examine, measure, to_json
from lvicreg.engines import EngineMissing, Equation, Exact, Kernel

y = Symbol("y")
TRUE = Equation((y + 1) ** 2, y**2 + 2 * y + 1)
FALSE = Equation((y + 1) ** 2, y**2 + 1)
BUG = ModuleNotFoundError("a bug in the check")
SAID = Said("a square is the sum of the squares", "somebody")


@dataclass(frozen=True)
class Missing:
    kind: ClassVar[str] = "solver"
    engine: ClassVar[str] = "absent"

    def run(self) -> str:
        raise EngineMissing("absent is not installed")


@dataclass(frozen=True)
class Broken:
    kind: ClassVar[str] = "autodiff"
    engine: ClassVar[str] = "broken"
    problem: Exception = BUG

    def run(self) -> str:
        raise self.problem


def status(*claims: Claim) -> list[Status]:
    return [entry.status for entry in measure(claims)]


def test_status_says_what_was_measured() -> None:
    at_sizes = replace(TRUE, engines=("exact",))
    assert status(Claim("a", "Title", "", "A proof.", holds=(TRUE,))) == [Status.EVERY_SIZE]
    assert status(Claim("a", "Title", "", "A proof.", holds=(TRUE,), assumptions=("y real",))) == [Status.EVERY_SIZE]
    assert status(Claim("a", "Title", "", "A proof.", holds=(TRUE, at_sizes))) == [Status.STATED_SIZES]
    assert status(Claim("a", "Title", "", "A proof.", holds=(TRUE, at_sizes), argued=True)) == [Status.STATED_SIZES]
    assert status(Claim("a", "Title", "", "A proof.", holds=(TRUE,), argued=True)) == [Status.IN_WORDS]
    assert status(Claim("a", "Title", "", "A proof.", holds=(FALSE,))) == [Status.FAILED]
    assert status(Claim("a", "Title", "", "A proof.", holds=(TRUE,), fails=(TRUE,))) == [Status.FAILED]


def test_a_status_has_a_name_for_style_sheets() -> None:
    assert [status.slug for status in Status] == ["every-size", "stated-sizes", "in-words", "failed", "not-run"]


def test_a_verdict_is_of_what_was_said_and_measured() -> None:
    claim = Claim("a", "Title", "the truth", "A proof.", holds=(TRUE,), fails=(FALSE,), said=SAID)
    assert [(entry.status, entry.verdict) for entry in measure([claim])] == [(Status.EVERY_SIZE, "refuted")]
    near = replace(claim, said=replace(SAID, verdict="approximation"))
    assert [entry.verdict for entry in measure([near, replace(claim, id="b", said=None)])] == ["approximation", None]
    wrong = replace(claim, fails=(TRUE,))
    assert [(entry.status, entry.verdict) for entry in measure([wrong])] == [(Status.FAILED, None)]
    assert '"verdict": "refuted"' in to_json(measure([claim]))


def test_each_engine_is_asked_for_what_holds_and_what_fails() -> None:
    """By itself: the two sides agree for one engine only."""
    claim = Claim("a", "Title", "", "A proof.", holds=(TRUE,), fails=(FALSE,))
    for check in claim.checks:
        assert (check.holds, check.fails) == ((TRUE,), (FALSE,))
    wrong = Claim("a", "Title", "", "A proof.", holds=(TRUE,), fails=(TRUE,))
    assert [finding.outcome for finding in examine(wrong)] == ["failed", "failed"]
    apart = Claim("a", "Title", "", "A proof.", holds=(TRUE,), fails=(replace(FALSE, engines=("exact",)),))
    assert [(check.kind, len(check.holds), len(check.fails)) for check in apart.checks] == [
        ("symbolic", 1, 0),
        ("exact", 1, 1),
    ]


def test_a_verdict_is_not_shown_where_checks_were_not_run() -> None:
    (entry,) = measure([Claim("a", "Title", "", "A proof.", holds=(TRUE,), fails=(FALSE,), said=SAID)])
    not_run = replace(entry, findings=tuple(replace(finding, outcome="not run") for finding in entry.findings))
    assert (not_run.status, not_run.verdict) == (Status.NOT_RUN, None)


@pytest.mark.parametrize(
    ("parts", "shown"), [(["a half"], "kernel, in part"), ([""], "kernel"), (["a half", ""], "kernel"), ([], "")]
)
def test_the_kernel_is_shown_for_what_is_on_record_in_whole_or_in_part(parts, shown, tmp_path, monkeypatch) -> None:
    claim = Claim(
        "a", "Title", "", "A proof.", holds=(TRUE,), evidence=tuple(Kernel(tmp_path, "Toy", ("a.b",), part) for part in parts)
    )
    entry = Entry(claim, examine(claim, by_kernel=False))
    assert entry.kernel == ""
    monkeypatch.setattr(Kernel, "on_record", True)
    assert entry.kernel == shown


def test_statuses_are_counted() -> None:
    said = Claim("b", "Title", "", "A proof.", holds=(TRUE,), fails=(FALSE,), argued=True, said=SAID)
    assert counted(measure([Claim("a", "Title", "", "A proof.", holds=(TRUE,)), said])) == (
        "2 claims: 1 machine-checked at every size; 1 steps machine-checked, argument in words. "
        "Of these, 1 in the place of a sentence that is refuted."
    )


def test_a_claim_on_a_failed_one_has_failed() -> None:
    assert (
        status(
            Claim("a", "Title", "", "A proof.", holds=(FALSE,)),
            Claim("b", "Title", "", "A proof.", holds=(TRUE,), rests_on=("a",)),
        )
        == [Status.FAILED] * 2
    )
    (_, entry) = measure(
        [
            Claim("a", "Title", "", "A proof.", holds=(FALSE,)),
            Claim("b", "Title", "", "A proof.", holds=(TRUE,), rests_on=("a",)),
        ]
    )
    assert entry.reasons == ["rests on a, which failed"]


def test_what_a_claim_rests_on_may_stand_after_it_and_far_away() -> None:
    chain = [Claim(a, "Title", "", "A proof.", holds=(TRUE,), rests_on=(b,)) for a, b in ("ab", "bc", "cd")]
    assert status(*chain, Claim("d", "Title", "", "A proof.", holds=(FALSE,))) == [Status.FAILED] * 4
    assert status(Claim("d", "Title", "", "A proof.", holds=(FALSE,)), *reversed(chain)) == [Status.FAILED] * 4
    assert status(*chain, Claim("d", "Title", "", "A proof.", holds=(TRUE,))) == [Status.EVERY_SIZE] * 4
    with pytest.raises(CycleError, match="a"):
        measure([*chain, Claim("d", "Title", "", "A proof.", holds=(TRUE,), rests_on=("a",))])
    two = Claim("a", "Title", "", "A proof.", holds=(TRUE,), rests_on=("b", "c"))
    (entry, *_) = measure([two, *(Claim(name, "Title", "", "A proof.", holds=(FALSE,)) for name in "bc")])
    assert entry.reasons == ["rests on b, which failed", "rests on c, which failed"]
    (entry, *_) = measure(
        [two, Claim("b", "Title", "", "A proof.", holds=(TRUE,)), Claim("c", "Title", "", "A proof.", holds=(FALSE,))]
    )
    assert entry.reasons == ["rests on c, which failed"]


def test_a_status_says_no_more_than_those_of_what_the_claim_rests_on() -> None:
    above = Claim("a", "Title", "", "A proof.", holds=(TRUE,), rests_on=("b",))
    in_words = Claim("b", "Title", "", "A proof.", holds=(TRUE,), argued=True)
    at_sizes = Claim("b", "Title", "", "A proof.", holds=(replace(TRUE, engines=("exact",)),))
    assert status(above, in_words) == [Status.IN_WORDS] * 2
    assert status(above, at_sizes) == [Status.STATED_SIZES] * 2
    assert status(replace(above, argued=True), at_sizes) == [Status.STATED_SIZES] * 2
    not_run = measure([above, replace(in_words, argued=False)], lambda claim: examine(claim) if claim is above else ())
    assert [entry.status for entry in not_run] == [Status.NOT_RUN] * 2


def test_what_is_not_run_does_not_count() -> None:
    (entry,) = measure([Claim("a", "Title", "", "A proof.", holds=(TRUE,), evidence=(Missing(),))])
    assert entry.kinds == {"symbolic", "exact"}
    assert [finding.outcome for finding in entry.findings] == ["passed", "passed", "not run"]
    assert '"outcome": "not run"' in to_json([entry])
    for kind in ("symbolic", "exact"):
        findings = tuple(f if f.kind != kind else replace(f, outcome="not run") for f in entry.findings)
        assert replace(entry, findings=findings).status == Status.NOT_RUN


@pytest.mark.parametrize("problem", [BUG, TypeError(), ValueError(), ZeroDivisionError()], ids=repr)
def test_a_check_that_breaks_has_failed(problem: Exception) -> None:
    assert status(Claim("a", "Title", "", "A proof.", holds=(TRUE,), evidence=(Broken(problem),))) == [Status.FAILED]


def test_a_claim_says_what_it_could_not_be() -> None:
    for title, proof in (("", "A proof."), ("Title", "")):
        with pytest.raises(ValueError, match="a: a statement needs a title and a proof"):
            Claim("a", title, "", proof, holds=(TRUE,))
    with pytest.raises(ValueError, match="needs an equation that holds"):
        Claim("a", "Title", "", "A proof.", fails=(FALSE,))
    with pytest.raises(ValueError, match="shown to be false by an equation that fails"):
        Claim("a", "Title", "", "A proof.", holds=(TRUE,), said=SAID)
    example = Exact((replace(TRUE, engines=("exact",)),))
    with pytest.raises(ValueError, match="one of some sizes needs an argument in words"):
        Claim("a", "Title", "", "A proof.", holds=(TRUE,), evidence=(example,))
    Claim("a", "Title", "", "A proof.", holds=(TRUE,), evidence=(example,), argued=True)
    with pytest.raises(ValueError, match="1 formulas are marked"):
        Claim("a", "Title", "the square $[[y^2]]$", "A proof.", holds=(TRUE,))
    for formula in (y**3, y, -(y**2), 4 * y, y + 1):  # not there, or without its factor, its sign or its power
        with pytest.raises(ValueError, match="neither side nor term of an equation"):
            Claim("a", "Title", "$[[y]]$", "A proof.", states=(formula,), holds=(TRUE,))
    for formula in (y**2, 2 * y, (y + 1) ** 2):
        Claim("a", "Title", "$[[y]]$", "A proof.", states=(formula,), holds=(TRUE,))


def test_marks_are_not_shown() -> None:
    claim = Claim("a", "Title", "the square $[[y^2]]$ of $y$", "A proof.", states=(y**2,), holds=(TRUE,))
    assert (claim.tex, claim.stated) == ("the square $y^2$ of $y$", ["y^2"])


def test_definitions_reach_both_engines() -> None:
    a = Symbol("a")
    assert status(Claim("a", "Title", "", "A proof.", holds=(Equation(a, y + 1, Definitions({a: 1 + y})),))) == [
        Status.EVERY_SIZE
    ]
    assert status(Claim("a", "Title", "", "A proof.", holds=(Equation(a, y + 1, Definitions({a: 2 + y})),))) == [Status.FAILED]


@dataclass(frozen=True)
class Passing:
    kind: ClassVar[str] = "counterexample"
    engine: ClassVar[str] = "passing"

    def run(self) -> str:
        return "found"


def test_a_claim_on_one_that_holds_stands() -> None:
    assert (
        status(
            Claim("a", "Title", "", "A proof.", holds=(TRUE,)),
            Claim("b", "Title", "", "A proof.", holds=(TRUE,), rests_on=("a",)),
        )
        == [Status.EVERY_SIZE] * 2
    )


def test_other_evidence_neither_makes_nor_mars_a_status() -> None:
    (entry,) = measure([Claim("a", "Title", "", "A proof.", holds=(TRUE,), evidence=(Passing(),))])
    assert entry.status == Status.EVERY_SIZE
    assert entry.kinds == {"symbolic", "exact", "counterexample"}
    assert entry.reasons == []
    only = replace(entry, findings=tuple(finding for finding in entry.findings if finding.kind == "counterexample"))
    assert only.status == Status.NOT_RUN


def test_reasons_are_of_what_failed() -> None:
    (entry,) = measure([Claim("a", "Title", "", "A proof.", holds=(TRUE,), evidence=(Broken(), Missing(), Passing()))])
    assert entry.reasons == ["autodiff: ModuleNotFoundError: a bug in the check"]
    assert entry.kinds == {"symbolic", "exact", "counterexample"}


def test_the_time_of_every_check_is_taken() -> None:
    start = time.perf_counter()
    (entry,) = measure([Claim("a", "Title", "", "A proof.", holds=(TRUE,), evidence=(Missing(), Passing()))])
    taken = time.perf_counter() - start
    assert all(finding.seconds >= 0 for finding in entry.findings)
    assert 0 < entry.seconds <= taken


def test_the_kernel_is_told_in_whole_or_in_part(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def by_kernel(*parts: str) -> str:
        evidence = tuple(Kernel(tmp_path, "Toy", ("a.b",), part) for part in parts)
        (entry,) = measure([Claim("a", "Title", "", "A proof.", holds=(TRUE,), evidence=evidence)], lambda claim: ())
        return entry.kernel

    monkeypatch.setattr(Kernel, "on_record", True)
    assert [by_kernel(), by_kernel(""), by_kernel("half"), by_kernel("half", "")] == [
        *("", "kernel", "kernel, in part", "kernel"),
    ]
    monkeypatch.setattr(Kernel, "on_record", False)
    assert by_kernel("") == ""


def test_the_ledger_is_indented_and_keeps_letters() -> None:
    text = to_json(measure([Claim("a", "Title", "λ", "A proof.", holds=(TRUE,))], lambda claim: ()))
    assert text.startswith('[\n  {\n    "id": "a",\n    "title": "Title",\n    "statement": "λ",')
    assert text.endswith("]\n")


def test_what_is_stated_is_a_whole_side_a_whole_term_or_differentiated() -> None:
    a = Symbol("a")
    names, others = Definitions({a: y + 1}), Definitions({a: y})
    equations = (Equation(a, y, others), Equation(D(y**3, y) + a**2, 3 * y**2 + y**2 + 2 * y + 1, names))
    claim = Claim("a", "Title", "$[[y^3]]$", "A proof.", states=(y**3,), holds=equations)
    assert claim.meanings(a) is others
    for formula in (y**3, a**2, 4 * y**2):
        assert claim.meanings(formula) is names
    for formula in (y + 1, a**3, y**2, -(a**2)):
        with pytest.raises(ValueError, match="neither side nor term"):
            claim.meanings(formula)
    with pytest.raises(ValueError, match="0 formulas are marked"):
        Claim("a", "Title", "no mark", "A proof.", states=(y**2,), holds=(TRUE,))


def test_what_is_a_factor_of_a_side_only_is_not_stated() -> None:
    a = Symbol("a")
    with pytest.raises(ValueError, match="neither side nor term"):
        Claim("a", "Title", "$[[y + 1]]$", "A proof.", states=(y + 1,), holds=(Equation(a * (y + 1), a * y + a),))
