"""Seeded errors: what is claimed, what checks it and what is generated, broken on purpose in one place at a time.

========== =================================================== =====================================
part       broken                                              noticed by
========== =================================================== =====================================
symbolic   equations, derivatives and definitions of claims    the engines that decide them
evidence   what is written separately, counterexamples         the claims whose evidence calls it
engines    ``lvicreg.engines``, ``calculus`` and ``claims``    their own tests
generated  the functions of ``lvicreg.rules`` and ``losses``   their tests
========== =================================================== =====================================

``code`` says how Python is broken, ``seeding`` puts it in place, ``tested`` runs tests on it. Every such *mutant* must be
noticed, or stand among those of ``equivalent`` with the reason why it changes nothing, or why nothing notices it yet.
``python -m derivations.mutation`` runs them and prints the score; ``record`` keeps it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["caught", "equivalent", "open", "survived"]


@dataclass(frozen=True)
class Mutant:
    """One seeded error and what became of it."""

    where: str  # what the record calls the place: a claim's id, a file, the name of a generated function
    change: str  # the operation broken, and what stands in its place
    outcome: Outcome
    detail: str  # by what it was caught, or why it is equivalent, or known and open
