"""Seeded errors: what is derived and what is generated, broken on purpose in one place at a time.

``symbolic`` breaks the equations and definitions of the claims, ``generated`` the functions of ``lvicreg.rules``. Every such
*mutant* must be noticed, or stand among those of ``equivalent`` with the reason why it says the same mathematics.
``python -m derivations.mutation`` runs them and prints the score.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["caught", "equivalent", "open", "survived"]


@dataclass(frozen=True)
class Mutant:
    """One seeded error and what became of it."""

    where: str  # a claim's id, or the name of a generated function
    change: str  # the operation broken, and what stands in its place
    outcome: Outcome
    detail: str  # by what it was caught, or why it is equivalent, or known and open
