"""Derive every loss term, check every claim, and write the update functions: ``python -m derivations``."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from rich.console import Console

from derivations import SECTIONS
from derivations.approval import APPROVED, differing, record
from derivations.checking import ledger, section
from derivations.fragments import ROOT
from derivations.mutation.record import in_words, on_record
from derivations.outputs import COMMAND, all_files, strangers
from derivations.report import show
from lvicreg.claims import Status, to_json
from lvicreg.codegen.files import drift, write
from lvicreg.engines import Kernel

EVERY = [claim for name in SECTIONS for claim in section(name).claims]


def arguments(given: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument("sections", nargs="*", metavar="section", help=f"only these: {', '.join(SECTIONS)}")
    parser.add_argument("--check", action="store_true", help="write nothing; fail where a file differs from what is derived")
    parser.add_argument(
        "--approve", nargs="+", metavar="claim", default=[], help="put the words of these claims on record as read"
    )
    parser.add_argument("--verbose", action="store_true", help="the statuses and all kinds of evidence in full, in a table")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the ledger to this file")
    options = parser.parse_args(given)
    unknown = [name for name in options.sections if name not in SECTIONS]
    if unknown:
        parser.error(f"unknown section {', '.join(unknown)}; choose from {', '.join(SECTIONS)}")
    options.sections = [name for name in SECTIONS if name in options.sections or not options.sections]
    strange = set(options.approve) - {claim.id for name in options.sections for claim in section(name).claims}
    if strange:
        parser.error(f"there is no claim {', '.join(sorted(strange))} to approve in {', '.join(options.sections)}")
    return options


def main(given: Sequence[str] | None = None) -> int:
    """Run, report, and return the exit code: 1 where a claim fails or, with ``--check``, where a file has drifted."""
    options = arguments(given)
    console = Console()
    try:
        entries = ledger(options.sections, console)
    except KeyboardInterrupt:
        console.print("Interrupted; nothing was written.")
        return 130
    found = iter(entries)
    show(
        {section(name).TITLE: list(islice(found, len(section(name).claims))) for name in options.sections},
        console,
        options.verbose,
    )
    failed = [entry for entry in entries if entry.status == Status.FAILED]
    not_run = [finding for entry in entries for finding in entry.findings if finding.outcome == "not run"]
    without_kernel = sorted({finding.detail for finding in not_run if finding.kind == Kernel.kind})
    if without_kernel:
        console.print(f"Not run: the proofs for Coq's kernel, since {without_kernel[0]}. Pages show what is on record.")
    if any(not check.on_record for e in entries for check in e.claim.evidence if isinstance(check, Kernel)):
        console.print("The record of the formal proofs is not of the files as they are: python -m derivations.formal --write")
    console.print(in_words(EVERY), soft_wrap=True)
    changed = differing([entry.claim for entry in entries])
    unread = [name for name in changed if name not in options.approve]
    if changed:
        shown = drift({APPROVED: record(EVERY, now=changed)}, ROOT)
        console.print(shown, markup=False, highlight=False, soft_wrap=True)
    if unread:
        told = "Not what was approved. Compare the words with the equations, then:"
        console.print(f"{told} {COMMAND} --approve {' '.join(unread)}", markup=False, soft_wrap=True)
    files = all_files(options.sections, entries) | {APPROVED: record(EVERY, now=options.approve)}
    whole = "" if options.sections == list(SECTIONS) else " of these sections (the README is written by a run of all)"
    success = f"{len(entries)} claims, none failed; the files{whole} are what is derived."
    if options.json:
        write({options.json: to_json(entries, {entry.claim.id: on_record(entry.claim) for entry in entries})})
    strange = strangers()
    for path in strange:
        console.print(f"{path.relative_to(ROOT)} is in a folder of generated files, but no derivation writes it: move it away.")
    if options.check:
        difference = drift(files, ROOT)
        if difference:
            console.print(difference, markup=False, highlight=False, soft_wrap=True)
            mend = [COMMAND, *(name for name in options.sections if options.sections != list(SECTIONS))]
            cure = "Mend the failed claims first." if failed else f"To mend: {' '.join(mend)}"
            console.print(f"Files differ from what is derived. {cure}", soft_wrap=True)
        elif not failed and not unread:
            console.print(success)
        return 1 if failed or difference or strange or unread else 0
    if failed or unread:
        console.print(f"Nothing was written, since {'a claim failed' if failed else 'words were not approved'}.")
        return 1
    missing = sorted({finding.detail for finding in not_run if finding.kind != Kernel.kind})
    if missing:
        console.print(f"Nothing was written, since checks were not run: {'; '.join(missing)}. Install '.[derive]'.")
        return 1
    folders = Counter(path.parent.relative_to(ROOT).as_posix() for path in write(files))
    for folder, number in folders.items():
        console.print(f"wrote {number} file{'s' * (number > 1)} in {folder}", highlight=False)
    console.print(success)
    return 1 if strange else 0


if __name__ == "__main__":
    sys.exit(main())
