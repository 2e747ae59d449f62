"""A project: a package of sections, each a module of claims and rules, and where what follows from them is kept.

A section has a ``TITLE`` and its ``claims``, and reads from top to bottom like a paper's. It may also have

* ``rules`` and ``loss_functions``, of which functions are generated;
* ``LAYERS``, definitions by name, which pages show; what the first one of the project defines is known on every page;
* ``TABLES``, by name a function of what was found, which writes a table for a page;
* ``PRINTED``, names that are printed otherwise than in the project's other sections.

Beside its sections the package has a module ``notation`` with ``LATEX``, how names are printed; a module ``symbols`` with
``INDEX``, what each symbol of its statements means; a package ``independent`` with
what is written separately, as evidence; and a folder ``record`` of what was approved and noticed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # so that a project can be named where SymPy is not needed
    from lvicreg.calculus import Definitions
    from lvicreg.claims import Claim
    from lvicreg.codegen.rule import LossFunction, Rule
    from lvicreg.project.pages.notation import Index


@dataclass(frozen=True)
class Generated:
    """A package of generated functions, and what its docstring says: a title, and how to call them."""

    package: str
    title: str
    guide: str


@dataclass(frozen=True)
class Project:
    """A package of sections below a root folder, what is generated from it, and the files that its pages list by group."""

    package: str
    sections: tuple[str, ...]
    root: Path
    rules_package: Generated
    losses_package: Generated
    sources: tuple[tuple[str, tuple[str, ...]], ...]  # by group, patterns of files below the root
    checkers: tuple[str, ...]  # packages of what checks the claims, to be broken too

    def __getstate__(self) -> dict[str, Any]:
        """What it was told: another process imports the sections itself."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def section(self, name: str) -> ModuleType:
        """The module of a section."""
        return import_module(f"{self.package}.{name}")

    def claims_of(self, names: Iterable[str]) -> list[Claim]:
        """The claims of some sections, in their order."""
        return [claim for name in names for claim in self.section(name).claims]

    @cached_property
    def claims(self) -> list[Claim]:
        """Every claim."""
        return self.claims_of(self.sections)

    @cached_property
    def of_section(self) -> Mapping[str, str]:
        """The section of each claim, by its id."""
        return {claim.id: name for name in self.sections for claim in self.section(name).claims}

    def rules_of(self, names: Iterable[str]) -> dict[str, tuple[Rule, ...]]:
        """The rules of those of some sections that have any."""
        return self._collected("rules", names)

    def losses_of(self, names: Iterable[str]) -> dict[str, tuple[LossFunction, ...]]:
        """The losses of those of some sections that have any."""
        return self._collected("loss_functions", names)

    def _collected(self, attribute: str, names: Iterable[str]) -> dict[str, tuple[Any, ...]]:
        found = {name: tuple(getattr(self.section(name), attribute, ())) for name in names}
        return {name: functions for name, functions in found.items() if functions}

    @cached_property
    def layers(self) -> Mapping[str, Definitions]:
        """The definitions that pages show, by name; the first are known on every page."""
        return {name: d for each in self.sections for name, d in getattr(self.section(each), "LAYERS", {}).items()}

    @cached_property
    def latex(self) -> Mapping[str, str]:
        """How names are printed in LaTeX."""
        return import_module(f"{self.package}.notation").LATEX

    def printed(self, section: str) -> Mapping[str, str]:
        """How names are printed in LaTeX in what a section claims."""
        return {**self.latex, **getattr(self.section(section), "PRINTED", {})}

    @cached_property
    def index(self) -> Index:
        """What each symbol of the statements means."""
        return import_module(f"{self.package}.symbols").INDEX

    # --- where things are ----------------------------------------------------------------------------------------------------
    @property
    def folder(self) -> Path:
        """The folder of the package."""
        return self.root / self.package

    @property
    def record(self) -> Path:
        """The folder of what was approved and noticed."""
        return self.folder / "record"

    @property
    def pages(self) -> Path:
        """The folder of the fragments that pages are made of."""
        return self.root / "book" / "_generated"

    @property
    def unfinished(self) -> Path:
        """The marker of a run that has not written all files yet, or was cut off before."""
        return self.root / ".unfinished"

    @property
    def independent(self) -> str:
        """The folder of what is written separately, below the root."""
        return f"{self.package}/independent"

    def folder_of(self, generated: Generated) -> Path:
        """The folder of a generated package."""
        return self.root.joinpath(*generated.package.split("."))

    # --- what is typed ------------------------------------------------------------------------------------------------------
    @property
    def command(self) -> str:
        """What derives, checks and writes all."""
        return f"python -m {self.package}"

    @property
    def seeding(self) -> str:
        """What seeds errors."""
        return f"{self.command}.mutation"
