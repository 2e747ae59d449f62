"""Derive every loss term, check every claim, and write the update functions."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import Future
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from rich.console import Console

from lvicreg._console import terminal
from lvicreg._files import as_a_set, unwritable
from lvicreg.claims import Entry, Status, to_json
from lvicreg.codegen.files import drift, write
from lvicreg.engines import Kernel

from .approval import Approvals
from .changed import Changes
from .checking import ledger, workers
from .outputs import derived_files, found_files, strangers
from .pages import theorems_of
from .pages.theorem import Theorems
from .project import Project
from .record import Record
from .report import other_sympy, show


def arguments(project: Project, given: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    listed = ", ".join(project.sections)
    parser = argparse.ArgumentParser(prog=project.command, description=__doc__)
    parser.add_argument("sections", nargs="*", metavar="section", help=f"only these: {listed}")
    parser.add_argument(
        "--changed", action="store_true", help="only sections that have changed since they were last found fit, or their tools"
    )
    parser.add_argument("--check", action="store_true", help="write nothing; fail where a file differs from what is derived")
    parser.add_argument(
        "--approve", nargs="+", metavar="claim", default=[], help="put the words of these claims on record as read"
    )
    parser.add_argument("--verbose", action="store_true", help="the statuses and all kinds of evidence in full, in a table")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the ledger to this file")
    options = parser.parse_args(given)
    if options.changed and (options.sections or options.approve):
        parser.error("--changed chooses the sections itself: name no section, and no claim to approve")
    targets = [options.json] * bool(options.json) + [project.root / "README.md"] * (not options.check)
    for problem in filter(None, map(unwritable, targets)):  # claims take a minute to check
        parser.error(problem)
    unknown = [name for name in options.sections if name not in project.sections]
    if unknown:
        parser.error(f"unknown section {', '.join(unknown)}; choose from {listed}")
    options.sections = [name for name in project.sections if name in options.sections or not options.sections]
    strange = options.approve and set(options.approve) - {claim.id for claim in project.claims_of(options.sections)}
    if strange:
        parser.error(f"there is no claim {', '.join(sorted(strange))} to approve in {', '.join(options.sections)}")
    return options


def main(project: Project, given: Sequence[str] | None = None) -> int:
    """Run, report, and return the exit code: 1 where a claim fails or, with ``--check``, where a file has drifted."""
    console = terminal()
    options = arguments(project, given)
    if warning := other_sympy():
        console.print(warning, style="yellow", markup=False, highlight=False, soft_wrap=True)
    context = workers(project, options.sections)
    changes = Changes(project)
    if options.changed:
        options.sections = changes.sections
    if not options.sections:
        console.print("Nothing is seen to have changed since it was last found fit.")
        return 0 if finished(project, console) else 1
    record = Record(project)
    derived: Future[_Derived] = Future()

    def derive() -> None:
        try:
            derived.set_result(_Derived.of(project, options.sections, record))
        except Exception as problem:  # to be raised when the claims, of which one may say why, have been reported
            derived.set_exception(problem)

    try:
        known = changes.findings if options.changed else None
        entries = ledger(project, options.sections, context, console, known, meanwhile=derive)
    except KeyboardInterrupt:
        console.print("Interrupted; nothing was written.")
        return 130
    run = Run(project, options.sections, entries, derived, console)
    run.report(options.verbose)
    read = run.approved(options.approve)
    if options.json:
        write({options.json: to_json(entries, {entry.claim.id: record.of(entry.claim) for entry in entries})})
    alone = run.without_strangers()
    found = found_files(project, options.sections, entries, derived.result().theorems)
    files = {**derived.result().files, **found, **run.approvals(options.approve)}
    fit = run.compare(files, read) if options.check else run.write(files, read)
    if not (finished(project, console) and fit and alone):
        return 1
    changes.remember(entries, options.sections)
    return 0


def finished(project: Project, console: Console) -> bool:
    """Whether no run was cut off while it wrote, but for those that a run of all sections has mended; what mends it is said."""
    if project.unfinished.exists():
        told = "A run was cut off while it wrote: some generated files are as it left them, others older. To mend:"
        console.print(f"{told} {project.command}", highlight=False, soft_wrap=True)
    return not project.unfinished.exists()


@dataclass(frozen=True)
class _Derived:
    """What follows from some sections, whatever is found of their claims."""

    files: Mapping[Path, str]
    differing: Sequence[str]  # the claims whose words are not as they were approved
    score: str  # of seeded errors; of all sections, or none
    theorems: Theorems

    @classmethod
    def of(cls, project: Project, names: Sequence[str], record: Record) -> _Derived:
        """Derive it."""
        differing = Approvals(project.record / "approved.json").differing(project.claims_of(names))
        score = record.in_words if set(names) == set(project.sections) else ""
        return cls(derived_files(project, names), differing, score, theorems_of(project, names, record))


@dataclass(frozen=True)
class Run:
    """What was found of the claims of some sections, and what is made of it."""

    project: Project
    sections: list[str]
    entries: Sequence[Entry]
    derived: Future[_Derived]
    console: Console

    def say(self, text: str) -> None:
        """One line or more, not broken where the terminal ends."""
        self.console.print(text, markup=False, highlight=False, soft_wrap=True)

    @property
    def failed(self) -> bool:
        """Whether any claim failed."""
        return any(entry.status == Status.FAILED for entry in self.entries)

    def not_run(self, by_kernel: bool) -> list[str]:
        """Why checks were not run, those of the kernel or the others."""
        findings = (f for entry in self.entries for f in entry.findings if f.outcome == "not run")
        return sorted({finding.detail for finding in findings if (finding.kind == Kernel.kind) == by_kernel})

    def report(self, verbose: bool) -> None:
        """Say what was found of each claim, and what stands on record."""
        found = iter(self.entries)
        modules = map(self.project.section, self.sections)
        show({each.TITLE: list(islice(found, len(each.claims))) for each in modules}, self.console, verbose)
        for reason in self.not_run(by_kernel=True)[:1]:
            self.say(f"Not run: the proofs for Coq's kernel, since {reason}. Pages show what is on record.")
        if any(not check.on_record for e in self.entries for check in e.claim.evidence if isinstance(check, Kernel)):
            again = f"{self.project.command}.formal --write"
            self.say(f"The record of the formal proofs is not of the files as they are: {again}")
        if self._whole:
            self.say(self.derived.result().score)

    def approvals(self, now: Collection[str]) -> dict[Path, str]:
        """The file of what was approved, with these claims as they are."""
        approvals = Approvals(self.project.record / "approved.json")
        return {approvals.path: approvals.record(self.project.claims, now)}

    def approved(self, now: Collection[str]) -> bool:
        """Whether all words are approved, these claims by now; what is not as it was approved is shown."""
        changed = self.derived.result().differing
        unread = [name for name in changed if name not in now]
        if changed:
            self.say(drift(self.approvals(changed), self.project.root))
        if unread:
            told = "Not what was approved. Compare the words with the equations, then:"
            self.say(f"{told} {self.project.command} --approve {' '.join(unread)}")
        return not unread

    def without_strangers(self) -> bool:
        """Whether no file is among the generated ones that nothing writes."""
        found = [path.relative_to(self.project.root).as_posix() for path in strangers(self.project)]
        for name in found:
            self.say(f"{name} is in a folder of generated files, but no derivation writes it: move it away.")
        return not found

    def compare(self, files: Mapping[Path, str], read: bool) -> bool:
        """Whether files are what is derived, and nothing failed; how they differ is shown."""
        difference = drift(files, self.project.root)
        if difference:
            mend = [self.project.command, *(name for name in self.sections if not self._whole)]
            cure = "Mend the failed claims first." if self.failed else f"To mend: {' '.join(mend)}"
            self.say(f"{difference}Files differ from what is derived. {cure}")
        fit = read and not (self.failed or difference)
        if fit:
            self._succeed()
        return fit

    def write(self, files: Mapping[Path, str], read: bool) -> bool:
        """Write the files whole, or nothing where a claim failed, its words were not approved, or a check was not run."""
        missing = self.not_run(by_kernel=False)
        if self.failed or not read:
            self.say(f"Nothing was written, since {'a claim failed' if self.failed else 'words were not approved'}.")
            return False
        if missing:
            self.say(f"Nothing was written, since checks were not run: {'; '.join(missing)}. Install '.[derive]'.")
            return False
        marker = self.project.unfinished
        others = marker.exists() and not self._whole  # what another run left is not mended by this one
        with nullcontext() if others else as_a_set(marker, self.project.command):
            written = write(files)
        folders = Counter(path.parent.relative_to(self.project.root).as_posix() for path in written)
        for folder, number in folders.items():
            self.say(f"wrote {number} file{'s' * (number > 1)} in {folder}")
        self._succeed()
        return True

    @property
    def _whole(self) -> bool:
        return self.sections == list(self.project.sections)

    def _succeed(self) -> None:
        whole = "" if self._whole else " of these sections (the README is written by a run of all)"
        self.say(f"{len(self.entries)} claims, none failed; the files{whole} are what is derived.")
