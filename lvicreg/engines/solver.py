"""Formulas over the real numbers: engine *z3*.

It decides *if and only if*, signs and domains, for all real values, at the number of variables that a formula has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

from .evidence import Contradiction, load

MILLISECONDS = 20_000


@dataclass(frozen=True)
class Solver:
    """Formulas that must be valid, and wrong ones for which a counterexample must exist; ``formulas(z3)`` returns both."""

    formulas: Callable[[ModuleType], tuple[Mapping[str, Any], Mapping[str, Any]]]
    kind: ClassVar[str] = "solver"
    engine: ClassVar[str] = "z3"

    def run(self) -> str:
        """Raises ``Contradiction`` where z3 finds otherwise or does not know, and where nothing satisfies hypotheses."""
        z3 = load("z3")
        valid, invalid = self.formulas(z3)
        if not valid:
            raise Contradiction("no formula is said to be valid")
        for expected, formulas in ((z3.unsat, valid), (z3.sat, invalid)):
            for name, formula in formulas.items():
                answer = _satisfiable(z3, z3.Not(formula))
                if answer != expected:
                    raise Contradiction(f"{name}: the negation is {answer}, expected {expected}")
                for hypotheses in _hypotheses(z3, formula):
                    if (given := _satisfiable(z3, hypotheses)) != z3.sat:
                        raise Contradiction(f"{name}: its hypotheses are {given}, expected {z3.sat}")
        return f"{len(valid)} valid, {len(invalid)} refuted"


def _hypotheses(z3: ModuleType, formula: Any, outer: Any = True) -> Iterator[Any]:
    """What each implication of a formula supposes, together with what stands before it."""
    if z3.is_and(formula):
        for part in formula.children():
            yield from _hypotheses(z3, part, outer)
    elif z3.is_implies(formula):
        given = z3.And(outer, formula.arg(0))
        yield given
        yield from _hypotheses(z3, formula.arg(1), given)


def _satisfiable(z3: ModuleType, formula: Any) -> Any:
    solver = z3.Solver()
    solver.set("timeout", MILLISECONDS)
    solver.add(formula)
    return solver.check()
