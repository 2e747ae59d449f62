"""What a person has read and approved: every claim in words, and a digest of the equations that it was read beside.

No machine reads a sentence. So ``approved.json`` keeps each title and statement, its assumptions, its proof, what it says is
false, its source and supports, and what its evidence is, as they were when somebody last compared them with the equations;
where one of these, or an equation, is no longer what it was, the command stops and shows the difference until ``--approve``
names the claim.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from sympy import Expr, Idx, IndexedBase, Symbol, srepr

from lvicreg.calculus import Definitions
from lvicreg.claims import Claim
from lvicreg.claims.mutants import written
from lvicreg.engines import Autodiff, Counterexample, Equation, Evidence, Exact, Kernel, Locality
from lvicreg.engines.kernel import stated

ATOMS = Idx, Symbol, IndexedBase


@cache
def said(claim: Claim) -> dict[str, Any]:
    """All that a claim says in words, and the digest of what it says in symbols."""
    words: dict[str, Any] = {"title": claim.title, "statement": claim.statement, "assumptions": list(claim.assumptions)}
    words |= {"proof": claim.proof, "argued": claim.argued}
    if claim.said:
        words |= {"false": claim.said.sentence, "who": claim.said.source, "verdict": claim.said.verdict}
    words |= {"source": claim.source, "rests on": list(claim.rests_on), "evidence": list(map(described, claim.evidence))}
    return words | {"equations": digest(claim)}


def described(check: Evidence) -> str:
    """A piece of evidence in a line: its kind, and what it is made of."""
    match check:
        case Kernel():
            said = _hash(stated(check.folder, check.theorems))
            return f"{check.kind}, {check.part or 'the whole'}: {', '.join(check.theorems)} of {check.library}, saying {said}"
        case Autodiff():
            at = _hash(f"{check.values} {check.sizes} {check.target} {check.axes} {check.order}")
            claimed = _hashed([check.claimed], check.definitions)
            return f"{check.kind}: {check.loss.__name__} has the derivative {claimed} at {at}"
        case Exact():
            equations = [f"{sign} {_of(e)}" for sign, group in (("=", check.holds), ("≠", check.fails)) for e in group]
            return f"{check.kind}: {', '.join(equations)}"
        case Counterexample():
            return f"{check.kind}: {_hash(check.code)}"
        case Locality():
            local, nonlocal_ = ([_hashed([u], d) for u, d in group] for group in (check.local, check.nonlocal_))
            return f"{check.kind} of {check.target} by {_hash(str(check.synapse))}: {local}, and not {nonlocal_}"
    function = next((value for value in vars(check).values() if callable(value)), None)
    return f"{check.kind}: {function.__name__}" if function else check.kind


def digest(claim: Claim) -> str:
    """The hash of the equations of a claim, of those that hold and those that fail, and of what its formulas are."""
    equations = [f"{sign} {_of(e)}" for sign, group in (("=", claim.holds), ("≠", claim.fails)) for e in group]
    return _hash("\n".join([*equations, *(_hashed([formula], claim.meanings(formula)) for formula in claim.states)]))


def _of(equation: Equation) -> str:
    sides = _hashed([equation.left, equation.right], equation.definitions)
    return _hash(f"{sides} for {equation.sizes} by {equation.engines}")


def _hashed(expressions: Sequence[Expr], definitions: Definitions) -> str:
    """The hash of expressions and of what their names stand for: of their text, and of what a symbol's text leaves out."""
    atoms = _atoms_of(definitions).union(*(expr.atoms(*ATOMS) for expr in expressions))
    symbols = sorted(filter(None, map(_spelled, atoms)))
    return _hash("\n".join([*map(written, expressions), meanings_of(definitions), *symbols]))


@cache
def _atoms_of(definitions: Definitions) -> frozenset[Expr]:
    return frozenset().union(*(part.atoms(*ATOMS) for name in definitions for part in definitions[name]))


@cache
def _spelled(atom: Expr) -> str:
    """What an atom is, with all that is assumed of it; of a fresh index nothing."""
    return "" if "_fresh" in str(atom) else written(srepr(atom))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@cache
def meanings_of(definitions: Definitions) -> str:
    """The text of all definitions."""
    return written("; ".join(f"{pattern} := {meaning}" for pattern, meaning in map(definitions.__getitem__, definitions)))


class Approvals:
    """What is on record in a file, by claim."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def known(self) -> dict[str, Any]:
        """What was approved, by claim."""
        found: dict[str, Any] = json.loads(self.path.read_text(encoding="utf-8")) if self.path.exists() else {}
        return found

    def record(self, claims: Sequence[Claim], now: Collection[str] = ()) -> str:
        """The record with those of ``now`` approved as they are; claims that are no more are left out where all are given."""
        known = self.known
        kept = {claim.id: said(claim) if claim.id in now else known.get(claim.id) for claim in claims}
        return json.dumps({name: words for name, words in kept.items() if words}, indent=1, ensure_ascii=False) + "\n"

    def differing(self, claims: Sequence[Claim]) -> list[str]:
        """The claims that are not what was approved."""
        known = self.known
        return [claim.id for claim in claims if known.get(claim.id) != said(claim)]
