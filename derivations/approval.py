"""What a person has read and approved: every claim in words, and a digest of the equations that it was read beside.

No machine reads a sentence. So ``approved.json`` keeps each statement, its assumptions, its argument and what it says is false
as they were when somebody last compared them with the equations; where one of these, or an equation, is no longer what it
was, ``python -m derivations`` stops and shows the difference until ``--approve`` names the claim.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from lvicreg.calculus import Definitions
from lvicreg.claims import Claim
from lvicreg.claims.mutants import written
from lvicreg.engines import Kernel

APPROVED = Path(__file__).with_name("approved.json")


def said(claim: Claim) -> dict[str, Any]:
    """All that a claim says in words, and the digest of what it says in symbols."""
    words: dict[str, Any] = {"statement": claim.statement, "assumptions": list(claim.assumptions), "proof": claim.proof}
    if claim.said:
        words |= {"false": claim.said.sentence, "who": claim.said.source, "verdict": claim.said.verdict}
    parts = [check.part for check in claim.evidence if isinstance(check, Kernel)]
    return words | ({"proven by the kernel": parts[0] or "the whole"} if parts else {}) | {"equations": digest(claim)}


def digest(claim: Claim) -> str:
    """The hash of the equations of a claim, of those that hold and those that fail, and of what its formulas are."""
    equations = [
        f"{left} {sign} {right} for {e.sizes} by {e.engines} where {meanings(e.definitions)}"
        for sign, group in (("=", claim.holds), ("≠", claim.fails))
        for e in group
        for left, right in [(e.left, e.right)]
    ]
    symbols = "\n".join(map(written, (*equations, *claim.states)))
    return hashlib.sha256(symbols.encode()).hexdigest()[:16]


def meanings(definitions: Definitions) -> str:
    """The text of all definitions."""
    return "; ".join(f"{pattern} := {meaning}" for pattern, meaning in map(definitions.__getitem__, definitions))


def approved() -> dict[str, Any]:
    """What is on record, by claim."""
    found: dict[str, Any] = json.loads(APPROVED.read_text(encoding="utf-8")) if APPROVED.exists() else {}
    return found


def record(claims: Sequence[Claim], now: Collection[str] = ()) -> str:
    """The record with these claims approved as they are; claims that are no more are left out where all are given."""
    known = approved()
    kept = {claim.id: said(claim) if claim.id in now else known.get(claim.id) for claim in claims}
    return json.dumps({name: words for name, words in kept.items() if words}, indent=1, ensure_ascii=False) + "\n"


def differing(claims: Sequence[Claim]) -> list[str]:
    """The claims that are not what was approved."""
    known = approved()
    return [claim.id for claim in claims if known.get(claim.id) != said(claim)]
