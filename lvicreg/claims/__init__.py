"""Claims, and the ledger of what was found about them.

``claim`` says what a claim is, ``ledger`` runs the engines (``lvicreg.engines``) on it and measures a status; ``mutants``
breaks expressions.
"""

from .claim import Claim, Said
from .ledger import Entry, Finding, Status, counted, examine, measure, to_json

__all__ = ["Claim", "Entry", "Finding", "Said", "Status", "counted", "examine", "measure", "to_json"]
