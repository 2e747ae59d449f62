"""The seeded errors that change something and that nothing notices yet, by place and change, and why not."""

from __future__ import annotations

OPEN: dict[tuple[str, str], str] = {}
