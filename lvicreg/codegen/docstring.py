"""The face of a generated function: its signature and its docstring.

The equation is printed from the expression that the code is printed from; shapes come from index ranges.
"""

from __future__ import annotations

import textwrap

from sympy import Expr, Indexed, IndexedBase

from lvicreg.calculus.definitions import Name, indices_of
from lvicreg.calculus.indexed import size_of
from lvicreg.calculus.notation import text

from .equation import as_text
from .rule import Rule

WIDTH = 124  # of a line in a function's body, without its indentation


def shape_of(name: Name, rule: Rule) -> str:
    """The sizes of an array's axes, such as ``BN``; empty for a scalar."""
    entries = set(rule.update.atoms(Indexed))
    for defined in rule.definitions:
        pattern, value = rule.definitions[defined]
        entries |= {pattern} | value.atoms(Indexed)
    if not isinstance(name, IndexedBase):
        return ""
    entry = min((e for e in entries if isinstance(e, Indexed) and e.base == name), key=str)
    return "".join(str(size_of(index)) for index in entry.indices)


def signature(rule: Rule) -> str:
    """The ``def`` line."""
    keywords = [f"{name}: Any = None" for name in rule.statistics]
    keywords += [f"{name}: float = {_default(name, rule)}" for name in rule.options]
    arguments = [f"{name}: Any" for name in rule.arguments] + ["*"] * bool(keywords) + keywords
    line = f"def {rule.name}({', '.join(arguments)}) -> Any:"
    if len(line) <= WIDTH:
        return line
    return f"def {rule.name}(\n" + "".join(f"    {argument},\n" for argument in arguments) + ") -> Any:"


def _default(name: Name, rule: Rule) -> str:
    return repr(rule.parameters[str(name)].default)


def docstring(rule: Rule, parts: dict[Expr, Expr]) -> str:
    """The docstring, from the factored update."""
    wrapped = textwrap.wrap(as_text(rule), WIDTH - 4, subsequent_indent=" " * 12, break_long_words=False)
    sections = [rule.summary, "\n".join(f"    {line}" for line in wrapped) + _where(rule, parts)]
    sections += [f"{title}: {body}" for title, body in _remarks(rule) if body]
    filled = ["\n".join(_filled(section) if not section.startswith("    ") else [section]) for section in sections]
    filled.append(_parameters(rule))
    filled.append(_returns(rule))
    return '"""' + "\n\n".join(part for part in filled if part) + '\n"""'


def _filled(paragraph: str) -> list[str]:
    return textwrap.wrap(paragraph, WIDTH, break_long_words=False, break_on_hyphens=False)


def _where(rule: Rule, parts: dict[Expr, Expr]) -> str:
    """A line for each name that the equation is built on, down to the arguments."""
    needed: set[Name] = set()
    waiting = list(parts.values())
    while waiting:
        expr = waiting.pop()
        found = {name for name in rule.definitions if expr.has(name)} - needed - set(rule.arguments)
        needed |= found
        waiting += [rule.definitions[name][1] for name in found]
    meanings = (rule.definitions[name] for name in rule.definitions if name in needed)
    return "".join(f"\n    {text(name, rule.notation)} = {text(value, rule.notation)}" for name, value in meanings)


def _remarks(rule: Rule) -> list[tuple[str, str]]:
    return [
        ("Claims", ", ".join(f"``{claim}``" for claim in rule.claims)),
        ("Locality", rule.locality),
        ("Convention", rule.convention),
        ("Degenerate values", rule.degenerate),
        ("Source", rule.source),
    ]


def _parameters(rule: Rule) -> str:
    lines = ["Args:"]
    for name in (*rule.arguments, *rule.statistics, *rule.options):
        parameter = rule.parameters[str(name)]
        shape = shape_of(name, rule)
        axes = f"({', '.join(shape)}{',' * (len(shape) == 1)})" if shape else ""
        if shape.startswith("B"):
            axes += f" or ({shape[1:]},)"
        described = f"{name}: {axes}{'; ' if axes else ''}{parameter.description}"
        lines += textwrap.wrap(described, WIDTH, initial_indent="    ", subsequent_indent="        ")
    return "\n".join(lines)


def _returns(rule: Rule) -> str:
    axes = ", ".join(str(size_of(index)) for index in indices_of(rule.target))
    lines = [
        "Returns:",
        f"    The direction of descent, ({axes}), in the arrays' dtype (a NumPy scalar among the options promotes it).",
        "",
        "Raises:",
        "    TypeError: an argument is not an array, or not of a real floating dtype.",
        "    ValueError: an array has the wrong rank, or a size differs between arrays.",
    ]
    if rule.statistics:
        names = ", ".join(map(str, rule.statistics))
        some = f"of {names} some are given but not all; or none" if len(rule.statistics) > 1 else f"{names} is not given"
        lines.append(f"    ValueError: {some}, and there are fewer than 2 samples.")
    return "\n".join(lines)
