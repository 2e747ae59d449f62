"""The ledger: every claim with its evidence, as measured by a run."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Literal

from lvicreg.engines import EngineMissing, Evidence, Kernel

from .claim import Claim

Outcome = Literal["passed", "failed", "not run"]
Status = Literal["proven", "proven under stated assumptions", "approximation", "refuted", "failed", "not run"]


@dataclass(frozen=True)
class Finding:
    """What one engine found about one claim."""

    kind: str
    engine: str
    outcome: Outcome
    detail: str
    seconds: float


@dataclass(frozen=True)
class Entry:
    """A claim and what was found about it."""

    claim: Claim
    findings: tuple[Finding, ...]
    failed_support: tuple[str, ...] = ()

    @property
    def status(self) -> Status:
        """What the findings establish."""
        outcomes = {finding.outcome for finding in self.findings}
        if "failed" in outcomes or self.failed_support:
            return "failed"
        if "symbolic" not in self.kinds:
            return "not run"
        if self.claim.kind == "theorem":
            return "proven under stated assumptions" if self.claim.assumptions else "proven"
        return "refuted" if self.claim.kind == "refutation" else "approximation"

    @property
    def kinds(self) -> set[str]:
        """The kinds of evidence that the claim has passed."""
        return {finding.kind for finding in self.findings if finding.outcome == "passed"}

    @property
    def reasons(self) -> list[str]:
        """Why the claim failed."""
        found = [f"{f.kind}: {f.detail}" for f in self.findings if f.outcome == "failed"]
        return found + [f"rests on {support}, which failed" for support in self.failed_support]

    @property
    def seconds(self) -> float:
        """The time that all checks took."""
        return sum(finding.seconds for finding in self.findings)

    def as_dict(self) -> dict[str, object]:
        """The entry as JSON-ready data."""
        claim = self.claim
        return {
            "id": claim.id,
            "statement": claim.statement,
            "assumptions": list(claim.assumptions),
            "rests_on": list(claim.rests_on),
            "source": claim.source,
            "proof": claim.proof,
            "status": self.status,
            "evidence": [asdict(finding) for finding in self.findings],
        }


def examine(claim: Claim, by_kernel: bool | None = None) -> tuple[Finding, ...]:
    """Run every check of one claim, or only those that are (not) ``by_kernel``, of a proof assistant."""
    checks = (check for check in claim.checks() if by_kernel in (None, isinstance(check, Kernel)))
    return tuple(_find(check) for check in checks)


def measure(claims: Iterable[Claim], examined: Callable[[Claim], tuple[Finding, ...]] = examine) -> Iterator[Entry]:
    """The entries of the claims, in order. A claim that rests on one that failed before it has failed too."""
    failed: set[str] = set()
    for claim in claims:
        entry = Entry(claim, examined(claim), tuple(support for support in claim.rests_on if support in failed))
        if entry.status == "failed":
            failed.add(claim.id)
        yield entry


def _find(check: Evidence) -> Finding:
    start = time.perf_counter()
    outcome: Outcome
    try:
        outcome, detail = "passed", check.run()
    except EngineMissing as missing:
        outcome, detail = "not run", str(missing)
    except Exception as problem:  # a check that breaks has not passed, and must not hide the others
        outcome, detail = "failed", f"{type(problem).__name__}: {problem}"
    return Finding(check.kind, check.engine, outcome, detail, time.perf_counter() - start)


def to_json(entries: Iterable[Entry], seeded_errors: Mapping[str, object] | None = None) -> str:
    """The ledger as a JSON list, with what is on record about seeded errors in each claim, by its id."""
    scores = seeded_errors or {}
    ledger = [entry.as_dict() | {"seeded_errors": scores.get(entry.claim.id)} for entry in entries]
    return json.dumps(ledger, indent=2, ensure_ascii=False) + "\n"
