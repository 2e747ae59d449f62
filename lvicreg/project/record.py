"""The record of seeded errors: how many were put into what is claimed, checked and generated, and what became of them.

It has an entry for each claim, for what fails in it, for its own evidence, for each definition, for each file of separately
written evidence and of what checks the claims, and for each generated function. An entry is a statement about these as they
were, by a hash of what they say. What has changed since has nothing on record.
"""

from __future__ import annotations

import ast
import hashlib
import json
import tokenize
from collections import ChainMap, Counter
from collections.abc import Iterable
from functools import cache, cached_property
from io import StringIO
from pathlib import Path
from typing import Any, Literal, NamedTuple

from lvicreg.claims import Claim
from lvicreg.claims.mutants import mutants as broken
from lvicreg.claims.mutants import written
from lvicreg.engines import Counterexample, Equation, Locality

from .approval import meanings_of
from .project import Project
from .uses import defined, derivatives, users

FAILING, OF_CLAIM, DEFINITION = "what fails in ", "evidence of ", "definition "  # a claim; or a pattern and its meaning
KINDS = ("claims", "evidence", "engines", "functions", "definitions")
COUNTS = ("mutants", "caught", "equivalent", "open")
LEFT_OUT = ("__init__.py", "mutants.py")  # the latter makes seeded errors: one in it is one more
Score = dict[str, int]  # how many mutants, and how many of them caught, equivalent, and known and open
Outcome = Literal["caught", "equivalent", "open", "survived"]


class Mutant(NamedTuple):
    """One seeded error and what became of it."""

    where: str  # what the record calls the place: a claim's id, a file, the name of a generated function
    change: str  # the operation broken, and what stands in its place
    outcome: Outcome
    detail: str  # by what it was caught, or why it is equivalent, or known and open


class Record:
    """What is on record of a project, as it stands in a file, and of what it is to be: of these claims, by default all."""

    def __init__(self, project: Project, claims: Iterable[Claim] | None = None) -> None:
        self.project = project
        self.path = project.record / "score.json"
        self._claims = claims

    @cached_property
    def entries(self) -> dict[str, dict[str, Any]]:
        """Every entry, fit or not."""
        return json.loads(self.path.read_text(encoding="utf-8")) if self.path.exists() else {}

    def of(self, claim: Claim) -> Score | None:
        """What is on record for a claim as it stands: for what is to hold and to fail of it, and its own evidence."""
        entries = [(self.entries.get(where, {}), found) for where, found in _of_claim(claim).items()]
        if not entries or any(entry.get("fingerprint") != found for entry, found in entries):
            return None
        return _sum(entry for entry, _ in entries)

    def updated(self, mutants: Iterable[Mutant], whole: bool) -> str:
        """The text of the record after a run; where that was not of the whole, what there still is of the rest stays on it."""
        known = {} if whole else {where: entry for where, entry in self.entries.items() if where in self.places}
        found = {where: {"fingerprint": self.places.get(where, ""), **score(some)} for where, some in by_place(mutants).items()}
        return json.dumps(dict(sorted({**known, **found}.items())), indent=1, ensure_ascii=False) + "\n"

    @cached_property
    def places(self) -> dict[str, str]:
        """All that can be on record, with its hash; of a definition none, since its meaning is part of its name."""
        claims = list(self.project.claims if self._claims is None else self._claims)
        definitions = {defined(*each): "" for each in users(claims) if any(True for _ in broken(each[1]))}
        return self._functions | self._files | definitions | dict(ChainMap(*map(_of_claim, claims)))

    @cached_property
    def missing(self) -> set[str]:
        """Those of ``places`` that are new or have changed since they were put on record."""
        return {where for where, found in self.places.items() if self.entries.get(where, {}).get("fingerprint") != found}

    @cached_property
    def in_words(self) -> str:
        """One line on all that is on record, kind by kind, and on how much of this there is nothing."""
        missing = self.missing
        fit = {name: entry for name, entry in self.entries.items() if name in self.places.keys() - missing}
        totals = {each: _sum(entry for name, entry in fit.items() if self.kind(name) == each) for each in KINDS}
        told = [f"{total['mutants']} in {each}, {_noticed(total)}" for each, total in totals.items() if total["mutants"]]
        line = f"Seeded errors on record: {'; '.join(told) or 'none'}."
        more = f" Nothing is on record of {len(missing)} that are new or have changed: {self.project.seeding} --missing --write"
        return line + (more if missing else "")

    def kind(self, where: str) -> str:
        """Which of ``KINDS`` an entry of the record is of."""
        if where.startswith(DEFINITION):
            return "definitions"
        if where.startswith((OF_CLAIM, self.project.independent)):
            return "evidence"
        if where.startswith(self.project.checkers):
            return "engines"
        return "functions" if where in self._functions else "claims"

    @cached_property
    def _functions(self) -> dict[str, str]:
        """The hash of each generated function; read, not imported, since one may be missing and about to be written."""
        found = {}
        for generated, prefix in ((self.project.rules_package, ""), (self.project.losses_package, "losses.")):
            for path in sorted(self.project.folder_of(generated).glob("[!_]*.py")):
                text = path.read_text(encoding="utf-8")
                for node in ast.parse(text).body:
                    if isinstance(node, ast.FunctionDef):
                        source = f"{ast.get_source_segment(text, node)}\n"
                        found[f"{prefix}{node.name}"] = hashlib.sha256(source.encode()).hexdigest()
        return found

    @cached_property
    def _files(self) -> dict[str, str]:
        """The hash of each file in which code is broken."""
        folders = self.project.independent, *self.project.checkers
        paths = (path for folder in folders for path in files(self.project.root / folder))
        return {path.relative_to(self.project.root).as_posix(): _hash([code_of(path)]) for path in paths}


def files(folder: Path) -> list[Path]:
    """The modules of a folder, and of the folders in it, in which code is broken."""
    return sorted(path for path in folder.rglob("*.py") if path.name not in LEFT_OUT)


def by_place(mutants: Iterable[Mutant]) -> dict[str, list[Mutant]]:
    """The mutants of each claim, definition and function."""
    places: dict[str, list[Mutant]] = {}
    for mutant in mutants:
        places.setdefault(mutant.where, []).append(mutant)
    return places


def score(mutants: Iterable[Mutant]) -> Score:
    """The counts over some mutants."""
    outcomes = Counter[str](mutant.outcome for mutant in mutants)
    return {"mutants": outcomes.total(), **{count: outcomes[count] for count in COUNTS[1:]}}


def as_sentence(counts: Score) -> str:
    """A score in words: ``41, all but 2 noticed, which change nothing.``."""
    return f"{counts['mutants']}, {_noticed(counts)}."


def _noticed(counts: Score) -> str:
    nothing, known = counts["equivalent"], counts["open"]
    if not nothing and not known:
        return "all noticed"
    change = f"{nothing} that {'change' if nothing > 1 else 'changes'} nothing" if nothing else ""
    left = f"{known} that {'are' if known > 1 else 'is'} open" if known else ""
    return f"all noticed but {' and '.join(filter(None, (change, left)))}"


def _sum(entries: Iterable[dict[str, Any]]) -> Score:
    total = Counter[str]()
    for entry in entries:
        total.update({count: entry.get(count, 0) for count in COUNTS})
    return {count: total[count] for count in COUNTS}


# --- what an entry is a statement about ----------------------------------------------------------------------------------
def fingerprint(claim: Claim) -> str:
    """The hash of what is to hold of a claim, in symbols."""
    said = [f"{d.claimed} at {d.sizes}, {d.values} where {meanings_of(d.definitions)}" for d in derivatives(claim)]
    return _hash([*map(_said, claim.holds), *said])


@cache
def _of_claim(claim: Claim) -> dict[str, str]:
    """The hashes of a claim: of what is to hold, of what is to fail, and of its own evidence, where there is any."""
    found = {claim.id: fingerprint(claim)} if claim.holds else {}
    if any(map(_can_be_broken, claim.fails)):
        found[FAILING + claim.id] = _hash(map(_said, claim.fails))
    evidence = [_told(each) for each in claim.evidence if isinstance(each, (Counterexample, Locality))]
    return found | ({OF_CLAIM + claim.id: _hash(evidence)} if evidence else {})


def _said(equation: Equation) -> str:
    by = f"for {equation.sizes} by {equation.engines} where {meanings_of(equation.definitions)}"
    return f"{equation.left} = {equation.right} {by}"


def _can_be_broken(equation: Equation) -> bool:
    """Whether there is anything to break on either side."""
    sides = (equation.left, equation.right), (equation.right, equation.left)
    return any(True for side, other in sides for _ in broken(side, whole=other != 0))


def _told(evidence: Counterexample | Locality) -> str:
    if isinstance(evidence, Counterexample):
        return evidence.code
    parts = ((update, meanings_of(definitions)) for update, definitions in (*evidence.local, *evidence.nonlocal_))
    return f"{evidence.target}: {len(evidence.local)} of {list(parts)}"


def code_of(path: Path) -> str:
    """The text of a file without docstrings, comments and empty lines."""
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    for token in tokenize.generate_tokens(StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            row, column = token.start
            lines[row - 1] = lines[row - 1][:column]
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node) is not None:
            first, last = node.body[0].lineno, node.body[0].end_lineno or 0
            lines[first - 1 : last] = [""] * (last - first + 1)
    return "\n".join(line.rstrip() for line in lines if line.strip())


def _hash(texts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(map(written, texts)).encode()).hexdigest()
