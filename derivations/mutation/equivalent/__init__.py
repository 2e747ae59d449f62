"""The seeded errors that are not noticed: those that change nothing, with the reason, and those that are known and open.

They stand in files of JSON, one for each part, by reason and place. ``open.json`` has those that change something which nothing
notices yet.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from derivations.mutation import Mutant

__all__ = ["ENGINES", "EVIDENCE", "GENERATED", "OPEN", "SYMBOLIC", "judged"]

Listed = Mapping[tuple[str, str], str]  # by place and change, the reason


def _read(name: str) -> dict[tuple[str, str], str]:
    reasons = json.loads(Path(__file__).with_name(name).read_text(encoding="utf-8"))
    return {
        (where, change): reason for reason, places in reasons.items() for where, changes in places.items() for change in changes
    }


SYMBOLIC, EVIDENCE, ENGINES, GENERATED, OPEN = (
    _read(f"{name}.json") for name in ("symbolic", "evidence", "engines", "generated", "open")
)


def judged(where: str, change: str, noticed_by: str | None, equivalent: Listed) -> Mutant:
    """What became of a seeded error, noticed by something or by nothing."""
    if noticed_by:
        return Mutant(where, change, "caught", noticed_by)
    if reason := equivalent.get((where, change)):
        return Mutant(where, change, "equivalent", reason)
    if reason := OPEN.get((where, change)):
        return Mutant(where, change, "open", reason)
    return Mutant(where, change, "survived", "nothing notices it")
