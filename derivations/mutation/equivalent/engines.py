"""The seeded errors in the engines, the calculus and the ledger that change nothing, by file and change, and why."""

from __future__ import annotations

ENGINES: dict[tuple[str, str], str] = {}
