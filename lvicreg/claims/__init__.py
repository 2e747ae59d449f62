"""Claims, the engines that check them, and the ledger of what was found.

``claim`` says what a claim is, ``evidence`` which engines there are, ``ledger`` runs them and measures a status. The
engines are ``exact`` (with ``surds``, ``points`` and ``distributions``), ``arrays`` and ``kernel``.
"""

from .claim import Claim, Equation
from .evidence import (
    Autodiff,
    Contradiction,
    Counterexample,
    Fractions,
    Locality,
    Numbers,
    Polynomials,
    Solver,
)
from .kernel import Kernel
from .ledger import Entry, Finding, examine, measure, to_json

__all__ = [
    "Autodiff",
    "Claim",
    "Contradiction",
    "Counterexample",
    "Entry",
    "Equation",
    "Finding",
    "Fractions",
    "Kernel",
    "Locality",
    "Numbers",
    "Polynomials",
    "Solver",
    "examine",
    "measure",
    "to_json",
]
