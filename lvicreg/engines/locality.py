"""Updates that a synapse could carry out, and updates that it could not: engine *factoring*."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sympy import Expr, Indexed

from lvicreg.calculus import Definitions, NotLocal, Synapse, factor

from .evidence import Contradiction


@dataclass(frozen=True)
class Locality:
    """Updates that factor into what a synapse reads, presynaptic × postsynaptic × population, and updates that do not."""

    local: tuple[tuple[Expr, Definitions], ...]
    nonlocal_: tuple[tuple[Expr, Definitions], ...]
    target: Indexed
    synapse: Synapse
    kind: ClassVar[str] = "locality"
    engine: ClassVar[str] = "factoring"

    def run(self) -> str:
        """Raises ``Contradiction`` where an update is judged otherwise, or is 0."""
        if not self.local and not self.nonlocal_:
            raise Contradiction("no update was judged")
        found = []
        for update, definitions in self.local:
            try:
                terms = factor(update, self.target, self.synapse, definitions).terms
            except NotLocal as reason:
                raise Contradiction(f"was to be local, but {reason}") from reason
            if not terms:
                raise Contradiction("was to be local, but the update is 0")
            found.append(f"{len(terms)} local terms")
        for update, definitions in self.nonlocal_:
            try:
                terms = factor(update, self.target, self.synapse, definitions).terms
            except NotLocal as reason:
                found.append(f"not local: {reason}")
            else:
                raise Contradiction(f"was not to be local, but factors into {terms}")
        return "; ".join(found)
