"""The seeded errors that change nothing: what is broken, how, and why it says the same mathematics."""

from __future__ import annotations

SYMBOLIC: dict[tuple[str, str], str] = {}
"""By claim or definition, and change."""
