"""A claim on a page: a theorem with its measured status, its proof, and behind folds what was checked and how to cite it.

Theorems are numbered by the book, over all of its pages; a claim's id stands beside the number, and is its permalink.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from lvicreg.claims import Claim, Entry
from lvicreg.claims.plain import plain
from lvicreg.engines import Counterexample, Equation, Exact, Kernel

from ..project import Project
from ..record import Record, as_sentence
from . import notation
from .checked import checked_by, rows
from .equations import Equations, display
from .text import anchor, in_parts, link, linked, named


@dataclass(frozen=True)
class Theorems:
    """The claims of a project, each as a theorem, with equations printed as on its other pages."""

    project: Project
    equations: Equations
    record: Record
    _printed: dict[Claim, list[str]] = field(default_factory=dict)

    def theorem(self, entry: Entry) -> str:
        """A claim as a theorem, its proof, and behind folds what was checked and how to cite it.

        A sentence that the claim says is false stands above the theorem, struck out, with who wrote it and where.
        """
        claim, known = entry.claim, self.project.of_section
        status = f"[{entry.status}]{{.claim-status .{entry.status.slug}}}"
        kernel = f" [{entry.kernel}]{{.claim-kernel}}" if entry.kernel else ""
        lines = [
            f"````{{prf:theorem}} {claim.title}",
            f":label: {anchor(claim.id)}",
            "",
            f"[{named(claim.id)}]{{.claim-id}}",
            "",
            in_parts(linked(claim.tex, known)),
        ]
        if claim.assumptions:
            lines += ["", f"*Assumed:* {linked('; '.join(claim.assumptions), known)}."]
        lines += ["", "```{div} claim-standing", f"{status}{kernel} {checked_by(entry)}", *self._beside(claim), "```"]
        parts = [_false(entry)] if claim.said else []
        parts.append("\n".join([*lines, "````"]))
        parts.append(f"````{{prf:proof}}\n{in_parts(linked(claim.proof, known))}\n````")
        body = "\n\n".join(self._checked(entry))
        parts.append(f"`````{{dropdown}} How {claim.id} was checked\n{body}\n`````")
        parts.append(f"````{{dropdown}} Cite {claim.id}\n{self._cited(claim)}\n````")
        return "\n\n".join(parts)

    def _beside(self, claim: Claim) -> Iterator[str]:
        """What a claim rests on, what rests on it, and what its symbols mean."""
        titles = {other.id: other.title for other in self.project.claims}
        users = [other.id for other in self.project.claims if claim.id in other.rests_on]
        for words, others in (("Rests on", claim.rests_on), ("Used by", users)):
            if others:
                yield f"\n*{words}:* {', '.join(f'{link(other)} ({titles[other]})' for other in others)}."
        if symbols := self._symbols(claim, " ".join((claim.tex, *claim.assumptions))):
            yield f"\n*Symbols:* {symbols}."

    def _symbols(self, claim: Claim, text: str) -> str:
        """Links to what the symbols of a text mean on the claim's page."""
        return notation.links(self.project.index, self.project.of_section[claim.id], text)

    def _cited(self, claim: Claim) -> str:
        """What to write where a claim is cited; the book fills in its version, commit and date when it is built."""
        name = self.project.rules_package.package.partition(".")[0]
        cited = f"{name} <version>, commit <commit> (<date>), claim {claim.id}: {plain(claim.title)}"
        return f"```{{code-block}} text\n:class: claim-cite\n{cited}\n```"

    def _checked(self, entry: Entry) -> Iterator[str]:
        """All that stands behind a claim."""
        claim = entry.claim
        equations = self.printed(claim)
        yield from equations
        if symbols := self._symbols(claim, " ".join(equations).replace("$$", "$")):
            yield f"*Symbols:* {symbols}."
        yield "\n".join(["| evidence | engine | found |", "|---|---|---|", *rows(entry)])
        for check in claim.evidence:
            if isinstance(check, Counterexample):
                yield f"The counterexample:\n\n```python\n{check.code}\n```"
            if isinstance(check, Kernel) and check.on_record:
                stated = "\n\n".join(_stated(check, theorem) for theorem in check.theorems)
                yield f"Accepted by the kernel, in the files of {{ref}}`source-formal`:\n\n```coq\n{stated}\n```"
        seeded = self.record.of(claim)
        yield f"Seeded errors: {as_sentence(seeded) if seeded else 'none on record for the claim as it stands.'}"
        functions = [f for f in self._functions() if claim.id in f[1]]
        if functions:
            yield "Functions generated on its ground: " + ", ".join(f"{{py:func}}`~{name}`" for name, _ in functions) + "."
        package, name = self.project.package, self.project.of_section[claim.id]
        yield (
            f"Stated in {{ref}}`{package}/{name}.py <source-{package}-{name}>`; source: {claim.source}. To check it again: "
            f"`{self.project.command} {name}`, and "
            f"{{ref}}`the test <source-tests-test_claims>` `python -m pytest tests/{package}/test_claims.py -k {claim.id}`."
        )

    def printed(self, claim: Claim) -> list[str]:
        """The equations of a claim, whatever was found of them; printed once, since it takes a while."""
        if claim not in self._printed:
            equations = replace(self.equations, names=self.project.printed(self.project.of_section[claim.id]))
            beside = tuple(e for check in claim.evidence if isinstance(check, Exact) for e in check.holds)
            parts = ((claim.holds + beside, "Verified"), (claim.fails, "Shown to fail"))
            self._printed[claim] = [text for held, said in parts for text in _grouped(equations, held, said)]
        return self._printed[claim]

    def _functions(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Every generated function, and the claims on whose ground it is."""
        for rules in self.project.rules_of(self.project.sections).values():
            yield from ((f"{self.project.rules_package.package}.{rule.name}", rule.claims) for rule in rules)
        for losses in self.project.losses_of(self.project.sections).values():
            yield from ((f"{self.project.losses_package.package}.{loss.name}", loss.claims) for loss in losses)


def _false(entry: Entry) -> str:
    """The sentence in whose place the theorem stands, with its verdict, struck out where that is a refutation."""
    said = entry.claim.said
    if said is None:
        raise ValueError(f"{entry.claim.id} replaces no sentence")
    verdict = f"[{entry.verdict or entry.status}]{{.claim-verdict .{entry.verdict or entry.status.slug}}}"
    sentence, then = said.sentence, "Its error:"
    if said.verdict == "refuted":
        sentence, then = f"[{sentence}]{{.false}}", "The truth in its place:"
    return f"````{{div}} claim-said\n{verdict} {sentence} ({said.source}.) {then}\n````"


def _grouped(printed: Equations, equations: Iterable[Equation], said: str) -> Iterator[str]:
    """Equations by who decided them, and what their names stand for."""
    groups: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for equation in equations:
        group = _decided(equation), tuple(printed.where(equation))
        groups.setdefault(group, []).append(printed.equality(equation))
    for (decided, meanings), shown in groups.items():
        names = f"\n\nwhere\n\n{display(*meanings)}" * bool(meanings)
        yield f"**{said}{decided}:**\n\n{display(*dict.fromkeys(shown))}{names}"


def _decided(equation: Equation) -> str:
    """By which engine, where only one can decide an equation."""
    if "symbolic" not in equation.engines:
        at = " and at ".join(", ".join(f"{name} = {n}" for name, n in sizes.items()) for sizes in equation.sizes)
        return f" in exact numbers only, at {at}"
    return ""


def _stated(kernel: Kernel, theorem: str) -> str:
    """A formal theorem as it is stated, without its proof."""
    file, name = theorem.split(".")
    text = (kernel.folder / f"{file}.v").read_text(encoding="utf-8")
    match = re.search(rf"^Theorem {name}\b.*?\.(?=\s*\n)", text, re.MULTILINE | re.DOTALL)
    if match is None:
        raise ValueError(f"{file}.v has no theorem {name}")
    return match[0]
