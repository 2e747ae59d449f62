"""Seeded errors in what checks the claims: the engines, the calculus and the ledger, judged by their own tests (``tested``)."""

from __future__ import annotations

from collections.abc import Container, Sequence

from lvicreg.project import Project
from lvicreg.project.record import Mutant

from .code import subjects
from .listed import Listed
from .tested import Progress
from .tested import run as tested


def run(
    project: Project,
    packages: Sequence[str],
    sample: int | None = None,
    progress: Progress | None = None,
    only: Container[str] | None = None,
) -> list[Mutant]:
    """Every mutant of every function and named value of these packages, or of some files only, or a fixed sample.

    Raises:
        RuntimeError: as ``tested.run`` does.
    """
    found = [subject for package in packages for subject in subjects(project.root, package)]
    if only is not None:
        found = [subject for subject in found if subject.place.where in only]
    tests = [project.root / "tests" / name_of(package) for package in project.checkers]
    return tested(found, tests, Listed.of(project, "engines"), sample, progress)


def name_of(package: str) -> str:
    """What the command line calls a package: ``engines``."""
    return package.rpartition("/")[2]
