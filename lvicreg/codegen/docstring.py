"""The face of a generated function: its signature and its docstring.

The equations are printed from the expressions that the code is printed from; shapes come from index ranges.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

from sympy import Expr

from lvicreg.calculus.definitions import Definitions, Name
from lvicreg.calculus.notation import text

from .names import axes_by_name
from .rule import Function

WIDTH = 124  # of a line in a function's body, without its indentation


def shape_of(name: Name, rule: Function) -> str:
    """The sizes of an array's axes, such as ``BN``; empty for a scalar."""
    return "".join(map(str, axes_by_name(rule).get(name, ())))


def signature(rule: Function) -> str:
    """The ``def`` line, after what takes old names of arguments for new ones, and what computes in enough bits."""
    old = [f'{rule.parameters[str(name)].formerly}="{name}"' for name in rule.parameter_names]
    old = [names for names in old if not names.startswith("=")]
    return f"@renamed({', '.join(old)})\n" * bool(old) + "@full_precision\n" + _definition(rule)


def nonnegative(rule: Function) -> list[str]:
    """The options that are refused below 0."""
    return [str(name) for name in rule.options if rule.parameters[str(name)].nonnegative]


def _definition(rule: Function) -> str:
    keywords = [f"{name}: Any = None" for name in rule.statistics]
    keywords += [f"{name}: float = {_default(name, rule)}" for name in rule.options]
    arguments = [f"{name}: Any" for name in rule.arguments] + ["*"] * bool(keywords) + keywords
    line = f"def {rule.name}({', '.join(arguments)}) -> Any:"
    if len(line) <= WIDTH:
        return line
    return f"def {rule.name}(\n" + "".join(f"    {argument},\n" for argument in arguments) + ") -> Any:"


def _default(name: Name, rule: Function) -> str:
    return repr(rule.parameters[str(name)].default)


def docstring(rule: Function, equations: str, returned: Sequence[str]) -> str:
    """The docstring: what the function computes, ``equations``, and what it returns and raises, a paragraph each."""
    sections = [rule.summary, equations]
    sections += [f"{title}: {body}" for title, body in _remarks(rule) if body]
    filled = ["\n".join(_filled(section) if not section.startswith("    ") else [section]) for section in sections]
    return '"""' + quoted("\n\n".join(part for part in (*filled, _parameters(rule), *returned) if part)) + '\n"""'


def quoted(text: str) -> str:
    """Text as it stands between three quotes, so that it is read as it is."""
    escaped = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    return escaped[:-1] + '\\"' if escaped.endswith('"') else escaped


def display(line: str) -> str:
    """An equation on lines of its own."""
    wrapped = textwrap.wrap(line, WIDTH - 4, subsequent_indent=" " * 12, break_long_words=False)
    return "\n".join(f"    {part}" for part in wrapped)


def _filled(paragraph: str) -> list[str]:
    return textwrap.wrap(paragraph, WIDTH, break_long_words=False, break_on_hyphens=False)


def where(rule: Function, expressions: Iterable[Expr], definitions: Definitions) -> str:
    """A line for each name that the expressions are built on, down to the arguments."""
    needed: set[Name] = set()
    waiting = list(expressions)
    while waiting:
        expr = waiting.pop()
        found = {name for name in definitions if expr.has(name)} - needed - set(rule.arguments)
        needed |= found
        waiting += [definitions[name][1] for name in found]
    meanings = (definitions[name] for name in definitions if name in needed)
    return "".join(f"\n    {text(name, rule.notation)} = {text(value, rule.notation)}" for name, value in meanings)


def _remarks(rule: Function) -> list[tuple[str, str]]:
    return [
        ("Claims", ", ".join(f"``{claim}``" for claim in rule.claims)),
        ("Locality", rule.locality),
        ("Convention", rule.convention),
        ("Degenerate values", rule.degenerate),
        ("Source", rule.source),
    ]


def _parameters(rule: Function) -> str:
    lines = ["Args:"]
    for name in rule.parameter_names:
        parameter = rule.parameters[str(name)]
        shape = shape_of(name, rule)
        axes = f"({', '.join(shape)}{',' * (len(shape) == 1)})" if shape else ""
        if shape.startswith(rule.samples) and rule.one_sample:
            axes += f" or ({shape[1:]},)" if len(shape) > 1 else " or ()"
        described = f"{name}: {axes}{'; ' if axes else ''}{parameter.description}"
        lines += textwrap.wrap(described, WIDTH, initial_indent="    ", subsequent_indent="        ")
    return "\n".join(lines)


def returned(what: str, aside: str = "") -> str:
    """What a function returns: arrays in the dtype of those that it was given."""
    told = f"{what}, in the arrays' dtype{aside}; those of 16 bits are computed with in float32."
    return "\n".join(["Returns:", *textwrap.wrap(told, WIDTH, initial_indent="    ", subsequent_indent="    ")])


def raised(rule: Function, *more: str) -> str:
    """The errors of every function, and more."""
    bounded = " or ".join(nonnegative(rule))
    errors = (
        "TypeError: an argument is not an array, or not of a real floating dtype.",
        "ValueError: an array has the wrong rank, or a size differs between arrays.",
        *[f"ValueError: {bounded} is negative."] * bool(bounded),
        *more,
    )
    return "Raises:\n" + "\n".join(f"    {error}" for error in errors)
