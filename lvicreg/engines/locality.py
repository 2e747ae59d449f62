"""Updates that a synapse could carry out, and updates that it could not: engine *factoring*."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sympy import Expr, Idx, Indexed

from lvicreg.calculus import Definitions, NotLocal, factor

from .evidence import Contradiction


@dataclass(frozen=True)
class Locality:
    """Updates that factor into presynaptic × postsynaptic × population parts, and updates that do not."""

    local: tuple[tuple[Expr, Definitions], ...]
    nonlocal_: tuple[tuple[Expr, Definitions], ...]
    target: Indexed
    sample: Idx
    kind: ClassVar[str] = "locality"
    engine: ClassVar[str] = "factoring"

    def run(self) -> str:
        """Raises ``Contradiction`` where an update is judged otherwise."""
        if not self.local and not self.nonlocal_:
            raise Contradiction("no update was judged")
        found = []
        for update, definitions in self.local:
            try:
                found.append(f"{len(factor(update, self.target, self.sample, definitions))} local terms")
            except NotLocal as reason:
                raise Contradiction(f"was to be local, but {reason}") from reason
        for update, definitions in self.nonlocal_:
            try:
                terms = factor(update, self.target, self.sample, definitions)
            except NotLocal as reason:
                found.append(f"not local: {reason}")
            else:
                raise Contradiction(f"was not to be local, but factors into {terms}")
        return "; ".join(found)
