"""What has changed since it was last found fit: which claims, and which sections' files.

A claim is what it says, in words and symbols, its evidence with the files of all functions of the project that this calls, and
the engines. What was found of it is remembered with the hash of that. A section's files follow from its claims, its module
and what writes them. Where a generated file is no longer what it was after the last run of all sections, every section counts
as changed, since it may be of any. It is for the developer's loop: what evidence reads from a data file, or calls through a
module or a decorator, is not followed, and the whole check is what counts.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import lvicreg
from lvicreg.claims import Claim, Entry, Finding
from lvicreg.codegen.files import write
from lvicreg.engines import Kernel

from .approval import meanings_of, said
from .project import Project
from .uses import called

LIBRARIES = "sympy", "numpy", "autograd", "python-flint", "z3-solver"
CHECKING, WRITING = ("engines", "calculus", "claims"), ("codegen", "project", "conventions")


class Changes:
    """What is remembered of a project, in a file below its root that nothing else reads; and what is otherwise now."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.path = project.root / ".derived.json"
        # as they are before anything is examined: what is edited meanwhile is not taken for what was found fit
        self._digests = {path: _digest(path) for path in (*_below(project.folder), *_tool_files(CHECKING + WRITING))}
        known: dict[str, Any] = {}
        with suppress(FileNotFoundError, ValueError):  # of a damaged file nothing is remembered
            known = json.loads(self.path.read_text(encoding="utf-8"))
        self._claims: dict[str, dict[str, Any]] = known.get("claims", {})
        self._whole: str = known.get("generated", "")  # after the last run of all sections
        self._sections: dict[str, str] = known.get("sections", {}) if self._whole == self._generated() else {}

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
        generated = self._generated() if whole else self._whole
        known = {"generated": generated, "sections": sections, "claims": self._claims | found}
        write({self.path: json.dumps(known, indent=1, ensure_ascii=False) + "\n"})

    def _of_claim(self, claim: Claim) -> str:
        parts = (part for check in claim.evidence for part in vars(check).values())
        separate = {Path(inspect.getfile(function)) for part in parts for function in called(part, self.project.package)}
        return _hashed([json.dumps(said(claim)), self._of(separate), self._of(_tool_files(CHECKING)), _versions()])

    def _of_section(self, name: str) -> str:
        project = self.project
        others = {project.folder / f"{other}.py" for other in project.sections if other != name}
        beside = (path for path in project.folder.rglob("*.*") if path.suffix not in (".py", ".pyc"))
        files = {*project.folder.glob("*.py"), *beside} - others
        claims = (self._of_claim(claim) for claim in project.section(name).claims)
        layers = map(meanings_of, project.layers.values())  # of other sections too, by which pages are printed
        return _hashed([self._of(files), *claims, *layers, self._of(_tool_files(WRITING))])

    def _generated(self) -> str:
        """What is written, as it is now, and the names of the files that it lists."""
        project = self.project
        packages = [project.folder_of(generated) for generated in (project.rules_package, project.losses_package)]
        written = [path for folder in (*packages, project.pages) for path in _below(folder)]
        alone = [path for path in (project.root / "README.md",) if path.exists()]
        listed = (
            str(path.relative_to(project.root))
            for folder in ("tests", project.package)
            for path in _below(project.root / folder)
        )
        return _hashed([*map(_digest, sorted(written)), *map(_digest, alone), *sorted(listed)])

    def _of(self, paths: Iterable[Path]) -> str:
        return _hashed(self._digests[path] if path in self._digests else _digest(path) for path in sorted(paths))


def _below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*.*") if path.suffix != ".pyc"]


@cache
def _tool_files(packages: tuple[str, ...]) -> tuple[Path, ...]:
    """The files of packages of this library."""
    folders = (Path(lvicreg.__file__).parent / name for name in packages)
    return tuple(path for folder in folders for path in folder.rglob("*.py"))


def _digest(path: Path) -> str:
    return f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}"


@cache
def _versions() -> str:
    found = [sys.version]
    for library in LIBRARIES:
        try:
            found.append(f"{library} {version(library)}")
        except PackageNotFoundError:
            found.append(f"no {library}")
    return "\n".join(found)


def _hashed(texts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()
