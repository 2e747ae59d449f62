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
        """Raises ``Contradiction`` where z3 finds otherwise or does not know, and where nothing satisfies hypotheses.

        Raises ``TypeError`` for a formula of which z3's answer would say less than it seems to.
        """
        z3 = load("z3")
        valid, invalid = self.formulas(z3)
        if not valid:
            raise Contradiction("no formula is said to be valid")
        for expected, formulas in ((z3.unsat, valid), (z3.sat, invalid)):
            for name, formula in formulas.items():
                if refused := _refused(z3, formula) or _hidden(z3, formula) * (formulas is valid):
                    raise TypeError(f"{name}: {refused}")
                answer = _satisfiable(z3, z3.Not(formula))
                if answer != expected:
                    raise Contradiction(f"{name}: the negation is {answer}, expected {expected}")
                for hypotheses in _hypotheses(z3, formula):
                    if (given := _satisfiable(z3, hypotheses)) != z3.sat:
                        raise Contradiction(f"{name}: its hypotheses are {given}, expected {z3.sat}")
        return f"{len(valid)} valid, {len(invalid)} refuted"


def _refused(z3: ModuleType, formula: Any) -> str:
    """Why z3's answer would not be one about the real numbers, or why hypotheses would not be seen; empty where it is."""
    if z3.is_quantifier(formula):
        return "hypotheses under a quantifier are not seen: leave variables free, and they stand for all real numbers"
    if z3.is_int(formula):
        return "integers have other laws than real numbers: use z3.Real"
    if formula.sort_kind() not in (z3.Z3_REAL_SORT, z3.Z3_BOOL_SORT):
        return f"{formula} is of the sort {formula.sort()}, not real: use z3.Real"
    if formula.num_args() and formula.decl().kind() in (z3.Z3_OP_UNINTERPRETED, z3.Z3_OP_RECURSIVE):
        return f"{formula.decl()} is a function of which anything could be supposed: give its value a name, a z3.Real"
    if z3.is_app_of(formula, z3.Z3_OP_POWER) and not _whole_and_positive(z3, formula.arg(1)):
        return f"z3 gives {formula} a value of its choice where it has none: take powers with exponents 1, 2, 3, … only"
    if z3.is_div(formula) and not (z3.is_rational_value(formula.arg(1)) and formula.arg(1).as_fraction()):
        return f"z3 gives x/0 a value of its choice: write x = y {formula.arg(1)} in the place of x = y/{formula.arg(1)}"
    return next(filter(None, (_refused(z3, part) for part in formula.children())), "")


def _whole_and_positive(z3: ModuleType, exponent: Any) -> bool:
    return z3.is_rational_value(exponent) and exponent.as_fraction() > 0 and exponent.as_fraction().denominator == 1


def _hidden(z3: ModuleType, formula: Any) -> str:
    """Where hypotheses would not be seen, as in ``Or(Not(r < r), r == 7)``; empty where there is no such place."""
    if z3.is_and(formula) or z3.is_implies(formula):
        concluded = formula.children() if z3.is_and(formula) else [formula.arg(1)]
        return next(filter(None, (_hidden(z3, part) for part in concluded)), "")
    if z3.is_eq(formula) or (formula.num_args() == 2 and not any(map(z3.is_bool, formula.children()))):
        return ""  # an equivalence, or a comparison
    return f"hypotheses in {formula} are not seen: write it with And, Implies, == and comparisons"


def _hypotheses(z3: ModuleType, formula: Any, outer: Any = True) -> Iterator[Any]:
    """What each implication of a formula supposes, with what stands before it; of *if and only if*, and of *if*, both cases."""
    if z3.is_and(formula):
        for part in formula.children():
            yield from _hypotheses(z3, part, outer)
    elif z3.is_implies(formula):
        given = z3.And(outer, formula.arg(0))
        yield given
        yield from _hypotheses(z3, formula.arg(1), given)
    else:
        for case in [formula.arg(0)] * (z3.is_eq(formula) and z3.is_bool(formula.arg(0))) + _conditions(z3, formula):
            yield z3.And(outer, case)
            yield z3.And(outer, z3.Not(case))


def _conditions(z3: ModuleType, term: Any) -> list[Any]:
    """What every *if* in a term asks."""
    own = [term.arg(0)] if z3.is_app_of(term, z3.Z3_OP_ITE) else []
    return own + [condition for part in term.children() for condition in _conditions(z3, part)]


def _satisfiable(z3: ModuleType, formula: Any) -> Any:
    solver = z3.Solver()
    solver.set("timeout", MILLISECONDS)
    solver.add(formula)
    return solver.check()
