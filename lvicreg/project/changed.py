"""What has changed since it was last found fit: which claims, and which sections' files.

A claim is what it says, in words and symbols, its evidence with the files of all functions of the project that this calls, and
the engines. What was found of it is remembered with the hash of that. A section's files follow from its claims, its module
and what writes them. Where a generated file is no longer what it was, every section counts as changed, since it may be of any.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict
from functools import cache, cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import lvicreg
from lvicreg.claims import Claim, Entry, Finding
from lvicreg.codegen.files import write
from lvicreg.engines import Kernel

from .approval import said
from .project import Project
from .uses import called

LIBRARIES = "sympy", "numpy", "autograd", "python-flint", "z3-solver"
CHECKING, WRITING = ("engines", "calculus", "claims"), ("codegen", "project", "conventions")


class Changes:
    """What is remembered of a project, in a file below its root that nothing else reads; and what is otherwise now."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.path = project.root / ".derived.json"
        known: dict[str, Any] = {}
        with suppress(FileNotFoundError, ValueError):  # of a damaged file nothing is remembered
            known = json.loads(self.path.read_text(encoding="utf-8"))
        self._claims: dict[str, dict[str, Any]] = known.get("claims", {})
        self._sections: dict[str, str] = known.get("sections", {}) if known.get("generated") == self._generated() else {}

    def findings(self, claim: Claim) -> tuple[Finding, ...] | None:
        """What was found of a claim as it stands, without what a kernel found; None where nothing was."""
        known = self._claims.get(claim.id, {})
        return tuple(Finding(**each) for each in known["findings"]) if known.get("hash") == self._of_claim(claim) else None

    @property
    def sections(self) -> list[str]:
        """Those whose files may be others now."""
        return [name for name in self.project.sections if self._sections.get(name) != self._of_section(name)]

    def remember(self, entries: Sequence[Entry], names: Sequence[str]) -> None:
        """Put down that these sections are fit as they stand now, and what was found of their claims."""
        found = {
            entry.claim.id: {
                "hash": self._of_claim(entry.claim),
                "findings": [asdict(finding) for finding in entry.findings if finding.kind != Kernel.kind],
            }
            for entry in entries
        }
        whole = set(names) == set(self.project.sections)
        # unless all were written, a generated file of another section may not be what that derives
        sections = self._sections | {name: self._of_section(name) for name in names} if self._sections or whole else {}
        known = {"generated": self._generated(), "sections": sections, "claims": self._claims | found}
        write({self.path: json.dumps(known, indent=1, ensure_ascii=False) + "\n"})

    def _of_claim(self, claim: Claim) -> str:
        parts = (part for check in claim.evidence for part in vars(check).values())
        separate = {Path(inspect.getfile(function)) for part in parts for function in called(part, self.project.package)}
        return _hashed([json.dumps(said(claim)), _of_files(separate), _tools(CHECKING), _versions()])

    def _of_section(self, name: str) -> str:
        project = self.project
        others = {project.folder / f"{other}.py" for other in project.sections if other != name}
        beside = (path for path in project.folder.rglob("*.*") if path.suffix not in (".py", ".pyc"))
        files = {*project.folder.glob("*.py"), *beside} - others
        claims = (self._of_claim(claim) for claim in project.section(name).claims)
        return _hashed([_of_files(files), *claims, _tools(WRITING)])

    @cached_property
    def _folders(self) -> list[Path]:
        project = self.project
        return [project.folder_of(project.rules_package), project.folder_of(project.losses_package), project.pages]

    def _generated(self) -> str:
        return _of_files(path for folder in self._folders for path in folder.rglob("*.*") if path.suffix != ".pyc")


@cache
def _tools(packages: tuple[str, ...]) -> str:
    folders = (Path(lvicreg.__file__).parent / name for name in packages)
    return _of_files(path for folder in folders for path in folder.rglob("*.py"))


@cache
def _versions() -> str:
    found = [sys.version]
    for library in LIBRARIES:
        try:
            found.append(f"{library} {version(library)}")
        except PackageNotFoundError:
            found.append(f"no {library}")
    return "\n".join(found)


def _of_files(paths: Iterable[Path]) -> str:
    return _hashed(f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}" for path in sorted(paths))


def _hashed(texts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()
