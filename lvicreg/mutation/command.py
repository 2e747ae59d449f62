"""Break what is claimed, checked and generated in turn, and count what is noticed."""

from __future__ import annotations

import argparse
from collections.abc import Container, Iterable, Sequence

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from lvicreg._console import terminal
from lvicreg.codegen.files import write
from lvicreg.project import Project
from lvicreg.project.record import COUNTS, Mutant, Record, as_sentence, by_place, score

from . import symbolic
from .listed import Entry, entries

RULES, EVIDENCE = "rules", "evidence"


def arguments(project: Project, given: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    packages = [package.rpartition("/")[2] for package in project.checkers]
    parts = [*project.sections, EVIDENCE, *packages, RULES]
    listed = ", ".join(parts)
    parser = argparse.ArgumentParser(prog=project.seeding, description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=f"only these: {listed}")
    parser.add_argument("--sample", metavar="N", type=int, help="only about N seeded errors of each sort, always the same")
    parser.add_argument("--missing", action="store_true", help="only where nothing is on record, or something else")
    parser.add_argument("--write", action="store_true", help=f"put the score on record, in {Record(project).path.name}")
    options = parser.parse_args(given)
    if options.write and options.sample is not None:
        parser.error("a sample is not put on record")
    unknown = [part for part in options.parts if part not in parts]
    if unknown:
        parser.error(f"unknown part {', '.join(unknown)}; choose from {listed}")
    options.whole = options.parts in ([], parts) and not options.missing
    options.parts = options.parts or parts
    return options


def run(
    project: Project, parts: Sequence[str], sample: int | None, console: Console, only: Container[str] | None = None
) -> list[Mutant]:
    """All mutants of these parts, or a sample of each sort, or those in some places only, with a progress bar."""
    texts = TextColumn("{task.completed} seeded errors"), TextColumn("{task.description}")
    with Progress(SpinnerColumn("line"), *texts, TimeElapsedColumn(), console=console) as progress:
        bar = progress.add_task("", total=None)

        def judged(where: str) -> None:
            progress.update(bar, advance=1, description=escape(where))

        found: list[Mutant] = []
        if sections := [part for part in project.sections if part in parts]:
            found += symbolic.run(project, sections, sample, judged, only)
        if EVIDENCE in parts:
            from . import evidence  # this and the next need cosmic-ray

            found += evidence.run(project, sample, judged, only)
        if packages := [package for package in project.checkers if package.rpartition("/")[2] in parts]:
            from . import engines  # this and the next need the test suite and its library

            found += engines.run(project, packages, sample, judged, only)
        if RULES in parts:
            from . import generated

            found += generated.run(project, sample, judged, only)
        return found


def table(mutants: Sequence[Mutant]) -> Table:
    """The counts for each claim, definition, file and function."""
    shown = Table(title="Seeded errors")
    shown.add_column("in", overflow="fold")
    for name in (*COUNTS, "survived"):
        shown.add_column(name, justify="right", overflow="fold")
    for where, found in by_place(mutants).items():
        counts = score(found)
        survived = len(survivors(found))
        shown.add_row(escape(where), *map(str, counts.values()), str(survived), style="bold red" if survived else None)
    return shown


def survivors(mutants: Sequence[Mutant]) -> list[Mutant]:
    """What was broken and nothing noticed."""
    return [mutant for mutant in mutants if mutant.outcome == "survived"]


def stale(mutants: Sequence[Mutant], listed: Iterable[Entry], elsewhere: Container[str] = ()) -> list[Entry]:
    """Those listed as equivalent or open that a run has not met as such, but for those elsewhere, where it was not."""
    met = {(mutant.where, mutant.change) for mutant in mutants if mutant.outcome in ("equivalent", "open")}
    expected = [entry for entry in listed if entry[0] not in elsewhere]
    return [entry for entry in expected if entry not in met]


def main(project: Project, given: Sequence[str] | None = None) -> int:
    """Run, report, and return the exit code: 1 where something survived or is listed as equivalent and is not."""
    console = terminal()
    options = arguments(project, given)
    record = Record(project)
    only = record.missing if options.missing else None
    mutants = run(project, options.parts, options.sample, console, only)
    console.print(table(mutants))
    survived = survivors(mutants)
    for mutant in survived:
        console.print(f"survived in {mutant.where}: {mutant.change} ({mutant.detail})", markup=False, style="red")
    elsewhere: Container[str] = () if options.whole else record.places.keys() - {mutant.where for mutant in mutants}
    unmet = stale(mutants, entries(project), elsewhere) if options.sample is None else []
    for where, change in unmet:
        console.print(f"listed as not noticed, but not met as such: {where}: {change}", markup=False, style="red")
    wrong = {mutant.where for mutant in survived} | {where for where, _ in unmet}
    if options.write:  # of the rest it need not be found again
        write({record.path: record.updated([mutant for mutant in mutants if mutant.where not in wrong], options.whole)})
        console.print(f"wrote {record.path.name}; {project.command} puts it on the claims' pages")
    if wrong:
        console.print(f"{len(mutants)} seeded errors, {len(survived)} of them not noticed.")
        return 1
    console.print(f"Seeded errors: {as_sentence(score(mutants))}")
    return 0
