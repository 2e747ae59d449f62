"""The record of a whole run: how many seeded errors were put into each claim, and what became of them.

It is a statement about the claims as they were, by the hash of their equations, derivatives and definitions. A claim that
has changed since has nothing on record.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from derivations.mutation import Mutant
from lvicreg.calculus import Definitions
from lvicreg.claims import Autodiff, Claim
from lvicreg.claims.mutants import written

RECORD = Path(__file__).with_name("score.json")
COMMAND = "python -m derivations.mutation"
Score = dict[str, int]  # how many mutants, and how many of them caught and equivalent


def by_place(mutants: Iterable[Mutant]) -> dict[str, list[Mutant]]:
    """The mutants of each claim, definition and function."""
    places: dict[str, list[Mutant]] = {}
    for mutant in mutants:
        places.setdefault(mutant.where, []).append(mutant)
    return places


def score(mutants: Iterable[Mutant]) -> Score:
    """The counts over some mutants."""
    outcomes = Counter(mutant.outcome for mutant in mutants)
    return {"mutants": outcomes.total(), "caught": outcomes["caught"], "equivalent": outcomes["equivalent"]}


def fingerprint(claim: Claim) -> str:
    """The hash of what a claim says in symbols."""
    said = [f"{e.left} = {e.right} for {e.sizes} by {e.engines} where {_meanings(e.definitions)}" for e in claim.holds]
    derivatives = [evidence for evidence in claim.evidence if isinstance(evidence, Autodiff)]
    said += [f"{d.claimed} at {d.sizes}, {d.values} where {_meanings(d.definitions)}" for d in derivatives]
    return hashlib.sha256("\n".join(map(written, said)).encode()).hexdigest()


def _meanings(definitions: Definitions) -> str:
    return "; ".join(f"{pattern} := {meaning}" for pattern, meaning in map(definitions.__getitem__, definitions))


def as_record(mutants: Iterable[Mutant], claims: Iterable[Claim]) -> str:
    """The text of the record of a whole run."""
    places = by_place(mutants)
    scores = {claim.id: {"fingerprint": fingerprint(claim), **score(places.get(claim.id, []))} for claim in claims}
    total = score(mutant for found in places.values() for mutant in found)
    return json.dumps({"total": total, "claims": scores}, indent=2) + "\n"


@cache
def _recorded() -> dict[str, dict]:
    return json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else {"total": {}, "claims": {}}


def on_record(claim: Claim) -> Score | None:
    """What is on record for a claim as it stands."""
    known = dict(_recorded()["claims"].get(claim.id, {}))
    return known if known.pop("fingerprint", None) == fingerprint(claim) else None


def in_words(claims: Iterable[Claim]) -> str:
    """One line on the whole record, and on how many of these claims it does not fit."""
    total = _recorded()["total"]
    unfit = sum(on_record(claim) is None for claim in claims)
    line = f"Seeded errors on record: {as_sentence(total)}" if total else "No seeded errors are on record."
    return line + (f" {unfit} claims have changed since or are new: {COMMAND} --write" if total and unfit else "")


def as_sentence(counts: Score) -> str:
    """``41, all but 2 noticed; those 2 change nothing.``"""
    unnoticed = counts["equivalent"]
    if not unnoticed:
        return f"{counts['mutants']}, all noticed."
    those = f"those {unnoticed} change" if unnoticed > 1 else "that one changes"
    return f"{counts['mutants']}, all but {unnoticed} noticed; {those} nothing."
