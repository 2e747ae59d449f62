"""The seeded errors that are not noticed: those that change nothing, with the reason, and those that are known and open."""

from collections.abc import Mapping

from derivations.mutation import Mutant

from .engines import ENGINES
from .evidence import EVIDENCE
from .generated import GENERATED
from .open import OPEN
from .symbolic import SYMBOLIC

__all__ = ["ENGINES", "EVIDENCE", "GENERATED", "OPEN", "SYMBOLIC", "judged"]

Listed = Mapping[tuple[str, str], str]  # by place and change, the reason


def judged(where: str, change: str, noticed_by: str | None, equivalent: Listed) -> Mutant:
    """What became of a seeded error, noticed by something or by nothing."""
    if noticed_by:
        return Mutant(where, change, "caught", noticed_by)
    if reason := equivalent.get((where, change)):
        return Mutant(where, change, "equivalent", reason)
    if reason := OPEN.get((where, change)):
        return Mutant(where, change, "open", reason)
    return Mutant(where, change, "survived", "nothing notices it")
