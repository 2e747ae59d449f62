"""The ledger: every claim with its evidence, as measured by a run.

A status says what was measured of the statement: at every size, at the sizes stated, or of the steps of an argument that no
machine has read. Beside it stands whether a proof assistant's kernel has accepted theorems that are the whole claim, or a
part of it. Of a sentence that the claim says is not true (``Claim.said``) the verdict is measured too.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from graphlib import TopologicalSorter
from typing import Literal

from lvicreg.engines import EngineMissing, Evidence, Kernel

from .claim import Claim, Verdict

Outcome = Literal["passed", "failed", "not run"]


class Status(StrEnum):
    """What the checks of a claim's statement establish."""

    EVERY_SIZE = "machine-checked at every size"
    STATED_SIZES = "machine-checked at the stated sizes only"
    IN_WORDS = "steps machine-checked, argument in words"
    FAILED = "failed"
    NOT_RUN = "not run"

    @property
    def slug(self) -> str:
        """The name for style sheets, such as ``every-size``."""
        return self.name.lower().replace("_", "-")


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
    """A claim, what was found about it, and the statuses of the claims that it rests on."""

    claim: Claim
    findings: tuple[Finding, ...]
    supports: Mapping[str, Status] = field(default_factory=dict)

    @property
    def status(self) -> Status:
        """What the findings establish of the statement: no more than what was established of what it rests on."""
        rests_on = set(self.supports.values())
        if Status.FAILED in rests_on or any(finding.outcome == "failed" for finding in self.findings):
            return Status.FAILED
        needed = {check.kind for check in self.claim.checks if check.kind in ("symbolic", "exact", "enclosure")}
        if Status.NOT_RUN in rests_on or not needed <= self.kinds:
            return Status.NOT_RUN
        if Status.STATED_SIZES in rests_on or any("symbolic" not in equation.engines for equation in self.claim.holds):
            return Status.STATED_SIZES
        return Status.IN_WORDS if self.claim.argued or Status.IN_WORDS in rests_on else Status.EVERY_SIZE

    @property
    def verdict(self) -> Verdict | None:
        """What the findings establish of the sentence that the statement replaces; None where there is no such sentence."""
        said = self.claim.said
        return said.verdict if said and self.status not in (Status.FAILED, Status.NOT_RUN) else None

    @property
    def kernel(self) -> str:
        """``kernel`` or ``kernel, in part``, by what is on record for the theorems as they stand; empty without any."""
        checks = [check for check in self.claim.evidence if isinstance(check, Kernel) and check.on_record]
        if not checks:
            return ""
        return Kernel.kind if any(not check.part for check in checks) else f"{Kernel.kind}, in part"

    @property
    def kinds(self) -> set[str]:
        """The kinds of evidence that the claim has passed."""
        return {finding.kind for finding in self.findings if finding.outcome == "passed"}

    @property
    def reasons(self) -> list[str]:
        """Why the claim failed."""
        found = [f"{f.kind}: {f.detail}" for f in self.findings if f.outcome == "failed"]
        return found + [f"rests on {name}, which failed" for name, status in self.supports.items() if status == Status.FAILED]

    @property
    def seconds(self) -> float:
        """The time that all checks took."""
        return sum(finding.seconds for finding in self.findings)

    def as_dict(self) -> dict[str, object]:
        """The entry as JSON-ready data."""
        claim = self.claim
        return {
            "id": claim.id,
            "title": claim.title,
            "statement": claim.tex,
            "assumptions": list(claim.assumptions),
            "rests_on": list(claim.rests_on),
            "source": claim.source,
            "proof": claim.proof,
            "argued": claim.argued,
            "status": self.status,
            "kernel": self.kernel,
            "said": asdict(claim.said) | {"verdict": self.verdict} if claim.said else None,
            "evidence": [asdict(finding) for finding in self.findings],
        }


def examine(claim: Claim, by_kernel: bool | None = None) -> tuple[Finding, ...]:
    """Run every check of one claim, or only those that are (not) ``by_kernel``, of a proof assistant."""
    checks = (check for check in claim.checks if by_kernel in (None, isinstance(check, Kernel)))
    return tuple(_find(check) for check in checks)


def measure(claims: Iterable[Claim], examined: Callable[[Claim], tuple[Finding, ...]] = examine) -> list[Entry]:
    """The entries of the claims, in order; what a claim rests on may stand before it or after.

    Raises ``graphlib.CycleError`` where claims rest on each other.
    """
    claims = list(claims)
    TopologicalSorter({claim.id: claim.rests_on for claim in claims}).prepare()
    entries = {claim.id: Entry(claim, examined(claim)) for claim in claims}
    statuses: dict[str, Status] = {}
    while (now := {name: entry.status for name, entry in entries.items()}) != statuses:
        statuses = now
        entries = {
            name: replace(entry, supports={support: now[support] for support in entry.claim.rests_on if support in now})
            for name, entry in entries.items()
        }
    return list(entries.values())


def counted(entries: Iterable[Entry]) -> str:
    """One sentence on how many claims have each status."""
    entries = list(entries)
    statuses = Counter(entry.status for entry in entries)
    kernels = Counter(entry.kernel for entry in entries)
    verdicts = Counter(entry.verdict for entry in entries)
    parts = [f"{statuses[status]} {status}" for status in Status if statuses[status]]
    also = [f"{kernels[kernel]} with {kernel}" for kernel in (Kernel.kind, f"{Kernel.kind}, in part") if kernels[kernel]]
    said: dict[Verdict, str] = {
        "refuted": "in the place of a sentence that is refuted",
        "approximation": "beside an approximation",
    }
    also += [f"{verdicts[verdict]} {words}" for verdict, words in said.items() if verdicts[verdict]]
    return f"{len(entries)} claims: {'; '.join(parts)}." + (f" Of these, {'; '.join(also)}." if also else "")


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
