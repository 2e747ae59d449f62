"""A claim: a statement with an id, what it assumes, and what can be checked about it.

Its mathematical content is a list of equations between indexed expressions. ``holds`` must be true for all sizes and
values; ``fails`` must be false for some. The kind of a claim says what passing its checks establishes:

* a *theorem* is proven when its equations hold;
* a *refutation* shows that something said elsewhere is false, so it needs an equation that fails, and a counterexample;
* an *approximation* is an equation that fails, together with one that holds for its error.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lvicreg.engines import Equation, Evidence, Exact, Symbolic

Kind = Literal["theorem", "refutation", "approximation"]


@dataclass(frozen=True)
class Claim:
    """One statement of the ledger. ``evidence`` is what is run beside the checks of the equations themselves.

    ``proof`` says in words how the equations and the supports make up the statement, where that is not plain.
    """

    id: str
    statement: str
    holds: tuple[Equation, ...] = ()
    fails: tuple[Equation, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    assumptions: tuple[str, ...] = ()
    rests_on: tuple[str, ...] = ()
    source: str = ""
    proof: str = ""
    kind: Kind = "theorem"

    def __post_init__(self) -> None:
        if self.kind != "theorem" and not self.fails:
            raise ValueError(f"{self.id}: a {self.kind} needs an equation that fails")
        if self.kind == "approximation" and not self.holds:
            raise ValueError(f"{self.id}: an approximation needs an equation for its error")

    def checks(self) -> tuple[Evidence, ...]:
        """Everything to run: the equations by both of their engines, then the claim's own evidence."""
        by_equations: list[Evidence] = []
        for check in (Symbolic, Exact):
            holds, fails = (tuple(e for e in equations if check.kind in e.engines) for equations in (self.holds, self.fails))
            if holds or fails:
                by_equations.append(check(holds, fails))
        return (*by_equations, *self.evidence)
