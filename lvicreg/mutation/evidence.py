"""Seeded errors in the evidence of claims that is not an equation: in what is written separately, to be compared with them.

* The functions of the package ``independent``: losses, pairs of numbers, of fractions and of polynomials, formulas. A claim's
  evidence that calls a broken function must refuse it, or another claim's; or say something else of it, such as ``4 pairs`` in
  the place of 5.
* The code of each ``Counterexample``. It must no longer be one, or be another.
* ``Locality``: an update that was not to be local, said to be, and the reverse.

What evidence says is on the claim's page, and a page that differs is refused by ``python -m derivations --check``.

What calls a function is found from the names in its code. Each process checks that the evidence passes before anything is
broken, then breaks one function after the other in place, and takes it back. Evidence that takes much longer is ended.
"""

from __future__ import annotations

import ast
import multiprocessing
import signal
from collections.abc import Callable, Container, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import replace
from functools import cache
from textwrap import indent
from types import FrameType
from typing import NamedTuple

import numpy as np

from lvicreg.claims import Claim
from lvicreg.engines import (
    Autodiff,
    Contradiction,
    Counterexample,
    EngineMissing,
    Evidence,
    Fractions,
    Locality,
    Numbers,
    Polynomials,
    Solver,
    solver,
)
from lvicreg.project import Project
from lvicreg.project.record import OF_CLAIM, Mutant
from lvicreg.project.uses import called

from .code import EVIDENCE as OPERATORS
from .code import Error, Place, Subject, drawn, subjects
from .listed import Listed
from .seeding import seeded

ORDER = Fractions, Polynomials, Solver, Autodiff, Numbers  # the quickest to see an error first
SECONDS = 60.0  # of the processor's time, many times what any evidence takes
MILLISECONDS = 2_000  # for each formula, likewise: what z3 does not decide by then is refused
Progress = Callable[[str], None]
User = tuple[str, Evidence, str | None]  # a claim, evidence of it, and what it says where nothing is broken


class Exchange(NamedTuple):
    """What is to be local said not to be, or the reverse: the number of the claim's evidence, and that of the update."""

    where: str
    change: str
    evidence: int
    update: int


def run(
    project: Project,
    sample: int | None = None,
    progress: Progress | None = None,
    only: Container[str] | None = None,
) -> list[Mutant]:
    """Every seeded error in evidence, or in some places only, or a fixed sample of about so many that are to be refused.

    Raises:
        ImportError: cosmic-ray is not installed.
        RuntimeError: evidence that nothing was broken of does not pass.
    """
    broken = [*subjects(project.root, project.independent, OPERATORS), *counterexamples(project)]
    exchanged = list(exchanges(project))
    if only is not None:
        broken = [subject for subject in broken if subject.place.where in only]
        exchanged = [exchange for exchange in exchanged if exchange.where in only]
    if sample is None:
        groups: list[Sequence[Error | Exchange]] = [subject.errors() for subject in broken]
        groups += [[exchange] for exchange in exchanged]
    else:
        errors = drawn(broken, Listed.of(project, "evidence"), sample)
        groups = [[error for error in errors if error.place == place] for place in dict.fromkeys(e.place for e in errors)]
    found: dict[int, list[Mutant]] = {}
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn"), initializer=_limited) as pool:
        futures = {pool.submit(judged, project, group): number for number, group in enumerate(groups)}
        for future in as_completed(futures):
            found[futures[future]] = future.result()
            if progress:
                for mutant in found[futures[future]]:
                    progress(f"{mutant.where}: {mutant.change}: {mutant.outcome}")
    return [mutant for number in sorted(found) for mutant in found[number]]


# --- what is broken ------------------------------------------------------------------------------------------------------
def counterexamples(project: Project) -> Iterator[Subject]:
    """The code of the counterexamples, as that of functions."""
    for claim in project.claims:
        for number, evidence in enumerate(claim.evidence):
            if isinstance(evidence, Counterexample):
                (node,) = ast.parse(f"def counterexample():\n{indent(evidence.code, '    ')}").body
                assert isinstance(node, ast.FunctionDef)
                yield Subject(Place("", str(number), OF_CLAIM + claim.id), node, OPERATORS)


def exchanges(project: Project) -> Iterator[Exchange]:
    """The verdicts on locality, each with the other one in its place."""
    for claim in project.claims:
        for number, evidence in enumerate(claim.evidence):
            if isinstance(evidence, Locality):
                for update in range(len(evidence.local) + len(evidence.nonlocal_)):
                    change = f"{'local' if update < len(evidence.local) else 'not local'}: the reverse ({update})"
                    yield Exchange(OF_CLAIM + claim.id, change, number, update)


# --- what refuses it -----------------------------------------------------------------------------------------------------
def judged(project: Project, group: Sequence[Error | Exchange]) -> list[Mutant]:
    """What becomes of some seeded errors, one after the other."""
    listed = Listed.of(project, "evidence")
    with np.errstate(all="ignore"):  # a mutant may be undefined, and is then refused
        return [listed.judged(_where(error), error.change, _refused(project, error)) for error in group]


def _where(error: Error | Exchange) -> str:
    return error.where if isinstance(error, Exchange) else error.place.where


def _refused(project: Project, error: Error | Exchange) -> str | None:
    """By what a seeded error is refused."""
    where = _where(error)
    if isinstance(error, Error) and error.place.module:
        calling = users(project, error.place)
        try:
            with seeded(error.place, error.source):
                return _first_to_refuse(calling)
        except (TypeError, NameError) as reason:  # such as a default value that cannot be computed
            return f"it cannot be loaded: {reason}"
    (claim,) = (claim for claim in project.claims if claim.id == where.removeprefix(OF_CLAIM))
    if isinstance(error, Exchange):
        return _first_to_refuse([(where, _exchanged(claim, error), None)])
    (function,) = ast.parse(error.source).body
    assert isinstance(function, ast.FunctionDef)
    broken = Counterexample(ast.unparse(ast.Module(function.body, [])))
    return _first_to_refuse([(where, broken, claim.evidence[int(error.place.name)].run())])


def _first_to_refuse(evidence: Sequence[User]) -> str | None:
    for where, check, said in evidence:
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        try:
            if (found := check.run()) != said and said is not None:
                return f"{check.engine} in {where}: it says {found}"
        except EngineMissing:
            raise
        except Contradiction:
            return f"{check.engine} in {where}: by contradiction"
        except Exception as problem:  # as in the ledger, a check that breaks has not passed
            return f"{check.engine} in {where}: by error ({type(problem).__name__})"
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
    return None


def _limited() -> None:
    """Limits of time in this process."""
    signal.signal(signal.SIGPROF, _end)
    solver.MILLISECONDS = MILLISECONDS


def _end(number: int, frame: FrameType | None) -> None:
    raise TimeoutError("evidence takes much longer than it does")


def _exchanged(claim: Claim, exchange: Exchange) -> Evidence:
    """The update alone, with the other verdict."""
    evidence = claim.evidence[exchange.evidence]
    assert isinstance(evidence, Locality)
    update = (*evidence.local, *evidence.nonlocal_)[exchange.update]
    local = exchange.update < len(evidence.local)
    return replace(evidence, local=() if local else (update,), nonlocal_=(update,) if local else ())


def users(project: Project, place: Place) -> list[User]:
    """The evidence that calls a function, made anew to remember nothing, with its claim and what it says; it must pass."""
    found = _users(project).get((place.module, place.name), [])
    for where, check in found:
        if id(check) not in _passed:
            try:
                _passed[id(check)] = replace(check).run()  # type: ignore[type-var]
            except Exception as problem:
                raise RuntimeError(f"without any change evidence of {where} fails: {problem}") from problem
    return [(where, replace(check), _passed[id(check)]) for where, check in found]  # type: ignore[type-var]


_passed: dict[int, str] = {}


@cache
def _users(project: Project) -> dict[tuple[str, str], list[tuple[str, Evidence]]]:
    """For each function the evidence that calls it, once where another claim has the same."""
    found: dict[tuple[str, str], dict[object, tuple[str, Evidence]]] = {}
    for claim in project.claims:
        for check in claim.evidence:
            for given in vars(check).values():
                same = id(check) if isinstance(check, Autodiff) else (type(check), given)
                for function in called(given, project.independent.replace("/", ".")):
                    name = function.__module__, function.__qualname__.partition(".<locals>")[0]
                    found.setdefault(name, {})[same] = claim.id, check
    return {name: sorted(checks.values(), key=lambda user: ORDER.index(type(user[1]))) for name, checks in found.items()}
