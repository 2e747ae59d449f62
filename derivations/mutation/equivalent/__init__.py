"""The seeded errors that change nothing: what is broken, how, and why it says the same mathematics."""

from .engines import ENGINES
from .evidence import EVIDENCE
from .generated import GENERATED
from .symbolic import SYMBOLIC

__all__ = ["ENGINES", "EVIDENCE", "GENERATED", "SYMBOLIC"]
