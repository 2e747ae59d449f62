"""Claims, and the ledger of what was found about them.

``claim`` says what a claim is, ``ledger`` runs the engines (``lvicreg.engines``) on it and measures a status; ``mutants``
breaks expressions.
"""

from .claim import Claim
from .ledger import Entry, Finding, examine, measure, to_json

__all__ = ["Claim", "Entry", "Finding", "examine", "measure", "to_json"]
