"""Seeded errors in what the claims say: in their equations, in the derivatives claimed, and in the definitions of names.

* Each side of each equation that holds is broken in every way that ``lvicreg.claims.mutants`` knows. Both engines, exact and
  symbolic, must reject each mutant; an engine that breaks down has rejected it too, as in the ledger.
* Each derivative that is claimed beside a separately written loss is broken the same way; autograd must reject it.
* Each definition is broken wherever equations and derivatives use it. One of them must be rejected.
* Each side of each equation that is to fail is broken too. With one more error it mostly still fails, but at other values: the
  exact engine then finds another counterexample, which the claim's page would show, and ``python -m derivations --check``
  refuses a page that differs. That, or no counterexample at all, is what notices it.
"""

from __future__ import annotations

import multiprocessing
import random
from collections import Counter
from collections.abc import Callable, Container, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any, NamedTuple

import numpy as np
from sympy import Expr

from lvicreg.claims.mutants import mutants
from lvicreg.engines import Autodiff, Contradiction, Enclosed, EngineMissing, Equation, Exact, Symbolic, evaluating
from lvicreg.project import Project
from lvicreg.project.record import FAILING, Mutant
from lvicreg.project.uses import defined, derivatives, users

from .listed import Listed

Check = Callable[[], object]  # raises where it rejects


@dataclass(frozen=True)
class Seeded:
    """One seeded error, and the checks of which all, or for a definition one, must reject it."""

    where: str
    change: str
    checks: tuple[tuple[str, Check], ...]  # by the name of the engine
    all_must: bool = True


class Subject(NamedTuple):
    """What is broken: what the record calls it, and its seeded errors, made when asked for."""

    where: str
    errors: Callable[[], Iterator[Seeded]]


def run(
    project: Project,
    sections: Sequence[str],
    sample: int | None = None,
    progress: Callable[[str], None] | None = None,
    only: Container[str] | None = None,
) -> list[Mutant]:
    """Every seeded error of these sections, or in some places only, or a fixed sample of about that many."""
    names = tuple(sections)
    tasks: list[tuple[int, int | None]] = [
        (number, None) for number, subject in enumerate(subjects(project, names)) if only is None or subject.where in only
    ]
    if sample is not None:  # of the subjects, so that those with many mutants do not crowd out the others
        drawn = Counter(random.Random(0).choices(tasks, k=sample))
        tasks = [(number, count) for (number, _), count in sorted(drawn.items())]
    found: dict[int, list[Mutant]] = {}
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as pool:
        futures = {pool.submit(_judged, project, names, number, count): number for number, count in tasks}
        for future in as_completed(futures):
            found[futures[future]] = future.result()
            if progress:
                for mutant in found[futures[future]]:
                    progress(mutant.where)
    return [mutant for number in sorted(found) for mutant in found[number]]


def _judged(project: Project, names: tuple[str, ...], number: int, count: int | None) -> list[Mutant]:
    seeded = list(subjects(project, names)[number].errors())
    if count is not None and count < len(seeded):
        seeded = random.Random(number).sample(seeded, count)
    listed = Listed.of(project, "symbolic")
    return [judge(error, listed) for error in seeded]


def judge(seeded: Seeded, listed: Listed) -> Mutant:
    """Whether the checks reject a seeded error, and which of them in what way."""
    verdicts: list[str] = []
    accepted: list[str] = []
    for engine, check in seeded.checks:
        try:
            with np.errstate(all="ignore"):  # a mutant may be undefined, and is then rejected
                check()
            accepted.append(engine)
        except EngineMissing:
            raise
        except Contradiction:
            verdicts.append(f"{engine} by contradiction")
        except Exception as problem:  # as in the ledger, a check that breaks has not passed
            verdicts.append(f"{engine} by error ({type(problem).__name__})")
        if verdicts and not seeded.all_must:
            break
    if verdicts and not (accepted and seeded.all_must):
        return Mutant(seeded.where, seeded.change, "caught", ", ".join(verdicts))
    known = listed.judged(seeded.where, seeded.change, None)
    if known.outcome != "survived":
        return known
    detail = "; ".join([f"accepted: {', '.join(dict.fromkeys(accepted))}", *verdicts])
    return Mutant(seeded.where, seeded.change, "survived", detail)


# --- what is broken --------------------------------------------------------------------------------------------------------


@cache
def subjects(project: Project, names: tuple[str, ...]) -> list[Subject]:
    """The equations and derivatives of these sections, claim by claim, and the definitions they use."""
    claims = project.claims_of(names)
    found: list[Subject] = []
    for claim in claims:
        errors: list[Callable[[], Iterator[Seeded]]]
        errors = [partial(_of_equation, claim.id, number, equation) for number, equation in enumerate(claim.holds, start=1)]
        errors += [partial(_of_derivative, claim.id, evidence) for evidence in derivatives(claim)]
        found += [Subject(claim.id, each) for each in errors]
        failing = [partial(_of_failing, claim.id, number, equation) for number, equation in enumerate(claim.fails, start=1)]
        found += [Subject(FAILING + claim.id, each) for each in failing]
    using = users(project.claims)
    return found + [Subject(defined(*each), partial(_of_definition, *each, using[each])) for each in users(claims)]


def _of_equation(where: str, number: int, equation: Equation) -> Iterator[Seeded]:
    for side, other in (("left", equation.right), ("right", equation.left)):
        for change, mutant in mutants(getattr(equation, side), whole=other != 0):
            checks = tuple(
                (engine.kind, partial(_decided, engine, equation, **{side: mutant})) for engine in _engines(equation)
            )
            yield Seeded(where, f"{change} ({side} of equation {number})", checks)


def _of_derivative(where: str, evidence: Autodiff) -> Iterator[Seeded]:
    for change, mutant in mutants(evidence.claimed):
        yield Seeded(
            where, f"{change} (derivative)", ((evidence.kind, partial(evidence.compared, mutant, evidence.definitions)),)
        )


def _of_failing(where: str, number: int, equation: Equation) -> Iterator[Seeded]:
    for side, other in (("left", equation.right), ("right", equation.left)):
        for change, mutant in mutants(getattr(equation, side), whole=other != 0):
            same = partial(_same_counterexample, equation, **{side: mutant})
            yield Seeded(FAILING + where, f"{change} ({side} of equation {number})", ((evaluating(equation).kind, same),))


def _same_counterexample(equation: Equation, **changes: Any) -> None:
    """Raises where with these changes there is none, or another."""
    engine = evaluating(equation)
    found = engine((), (replace(equation, **changes),)).run()
    if found != engine((), (equation,)).run():
        raise Contradiction(f"another counterexample: {found}")


def _of_definition(pattern: Expr, meaning: Expr, users: list[Equation | Autodiff]) -> Iterator[Seeded]:
    for change, mutant in mutants(meaning):
        checks: list[tuple[str, Check]] = []
        for user in users:
            definitions = user.definitions.replace({pattern: mutant})
            if isinstance(user, Autodiff):
                checks.append((user.kind, partial(user.compared, user.claimed, definitions)))
            else:
                checks += [(engine.kind, partial(_decided, engine, user, definitions=definitions)) for engine in _engines(user)]
        order = [engine.kind for engine in (Exact, Enclosed, Autodiff, Symbolic)]
        checks.sort(key=lambda check: order.index(check[0]))
        yield Seeded(defined(pattern, meaning), change, tuple(checks), all_must=False)


def _engines(equation: Equation) -> list[type[Exact] | type[Symbolic]]:
    """The engines that decide it, the quicker to see an error first."""
    return [evaluating(equation), Symbolic] if "symbolic" in equation.engines else [evaluating(equation)]


def _decided(engine: type[Exact] | type[Symbolic], equation: Equation, **changes: Any) -> str:
    return engine((replace(equation, **changes),)).run()
