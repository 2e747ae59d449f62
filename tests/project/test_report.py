"""The report of a run fits a terminal of 80 columns, needs no colour, and hides nothing that has not passed."""

from io import StringIO

import pytest
from rich.console import Console

from derivations import NOTE
from lvicreg.claims import Claim, Entry, Finding, Status
from lvicreg.project.report import MARKS, show

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
