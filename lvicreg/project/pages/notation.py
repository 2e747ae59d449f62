"""The index of notation: what each symbol means, and where it comes first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

STRUCTURE = {
    "bar", "cdot", "cos", "dots", "e", "frac", "ge", "langle", "le", "left", "log", "lVert", "mathbb", "max", "neq", "pm",
    "rangle", "right", "rVert", "sin", "sqrt", "sum", "text", "tfrac", "times", "to",
}  # fmt: skip


@dataclass(frozen=True)
class Meaning:
    """A symbol in TeX, what it means, its name and shape in the code if it has them, and the pages that it is for."""

    tex: str
    meaning: str
    code: str = ""
    shape: str = ""
    pages: tuple[str, ...] = ("layer",)


Index = Mapping[str, tuple[Meaning, ...]]


def table(index: Index) -> str:
    """The index as a page has it: a table for each group."""
    return "\n\n".join(f"## {group}\n\n{_rows(meanings)}" for group, meanings in index.items())


def _rows(meanings: Iterable[Meaning]) -> str:
    lines = ["| symbol | meaning | in code | shape | from |", "|---|---|---|---|---|"]
    for each in meanings:
        pages = ", ".join(f"{{doc}}`{page}`" for page in each.pages)
        lines.append(f"| ${each.tex}$ | {each.meaning} | {each.code} | {each.shape} | {pages} |")
    return "\n".join(lines)


def symbols(text: str) -> set[str]:
    """The symbols of the formulas in a text: letters and commands, but for those that only arrange others."""
    found: set[str] = set()
    for formula in re.findall(r"\$([^$]*)\$", text):
        words = set(re.findall(r"\\(?:mathrm|text)\{([A-Za-z]+)\}", formula))
        rest = re.sub(r"\\(?:mathrm|text)\{[^}]*\}", " ", formula)
        letters = {token.removeprefix("\\") for token in re.findall(r"\\[A-Za-z]+|[A-Za-z]", rest)}
        found |= words | (letters - STRUCTURE)
    return found
