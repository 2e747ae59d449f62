"""Check the claims of the sections, on all processors, with a progress bar.

Where the system can fork, one process imports the sections and is copied for each worker, while this one imports them too.
Workers collect no garbage: nearly all that they make is remembered, and they end within the minute.
"""

from __future__ import annotations

import gc
import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import forkserver
from multiprocessing.context import BaseContext

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from lvicreg.claims import Claim, Entry, Finding, examine, measure
from lvicreg.engines import Kernel

from .project import Project

Known = Callable[[Claim], tuple[Finding, ...] | None]


def workers(project: Project, names: Sequence[str]) -> BaseContext:
    """How processes are started that have imported the named sections; where they are copies, what is copied starts now."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([f"{project.package}.{name}" for name in names])
    forkserver.ensure_running()
    return context


def ledger(
    project: Project,
    names: Sequence[str],
    context: BaseContext,
    console: Console,
    known: Known | None = None,
    meanwhile: Callable[[], object] = lambda: None,
) -> list[Entry]:
    """Every claim of the named sections, examined in parallel; the proof assistant's kernel is asked once, in this process.

    Of claims of which the findings are ``known`` nothing is examined again, and the kernel is asked about proofs only that are
    not on record as they stand. ``meanwhile`` is what this process does first, while the others examine.
    """
    claims = [(claim, name, number) for name in names for number, claim in enumerate(project.section(name).claims)]
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with (
        Progress(*columns, console=console) as progress,
        ProcessPoolExecutor(mp_context=context, initializer=gc.disable) as pool,
    ):
        bar = progress.add_task("checking claims", total=len(claims))
        found = {claim.id: known(claim) if known else None for claim, _, _ in claims}
        waiting = [(claim, name, number) for claim, name, number in claims if found[claim.id] is None]
        waiting.sort(key=lambda each: -len(each[0].holds))  # those that take long first, so that no worker is left with one
        futures = {claim.id: pool.submit(_examine, project, name, number) for claim, name, number in waiting}

        def examined(claim: Claim) -> tuple[Finding, ...]:
            findings = found[claim.id]
            if findings is None:
                findings = futures[claim.id].result()
            findings += _by_kernel(claim, ask=known is None)
            progress.update(bar, advance=1, description=claim.id)
            return findings

        try:
            meanwhile()
            return list(measure((claim for claim, _, _ in claims), examined))
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _by_kernel(claim: Claim, ask: bool) -> tuple[Finding, ...]:
    proofs = [check for check in claim.evidence if isinstance(check, Kernel)]
    if ask or not all(check.on_record for check in proofs):
        return examine(claim, by_kernel=True)
    return tuple(Finding(check.kind, check.engine, "not run", "the files are those on record", 0.0) for check in proofs)


def _examine(project: Project, name: str, number: int) -> tuple[Finding, ...]:
    return examine(project.section(name).claims[number], by_kernel=False)
