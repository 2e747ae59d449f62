"""What every engine is: a check that can say no.

``run`` returns in a few words what was found. It raises ``Contradiction`` where the claim is wrong or where the check could not
have failed, and ``EngineMissing`` where what it needs is not installed; the ledger then says *not run*.
"""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import ClassVar, Protocol


class Contradiction(AssertionError):
    """An engine found that a claim is wrong, or that a check could not have failed."""


class EngineMissing(Exception):
    """An engine is not installed, so its check was not run."""


class Evidence(Protocol):
    """What a claim needs of an engine."""

    kind: ClassVar[str]
    engine: ClassVar[str]

    def run(self) -> str:
        """Check, and say in a few words what was found."""
        ...


def load(name: str) -> ModuleType:
    """The engine's module; an import that fails anywhere else is a broken check, not a missing engine."""
    try:
        return importlib.import_module(name)
    except ImportError as missing:
        raise EngineMissing(f"{name} is not installed") from missing
