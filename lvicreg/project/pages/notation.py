"""The index of notation: what each symbol means, and where it comes first; and which of its rows a statement needs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

STRUCTURE = {
    "bar", "begin", "cdot", "cos", "dots", "e", "end", "frac", "ge", "hat", "infty", "langle", "le", "left", "lfloor", "log",
    "lVert", "mathbb", "mathcal", "max", "neq", "pm", "quad", "rangle", "rfloor", "right", "rVert", "sim", "sin", "sqrt", "sum",
    "text", "tfrac", "tilde", "times", "to",
}  # fmt: skip


@dataclass(frozen=True)
class Meaning:
    """A symbol in TeX, what it means, its name and shape in the code if it has them, and the pages that it is for."""

    tex: str
    meaning: str
    code: str = ""
    shape: str = ""
    pages: tuple[str, ...] = ("layer",)

    @property
    def anchor(self) -> str:
        """The id of its row."""
        return "-".join(["symbol", *re.findall(r"[a-z0-9]+", f"{self.tex} {self.pages[0]}".lower())])

    @property
    def symbols(self) -> dict[str, str]:
        r"""Its symbols, by what they are without indices: ``x`` for ``x_j^b``. Below ``w_0`` and ``c_{+}`` is none."""
        parts = re.split(r", (?![^{]*\})", self.tex)
        return {re.sub(r"(?<=[\w*'])_(\{[a-z]*\}|[a-z])|\^\w$|\(s\)", "", part): part for part in parts}


Index = Mapping[str, tuple[Meaning, ...]]


def table(index: Index) -> str:
    """The index as a page has it: a table for each group."""
    return "\n\n".join(f"## {group}\n\n{_rows(meanings)}" for group, meanings in index.items())


def _rows(meanings: Iterable[Meaning]) -> str:
    lines = ["| symbol | meaning | in code | shape | from |", "|---|---|---|---|---|"]
    for each in meanings:
        pages = ", ".join(f"{{doc}}`{page}`" for page in each.pages)
        meaning = f"[{each.meaning}]{{#{each.anchor} .previewed}}"
        lines.append(f"| ${each.tex}$ | {meaning} | {each.code} | {each.shape} | {pages} |")
    return "\n".join(lines)


def links(index: Index, page: str, text: str) -> str:
    """The symbols of a text on this page, each a link to its row; without sizes and indices, which are the first group."""
    rows = [each for meanings in list(index.values())[1:] for each in meanings]
    formulas = _without_indices(" ".join(re.findall(r"\$([^$]*)\$", text)))
    found = set()
    bases = {base for each in rows for base in each.symbols}
    for base in sorted(bases, key=lambda base: (len(base), base), reverse=True):  # K^* before K, \hat G before G^{bc}
        formulas, times = re.subn(rf"(?<![A-Za-z\\]){re.escape(base)}(?![A-Za-z'])", " ", formulas)
        if times:
            row = min((each for each in rows if base in each.symbols), key=lambda each: _distance(each, page))
            found.add((row, base))
    shown = ((each, [tex for base, tex in each.symbols.items() if (each, base) in found]) for each in rows)
    return ", ".join(f"[${', '.join(symbols)}$](#{each.anchor})" for each, symbols in shown if symbols)


def _without_indices(formulas: str) -> str:
    r"""``x`` of ``x_{j}^{b}``, and ``\\bar z`` and ``K^*`` as the index has them."""
    formulas = re.sub(r"\\(bar|hat|tilde)\{(\w)\}", r"\\\1 \2", formulas)
    formulas = re.sub(r"\^\{(\*|\\circ)\}", r"^\1", formulas)
    return re.sub(r"_[a-z]\b|_\{[a-z]{1,2}(?: (?:\\neq|<) [a-z])?\}|\^\{?[b-dgt]\}?(?![\w(])", "", formulas)


def _distance(each: Meaning, page: str) -> int:
    """How far from a page a row is: for it, for one of the same family, for all, for others."""
    if page in each.pages:
        return 0
    family = page.partition("_")[0]
    return 1 if any(other.partition("_")[0] == family for other in each.pages) else 2 if "layer" in each.pages else 3


def symbols(text: str) -> set[str]:
    """The symbols of the formulas in a text: letters and commands, but for those that only arrange others."""
    found: set[str] = set()
    for formula in re.findall(r"\$([^$]*)\$", text):
        words = set(re.findall(r"\\(?:mathrm|text)\{([A-Za-z]+)\}", formula))
        rest = re.sub(r"\\(?:mathrm|text|begin|end)\{[^}]*\}", " ", formula)
        letters = {token.removeprefix("\\") for token in re.findall(r"\\[A-Za-z]+|[A-Za-z]", rest)}
        found |= words | (letters - STRUCTURE)
    return found
