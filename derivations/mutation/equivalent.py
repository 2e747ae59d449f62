"""The seeded errors that say the same mathematics, each with the reason why.

One that a test notices, or that no longer arises, has no place here: the runners refuse it.
"""

from __future__ import annotations

GENERATED: dict[tuple[str, str], str] = {}
