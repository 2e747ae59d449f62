"""Seeded errors in the evidence of claims that is not an equation: in what is written separately, to be compared with them.

* The functions of ``derivations.independent``: losses, pairs of numbers, of fractions and of polynomials, formulas. A claim's
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
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import replace
from functools import cache
from textwrap import indent
from types import FrameType, FunctionType
from typing import NamedTuple

import numpy as np

from derivations import SECTIONS
from derivations.checking import section
from derivations.mutation import Mutant
from derivations.mutation.code import EVIDENCE as OPERATORS
from derivations.mutation.code import Error, Place, Subject, drawn, names_in, subjects
from derivations.mutation.equivalent import EVIDENCE, OPEN
from derivations.mutation.equivalent import judged as verdict
from derivations.mutation.record import INDEPENDENT as FOLDER
from derivations.mutation.record import OF_CLAIM
from derivations.mutation.seeding import seeded
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

ORDER = Fractions, Polynomials, Solver, Autodiff, Numbers  # the quickest to see an error first
SECONDS = 60.0  # of the processor's time, many times what any evidence takes
MILLISECONDS = 2_000  # for each formula, likewise: what z3 does not decide by then is refused
PACKAGE = FOLDER.replace("/", ".")
Progress = Callable[[str], None]
User = tuple[str, Evidence, str | None]  # a claim, evidence of it, and what it says where nothing is broken


class Exchange(NamedTuple):
    """What is to be local said not to be, or the reverse: the number of the claim's evidence, and that of the update."""

    where: str
    change: str
    evidence: int
    update: int


def run(sample: int | None = None, progress: Progress | None = None) -> list[Mutant]:
    """Every seeded error in evidence, or a fixed sample of about so many that are to be refused, and what became of each.

    Raises:
        ImportError: cosmic-ray is not installed.
        RuntimeError: evidence that nothing was broken of does not pass.
    """
    broken = [*subjects(FOLDER, OPERATORS), *counterexamples()]
    if sample is None:
        groups: list[Sequence[Error | Exchange]] = [subject.errors() for subject in broken]
        groups += [[exchange] for exchange in exchanges()]
    else:
        errors = drawn(broken, {*EVIDENCE, *OPEN}, sample)
        groups = [[error for error in errors if error.place == place] for place in dict.fromkeys(e.place for e in errors)]
    found: dict[int, list[Mutant]] = {}
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn"), initializer=_limited) as pool:
        futures = {pool.submit(judged, group): number for number, group in enumerate(groups)}
        for future in as_completed(futures):
            found[futures[future]] = future.result()
            if progress:
                for mutant in found[futures[future]]:
                    progress(f"{mutant.where}: {mutant.change}: {mutant.outcome}")
    return [mutant for number in sorted(found) for mutant in found[number]]


# --- what is broken ------------------------------------------------------------------------------------------------------
def counterexamples() -> Iterator[Subject]:
    """The code of the counterexamples, as that of functions."""
    for claim in claims().values():
        for number, evidence in enumerate(claim.evidence):
            if isinstance(evidence, Counterexample):
                (node,) = ast.parse(f"def counterexample():\n{indent(evidence.code, '    ')}").body
                assert isinstance(node, ast.FunctionDef)
                yield Subject(Place("", str(number), OF_CLAIM + claim.id), node, OPERATORS)


def exchanges() -> Iterator[Exchange]:
    """The verdicts on locality, each with the other one in its place."""
    for claim in claims().values():
        for number, evidence in enumerate(claim.evidence):
            if isinstance(evidence, Locality):
                for update in range(len(evidence.local) + len(evidence.nonlocal_)):
                    change = f"{'local' if update < len(evidence.local) else 'not local'}: the reverse ({update})"
                    yield Exchange(OF_CLAIM + claim.id, change, number, update)


@cache
def claims() -> dict[str, Claim]:
    """Every claim by its id."""
    return {claim.id: claim for name in SECTIONS for claim in section(name).claims}


# --- what refuses it -----------------------------------------------------------------------------------------------------
def judged(group: Sequence[Error | Exchange]) -> list[Mutant]:
    """What becomes of some seeded errors, one after the other."""
    with np.errstate(all="ignore"):  # a mutant may be undefined, and is then refused
        return [_judged(error) for error in group]


def _judged(error: Error | Exchange) -> Mutant:
    where = error.where if isinstance(error, Exchange) else error.place.where
    return verdict(where, error.change, _refused(error), EVIDENCE)


def _refused(error: Error | Exchange) -> str | None:
    """By what a seeded error is refused."""
    if isinstance(error, Exchange):
        return _first_to_refuse([(error.where, _exchanged(error), None)])
    if not error.place.module:
        intact = claims()[error.place.where.removeprefix(OF_CLAIM)].evidence[int(error.place.name)]
        (function,) = ast.parse(error.source).body
        assert isinstance(function, ast.FunctionDef)
        broken = Counterexample(ast.unparse(ast.Module(function.body, [])))
        return _first_to_refuse([(error.place.where, broken, intact.run())])
    calling = users(error.place)
    try:
        with seeded(error.place, error.source):
            return _first_to_refuse(calling)
    except (TypeError, NameError) as reason:  # such as a default value that cannot be computed
        return f"it cannot be loaded: {reason}"


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


def _exchanged(exchange: Exchange) -> Evidence:
    """The update alone, with the other verdict."""
    evidence = claims()[exchange.where.removeprefix(OF_CLAIM)].evidence[exchange.evidence]
    assert isinstance(evidence, Locality)
    update = (*evidence.local, *evidence.nonlocal_)[exchange.update]
    local = exchange.update < len(evidence.local)
    return replace(evidence, local=() if local else (update,), nonlocal_=(update,) if local else ())


def users(place: Place) -> list[User]:
    """The evidence that calls a function, made anew to remember nothing, with its claim and what it says; it must pass."""
    found = _users().get((place.module, place.name), [])
    for where, check in found:
        if id(check) not in _passed:
            try:
                _passed[id(check)] = replace(check).run()  # type: ignore[type-var]
            except Exception as problem:
                raise RuntimeError(f"without any change evidence of {where} fails: {problem}") from problem
    return [(where, replace(check), _passed[id(check)]) for where, check in found]  # type: ignore[type-var]


_passed: dict[int, str] = {}


@cache
def _users() -> dict[tuple[str, str], list[tuple[str, Evidence]]]:
    """For each function the evidence that calls it, once where another claim has the same."""
    found: dict[tuple[str, str], dict[object, tuple[str, Evidence]]] = {}
    for where, claim in claims().items():
        for check in claim.evidence:
            for given in vars(check).values():
                same = id(check) if isinstance(check, Autodiff) else (type(check), given)
                for name in _called(given):
                    found.setdefault(name, {})[same] = where, check
    return {name: sorted(checks.values(), key=lambda user: ORDER.index(type(user[1]))) for name, checks in found.items()}


def _called(given: object) -> set[tuple[str, str]]:
    """The functions of the package that a function calls, itself among them, by module and name."""
    seen: list[FunctionType] = []
    waiting = [given]
    while waiting:
        each = waiting.pop()
        if isinstance(each, FunctionType) and each.__module__.startswith(PACKAGE) and each not in seen:
            seen.append(each)
            waiting += [cell.cell_contents for cell in each.__closure__ or ()]
            waiting += [each.__globals__.get(name) for name in names_in(each.__code__)]
    return {(each.__module__, each.__qualname__.partition(".<locals>")[0]) for each in seen}
