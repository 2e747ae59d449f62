"""Check the claims of the sections, on all processors, with a progress bar."""

from __future__ import annotations

import multiprocessing
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from lvicreg.claims import Claim, Entry, Finding, examine, measure

from .project import Project


def _examine(project: Project, name: str, number: int) -> tuple[Finding, ...]:
    return examine(project.section(name).claims[number], by_kernel=False)


def ledger(project: Project, names: Sequence[str], console: Console) -> list[Entry]:
    """Every claim of the named sections, examined in parallel; the proof assistant's kernel is asked once, in this process."""
    claims = [(claim, name, number) for name in names for number, claim in enumerate(project.section(name).claims)]
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with (
        Progress(*columns, console=console) as progress,
        ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as pool,
    ):
        bar = progress.add_task("checking claims", total=len(claims))
        futures = {claim.id: pool.submit(_examine, project, name, number) for claim, name, number in claims}

        def examined(claim: Claim) -> tuple[Finding, ...]:
            findings = futures[claim.id].result() + examine(claim, by_kernel=True)
            progress.update(bar, advance=1, description=claim.id)
            return findings

        try:
            return list(measure((claim for claim, _, _ in claims), examined))
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
