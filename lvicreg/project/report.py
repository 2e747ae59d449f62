"""What a run has found, for a terminal: one line a claim, by section; refutations, failures and the counts last.

On a terminal that is too narrow for its columns, a claim's evidence and time have a line of their own below it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, requires

import sympy
from rich.console import Console
from rich.table import Table

from lvicreg.claims import Entry, Status, counted
from lvicreg.claims.plain import plain

MARKS = {Status.EVERY_SIZE: "✓", Status.STATED_SIZES: "N", Status.IN_WORDS: "§", Status.FAILED: "✗", Status.NOT_RUN: "–"}
STYLES = {Status.FAILED: "bold red", Status.NOT_RUN: "yellow", Status.STATED_SIZES: "cyan", Status.IN_WORDS: "blue"}
WIDTH = 100  # at most, so that the end of a line is found from its beginning
NAME, EVIDENCE, TIME = 36, 16, 8  # columns of a claim's id, of its evidence at least, and of the time


def other_sympy() -> str:
    """What to know of the SymPy at hand, and do, where it is not the one that the distribution asks for; else empty."""
    try:
        needs = requires("lvicreg") or []
    except PackageNotFoundError:  # a checkout that is not installed asks for nothing
        return ""
    (pinned,) = {need.split(";")[0].strip() for need in needs if need.startswith("sympy==")}
    if pinned == f"sympy=={sympy.__version__}":
        return ""
    told = f"SymPy {sympy.__version__} is installed, and may write the same in other words or be unable to show it"
    return f"{told}; for what the files were written with: pip install {pinned}"


def show(sections: Mapping[str, Sequence[Entry]], console: Console, verbose: bool = False) -> None:
    """Print what was found of the claims of each section, by its title."""
    entries = [entry for some in sections.values() for entry in some]
    if verbose:
        console.print(table(entries))
    else:
        for title, some in sections.items():
            console.print(title, style="bold", highlight=False)
            for entry in some:
                show_line(entry, console)
    for mark, status in ((MARKS[status], status) for status in Status if any(entry.status == status for entry in entries)):
        console.print(f"{mark} {status}", style=STYLES.get(status), highlight=False)
    for text in said(entries):
        console.print(text, markup=False, highlight=False)
    for entry in entries:
        if entry.status == Status.FAILED:
            console.print(f"{entry.claim.id} failed", *entry.reasons, sep="\n  ", markup=False, style="red")
    console.print(counted(entries), highlight=False)


def show_line(entry: Entry, console: Console) -> None:
    """Print what was found of a claim."""
    text = line(entry, min(console.width, WIDTH))
    console.print(text, style=STYLES.get(entry.status), markup=False, highlight=False, soft_wrap=True)


def line(entry: Entry, width: int) -> str:
    """``✓ variance.minibatch   symbolic exact autodiff   0.3 s``: kinds of evidence that have no room are counted."""
    start, end = f"{MARKS[entry.status]} {entry.claim.id:<{NAME}} ", f"{entry.seconds:{TIME - 2}.1f} s"
    before = ""
    if width < len(start) + EVIDENCE + len(end):
        before, start = f"{start.rstrip()}\n", "  "
    kinds, room = kinds_of(entry), width - len(start) - len(end)
    shown = [kinds[:fitting] + [f"+{len(kinds) - fitting}"] * (fitting < len(kinds)) for fitting in range(len(kinds), -1, -1)]
    evidence = next((text for text in map(" ".join, shown) if len(text) <= room), "")
    return f"{before}{start}{evidence:<{room}}{end}"


def kinds_of(entry: Entry) -> list[str]:
    """The kinds of evidence, those that have not passed first, with what became of them."""
    findings = sorted(entry.findings, key=lambda finding: finding.outcome == "passed")
    return list(dict.fromkeys(f.kind if f.outcome == "passed" else f"{f.kind} {f.outcome}" for f in findings))


def said(entries: Sequence[Entry]) -> Iterator[str]:
    """The sentences of others that claims take the place of, and what became of them."""
    for entry in entries:
        if entry.claim.said and entry.verdict:
            yield f"{entry.verdict}, by {entry.claim.id}: {plain(entry.claim.said.sentence)} ({entry.claim.said.source}.)"


def table(entries: Sequence[Entry]) -> Table:
    """Every claim with its status and evidence in full."""
    shown = Table(title="Claims")
    for name in ("claim", "status", "evidence", "seconds"):
        shown.add_column(name, overflow="fold")
    for entry in entries:
        status = f"[{STYLES.get(entry.status, 'green')}]{entry.status}[/]"
        if entry.kernel:
            status += f"; {entry.kernel}"
        shown.add_row(entry.claim.id, status, ", ".join(kinds_of(entry)), f"{entry.seconds:.1f}")
    return shown
