"""Seeded errors in what checks the claims: the engines, the calculus and the ledger, judged by their own tests (``tested``)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path

import lvicreg
from derivations.mutation import Mutant
from derivations.mutation.code import CODE, Place, Subject, definitions
from derivations.mutation.equivalent import ENGINES
from derivations.mutation.tested import TESTS, Progress
from derivations.mutation.tested import run as tested

PACKAGES = ("engines", "calculus", "claims")
PACKAGE = Path(lvicreg.__file__).parent
LEFT_OUT = ("__init__", "mutants")  # the latter makes seeded errors: one in it is one more


def run(packages: Sequence[str] = PACKAGES, sample: int | None = None, progress: Progress | None = None) -> list[Mutant]:
    """Every mutant of every function and named value of these packages, or a fixed sample; raises as ``tested.run`` does."""
    found = [subject for package in packages for subject in subjects(package)]
    return tested(found, [TESTS / package for package in PACKAGES], ENGINES, sample, progress)


def subjects(package: str) -> Iterator[Subject]:
    """The functions and named values of a package, to be broken."""
    for path in sorted((PACKAGE / package).glob("*.py")):
        if path.stem not in LEFT_OUT:
            yield from of_module(f"lvicreg.{package}.{path.stem}")


def of_module(module: str) -> Iterator[Subject]:
    """The functions and named values of a module, to be broken."""
    where = f"{module.replace('.', '/')}.py"
    for name, node in definitions(import_module(module)):
        yield Subject(Place(module, name, where, name), node, CODE)
