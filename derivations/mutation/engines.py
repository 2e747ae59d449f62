"""Seeded errors in what checks the claims: the engines, the calculus and the ledger, judged by their own tests (``tested``)."""

from __future__ import annotations

from collections.abc import Sequence

from derivations.mutation import Mutant
from derivations.mutation.code import subjects
from derivations.mutation.equivalent import ENGINES
from derivations.mutation.record import PACKAGES
from derivations.mutation.tested import TESTS, Progress
from derivations.mutation.tested import run as tested


def run(packages: Sequence[str] = PACKAGES, sample: int | None = None, progress: Progress | None = None) -> list[Mutant]:
    """Every mutant of every function and named value of these packages, or a fixed sample; raises as ``tested.run`` does."""
    found = [subject for package in packages for subject in subjects(f"lvicreg/{package}")]
    return tested(found, [TESTS / package for package in PACKAGES], ENGINES, sample, progress)
