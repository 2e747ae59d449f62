"""The seeded errors in separately written evidence that change nothing, by file or claim and change, and why."""

from __future__ import annotations

EVIDENCE: dict[tuple[str, str], str] = {}
