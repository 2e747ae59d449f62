"""A claim: a statement with an id, what it assumes, and what can be checked about it.

Its mathematical content is a list of equations between indexed expressions. ``holds`` must be true for all sizes and
values; ``fails`` must be false for some. Where the statement stands in the place of a sentence that somebody wrote and that
is not true, that sentence is kept beside it (``said``): an equation that fails is what it said.

Every claim has a title and a proof for a reader. Where the equations and the supports are the whole statement, the proof only
says why they hold; where they make it up by an argument that no machine has read, the claim is ``argued``, and its status
says so.

Statements, assumptions and proofs are written in TeX, ``$…$`` around the mathematics. What stands between ``[[`` and ``]]`` in
a statement is one of the claim's expressions (``states``, in the order in which they stand), and is compared with it. A long
statement or proof is in parts, each of which begins with its number: ``(i) …. (ii) ….``
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from sympy import Add, Expr

from lvicreg.calculus import At, D, Definitions, Mean
from lvicreg.engines import Enclosed, Equation, Evidence, Exact, Symbolic, evaluating

Verdict = Literal["refuted", "approximation"]
FORMULA = r"\[\[(.+?)\]\]"


@dataclass(frozen=True)
class Said:
    """A sentence that is not true as it stands, in TeX, who wrote it and where, and whether it is near the truth."""

    sentence: str
    source: str
    verdict: Verdict = "refuted"


@dataclass(frozen=True, eq=False)
class Claim:
    """One statement of the ledger. ``evidence`` is what is run beside the checks of the equations themselves."""

    id: str
    title: str
    statement: str
    proof: str
    states: tuple[Expr, ...] = ()
    holds: tuple[Equation, ...] = ()
    fails: tuple[Equation, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    assumptions: tuple[str, ...] = ()
    rests_on: tuple[str, ...] = ()
    source: str = ""
    argued: bool = False
    said: Said | None = None

    def __post_init__(self) -> None:
        if not self.title or not self.proof:
            raise ValueError(f"{self.id}: a statement needs a title and a proof in words")
        if not self.holds:
            raise ValueError(f"{self.id}: a statement needs an equation that holds")
        if len(self.stated) != len(self.states):
            raise ValueError(
                f"{self.id}: {len(self.stated)} formulas are marked in the statement, {len(self.states)} are given"
            )
        for formula in self.states:
            self.meanings(formula)
        beside = (equation for check in self.evidence if isinstance(check, Exact) for equation in check.holds)
        if not self.argued and any("symbolic" not in equation.engines for equation in beside):
            raise ValueError(f"{self.id}: beside a statement of every size, one of some sizes needs an argument in words")
        if self.said and not self.fails:
            raise ValueError(f"{self.id}: what was said is shown to be false by an equation that fails")

    def meanings(self, formula: Expr) -> Definitions:
        """What the names of a formula stand for, in an equation that says something of the whole of it.

        That is one of which it is a side, a term of a side, or what is differentiated or averaged. Raises ``ValueError`` where
        there is none, and so nothing was checked of it.
        """
        for equation in self.holds:
            sides = (equation.left, equation.right)
            asked = {node.args[0] for side in sides for node in side.atoms(D, Mean, At)}
            if formula in asked.union(*(Add.make_args(side) for side in sides), sides):
                return equation.definitions
        raise ValueError(
            f"{self.id} states {formula}, which is neither side nor term of an equation, nor differentiated in one"
        )

    @property
    def tex(self) -> str:
        """The statement without marks."""
        return re.sub(FORMULA, r"\1", self.statement)

    @property
    def stated(self) -> list[str]:
        """The marked formulas of the statement, in TeX."""
        return re.findall(FORMULA, self.statement)

    @cached_property
    def checks(self) -> tuple[Evidence, ...]:
        """Everything to run: the equations by both of their engines, then the claim's own evidence."""
        by_equations: list[Evidence] = []
        for check in (Symbolic, Exact, Enclosed):
            holds, fails = (tuple(e for e in group if _decides(check, e)) for group in (self.holds, self.fails))
            if holds or fails:
                by_equations.append(check(holds, fails))
        return (*by_equations, *self.evidence)


def _decides(check: type[Symbolic] | type[Exact], equation: Equation) -> bool:
    """Whether an engine decides an equation: the symbolic one unless it cannot, and the one that has numbers for it."""
    return "symbolic" in equation.engines if check is Symbolic else check is evaluating(equation)
