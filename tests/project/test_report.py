"""The report of a run fits a terminal of 80 columns, needs no colour, and hides nothing that has not passed."""

import re
from io import StringIO

import pytest
import sympy
from rich.console import Console

from derivations import NOTE
from lvicreg.claims import Claim, Entry, Finding, Status
from lvicreg.project.report import MARKS, other_sympy, show

CLAIMS = NOTE.claims


def entry(claim: Claim, **outcomes: str) -> Entry:
    kinds = dict.fromkeys(check.kind for check in claim.checks)
    return Entry(claim, tuple(Finding(kind, "", outcomes.get(kind, "passed"), "because", 12.34) for kind in kinds))


def shown(*entries: Entry, width: int = 80, **options: bool) -> list[str]:
    console = Console(file=StringIO(), width=width, no_color=True)
    show({"A section": entries}, console, **options)
    return console.file.getvalue().splitlines()


@pytest.mark.parametrize("width", [80, 100, 200])
def test_every_claim_has_one_line_with_its_mark_and_its_time(width: int) -> None:
    entries = [entry(claim) for claim in CLAIMS]
    title, *lines = shown(*entries, width=width)
    assert title == "A section"
    for found, line in zip(entries, lines, strict=False):
        mark, name, *kinds = line.split()
        assert (mark, name) == (MARKS[found.status], found.claim.id)
        assert line.endswith(f"{12.34 * len(found.findings):.1f} s")
        assert len(line) == min(width, 100)
        listed = [kind for kind in kinds[:-2] if not kind.startswith("+")]
        (more,) = [int(kind) for kind in kinds if kind.startswith("+")] or [0]
        assert listed == list(dict.fromkeys(f.kind for f in found.findings))[: len(listed)]
        assert len(listed) + more == len(found.findings)


@pytest.mark.parametrize("verbose", [False, True])
def test_in_forty_columns_nothing_is_lost(verbose: bool) -> None:
    entries = [entry(claim) for claim in CLAIMS]
    lines = shown(*entries, width=40, verbose=verbose)
    assert max(map(len, lines)) <= 40
    text = "\n".join(lines)
    if verbose:
        assert "".join(line.split("│")[1].strip() for line in lines if line.startswith("│")) == "".join(c.id for c in CLAIMS)
    else:
        for found in entries:
            (after,) = re.findall(rf"^{MARKS[found.status]} {re.escape(found.claim.id)}\n  (.*)$", text, re.MULTILINE)
            assert after.startswith(found.findings[0].kind)
            assert after.endswith(f"{found.seconds:.1f} s")


def test_what_has_not_passed_comes_first_in_a_line() -> None:
    claim = next(claim for claim in CLAIMS if claim.id == "oja.lyapunov")
    (line,) = (line for line in shown(entry(claim, kernel="not run", solver="failed")) if line.endswith(" s"))
    assert line.split()[:6] == ["✗", "oja.lyapunov", "solver", "failed", "kernel", "not"]


def test_refutations_failures_and_counts_come_last() -> None:
    refuting, failing, passing = (
        claim for claim in CLAIMS if claim.id in ("published-error.loss", "oja.rotation", "total.sum")
    )
    lines = shown(entry(refuting), entry(failing), entry(passing), width=200)
    text = "\n".join(lines)
    assert "refuted, by published-error.loss: The decorrelation loss" in text
    lines = shown(entry(failing, exact="failed"), entry(passing, symbolic="not run"), width=200)
    assert lines[-3:] == [f"{failing.id} failed", "  exact: because", "2 claims: 1 failed; 1 not run."]
    assert f"{MARKS[Status.FAILED]} failed" in lines
    assert f"{MARKS[Status.NOT_RUN]} not run" in lines


def test_in_full_statuses_and_evidence_are_spelled_out() -> None:
    claim = next(claim for claim in CLAIMS if claim.id == "oja.lyapunov")
    text = " ".join(shown(entry(claim), width=200, verbose=True))
    assert "steps machine-checked, argument in words" in text
    assert ", ".join(dict.fromkeys(check.kind for check in claim.checks)) in text


def test_another_sympy_is_named_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    needs = ["numpy>=2.0", "sympy==1.14.0; extra == 'derive'", "sympy==1.14.0; extra == 'test'"]
    monkeypatch.setattr("lvicreg.project.report.requires", lambda name: needs)
    monkeypatch.setattr(sympy, "__version__", "1.14.0")
    assert other_sympy() == ""
    monkeypatch.setattr(sympy, "__version__", "1.13.3")
    assert other_sympy().startswith("SymPy 1.13.3 is installed")
    assert other_sympy().endswith("pip install sympy==1.14.0")
