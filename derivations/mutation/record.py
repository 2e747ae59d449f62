"""The record of runs: how many seeded errors were put into each claim, definition and function, and what became of them.

It is a statement about claims and functions as they were, by a hash of what they say. One that has changed since has nothing
on record.
"""

from __future__ import annotations

import ast
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from derivations.mutation import Mutant
from lvicreg.calculus import Definitions
from lvicreg.claims import Claim
from lvicreg.claims.mutants import written
from lvicreg.engines import Autodiff

RECORD = Path(__file__).with_name("score.json")
PACKAGE = Path(__file__).resolve().parents[2] / "lvicreg"
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


def _functions() -> Iterator[tuple[str, str]]:
    """The generated functions and their sources; read, not imported, since one may be missing and about to be written."""
    for folder, prefix in (("rules", ""), ("losses", "losses.")):
        for path in sorted((PACKAGE / folder).glob("[!_]*.py")):
            text = path.read_text(encoding="utf-8")
            for node in ast.parse(text).body:
                if isinstance(node, ast.FunctionDef):
                    yield f"{prefix}{node.name}", f"{ast.get_source_segment(text, node)}\n"


def _fingerprints(claims: Iterable[Claim]) -> dict[str, str]:
    """The hash of every claim and generated function as it stands; a definition's meaning is part of its name.

    A claim of which nothing holds, but only fails, has nothing to break.
    """
    hashes = {name: hashlib.sha256(source.encode()).hexdigest() for name, source in _functions()}
    return hashes | {claim.id: fingerprint(claim) for claim in claims if claim.holds}


def as_record(mutants: Iterable[Mutant], claims: Iterable[Claim], whole: bool) -> str:
    """The text of the record after a run; where that was not of the whole, the rest stays on it."""
    known, hashes = ({} if whole else _recorded()), _fingerprints(claims)
    found = {where: {"fingerprint": hashes.get(where, ""), **score(some)} for where, some in by_place(mutants).items()}
    return json.dumps(dict(sorted({**known, **found}.items())), indent=1, ensure_ascii=False) + "\n"


@cache
def _recorded() -> dict[str, dict[str, Any]]:
    return json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else {}


def on_record(claim: Claim) -> Score | None:
    """What is on record for a claim as it stands."""
    known = dict(_recorded().get(claim.id, {}))
    return known if known.pop("fingerprint", None) == fingerprint(claim) else None


def in_words(claims: Iterable[Claim]) -> str:
    """One line on all that is on record, and on how many of these claims and of the functions nothing is."""
    hashes = _fingerprints(claims)
    unfit = sum(_recorded().get(name, {}).get("fingerprint") != found for name, found in hashes.items())
    fit = [entry for name, entry in _recorded().items() if hashes.get(name, entry["fingerprint"]) == entry["fingerprint"]]
    total = {count: sum(entry[count] for entry in fit) for count in ("mutants", "caught", "equivalent")}
    line = f"Seeded errors on record: {as_sentence(total)}"
    return line + (f" Nothing is on record of {unfit} that are new or have changed: {COMMAND} --write" if unfit else "")


def as_sentence(counts: Score) -> str:
    """``41, all but 2 noticed; those 2 change nothing.``"""
    unnoticed = counts["equivalent"]
    if not unnoticed:
        return f"{counts['mutants']}, all noticed."
    those = f"those {unnoticed} change" if unnoticed > 1 else "that one changes"
    return f"{counts['mutants']}, all but {unnoticed} noticed; {those} nothing."
