"""The seeded errors that are not noticed: those that change nothing, with the reason, and those that are known and open.

They stand in files of JSON, one for each part, by reason and place. ``open.json`` has those that change something which nothing
notices yet.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from lvicreg.project import Project
from lvicreg.project.record import Mutant

Part = Literal["symbolic", "evidence", "engines", "generated"]
PARTS: tuple[Part, ...] = ("symbolic", "evidence", "engines", "generated")
Entry = tuple[str, str]  # a place, and a change


@dataclass(frozen=True)
class Listed:
    """Seeded errors that are not noticed, and why, by place and change: those that change nothing, and those that are open."""

    equivalent: Mapping[Entry, str] = field(default_factory=dict)
    open: Mapping[Entry, str] = field(default_factory=dict)

    @classmethod
    def of(cls, project: Project, part: Part) -> Listed:
        """What a project knows of one part."""
        return cls(_read(project, part), _read(project, "open"))

    def __contains__(self, entry: Entry) -> bool:
        return entry in self.equivalent or entry in self.open

    def judged(self, where: str, change: str, noticed_by: str | None) -> Mutant:
        """What became of a seeded error, noticed by something or by nothing."""
        if noticed_by:
            return Mutant(where, change, "caught", noticed_by)
        if reason := self.equivalent.get((where, change)):
            return Mutant(where, change, "equivalent", reason)
        if reason := self.open.get((where, change)):
            return Mutant(where, change, "open", reason)
        return Mutant(where, change, "survived", "nothing notices it")


def entries(project: Project) -> Iterator[Entry]:
    """All that is listed, in any part."""
    for name in (*PARTS, "open"):
        yield from _read(project, name)


def _read(project: Project, name: str) -> dict[Entry, str]:
    path = project.record / "not_noticed" / f"{name}.json"
    reasons = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return {
        (where, change): reason for reason, places in reasons.items() for where, changes in places.items() for change in changes
    }
