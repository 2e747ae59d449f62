r"""Statements in plain text, for a terminal and for tables: ``$\lVert w \rVert^2 = 1/\lambda$`` as ``‖w‖² = 1/λ``.

What a fraction or a root holds is put in brackets where it is more than one symbol, so that no precedence is lost. A command
that is not known is an error, not left out.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from pylatexenc.latex2text import LatexNodes2Text, MacroTextSpec, get_default_latex_context_db

SUPERSCRIPTS = str.maketrans("0123456789−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
CLOSE, SHUT = "\0", "\1"  # after what stands close to what follows, before what stands close to what is before it
COMMANDS = {
    "sum": "Σ", "lVert": f"‖{CLOSE}", "rVert": f"{SHUT}‖", "langle": f"⟨{CLOSE}", "rangle": f"{SHUT}⟩", "lvert": f"|{CLOSE}",
    "rvert": f"{SHUT}|", "lfloor": f"⌊{CLOSE}", "rfloor": f"{SHUT}⌋",
    "neq": "≠", "le": "≤", "ge": "≥", "to": "→", "iff": "⇔", "propto": "∝", "top": "ᵀ", "cdot": f"·{CLOSE}", "times": "×",
    "partial": f"∂{CLOSE}", "circ": "°", "dots": "…", "log": "log ", "max": "max", "sin": "sin", "cos": "cos",
    "nabla": f"∇{CLOSE}", "pm": f"±{CLOSE}", "varepsilon": "ε", "infty": "∞", "ell": "ℓ", "Vert": "‖", "left": "", "right": "",
    "!": "", ",": " ",
}  # fmt: skip
KEPT = ("mathrm", "mathbb", "bar", "hat", "tilde", "sqrt", "frac")
GREEK = [
    "alpha",
    "beta",
    "gamma",
    "delta",
    "epsilon",
    "eta",
    "theta",
    "kappa",
    "lambda",
    "mu",
    "nu",
    "rho",
    "sigma",
    "tau",
    "chi",
]
OPERATORS = "−+=<>≤≥≠→⇔∝"


def plain(tex: str) -> str:
    """A text with mathematics between dollars, in Unicode; ``ValueError`` where a command is not known."""
    unknown = set(re.findall(r"\\([A-Za-z]+|[!,])", tex)) - {*COMMANDS, *KEPT, *GREEK}
    if unknown:
        raise ValueError(f"no plain text is known for the commands {', '.join(sorted(unknown))} in {tex}")
    if tex.count("$") % 2:
        raise ValueError(f"a dollar is missing in {tex}")
    return "".join(part if n % 2 == 0 else _mathematics(part) for n, part in enumerate(tex.split("$")))


def _mathematics(tex: str) -> str:
    text = _converter().latex_to_text(tex).replace("-", "−").replace("\u0305", "\u0304")
    text = re.sub(rf"{CLOSE}\s*|\s*{SHUT}", "", text)
    text = re.sub(rf"\s*([{OPERATORS}])\s*", r" \1 ", text)
    text = re.sub(r"(^|, |[(\[{,|√/^·]|[=<>≤≥≠→⇔∝] )\s*− ", r"\1−", text)
    text = re.sub(r"\{[^{}]*\}", lambda group: group[0].replace(" ", ""), text)
    text = re.sub(r"\^\{ᵀ\}|\^ᵀ", "ᵀ", text)
    text = re.sub(r"\^\{(−?[0-9]+)\}|\^([0-9])", lambda power: (power[1] or power[2]).translate(SUPERSCRIPTS), text)
    text = re.sub(r"_\{(\w+)\}", r"_\1", text)
    text = re.sub(r"(?<=\() | (?=[),])|(?<=log) (?=\()", "", text)
    return re.sub(r" {2,}", " ", text).strip()


@cache
def _converter() -> LatexNodes2Text:
    known = get_default_latex_context_db()
    specs = [MacroTextSpec(name, simplify_repl=text) for name, text in COMMANDS.items()]
    specs += [MacroTextSpec("frac", simplify_repl=_fraction), MacroTextSpec("sqrt", simplify_repl=_root)]
    known.add_context_category("statements", prepend=True, macros=specs)
    options = {"math_mode": "text", "keep_braced_groups": True, "keep_braced_groups_minlen": 2}
    return LatexNodes2Text(latex_context=known, strict_latex_spaces="based-on-source", **options)


def _fraction(node: Any, l2tobj: LatexNodes2Text) -> str:
    above, below = (l2tobj.nodelist_to_text([part]) for part in node.nodeargs)
    return {("1", "2"): " ½ "}.get((above, below)) or f" {_bracketed(above)}/{_bracketed(below)} "


def _root(node: Any, l2tobj: LatexNodes2Text) -> str:
    return f"√{_bracketed(l2tobj.nodelist_to_text([node.nodeargs[-1]]))}"


def _bracketed(text: str) -> str:
    """Without the braces of the group; in brackets unless it is one symbol with its indices."""
    inside = (text[1:-1] if text.startswith("{") and text.endswith("}") else text).strip()
    symbol = re.sub(r"[_^](\{[^{}]*\}|\w)|[\u0304\u0305]", "", inside)
    return inside if re.fullmatch(r"\w|\d+", symbol) else f"({inside})"
