"""Generated modules: one for each section, and the package that exports their functions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import sympy

from .names import HELPERS
from .rule import Function


def _header(source: str, command: str) -> str:
    return (
        f"# Generated from {source} by `{command}`, SymPy {sympy.__version__}.\n"
        "# Do not edit: change the derivation and run the command again.\n"
    )


def module_source(title: str, functions: Mapping[str, str], source: str, command: str, helpers: str) -> str:
    """The source of one module, of functions by name; ``helpers`` is the package that their checks come from."""
    text = "".join(f"\n\n{function}" for function in functions.values())
    imports = ""
    for helper, names in HELPERS.items():
        if used := [name for name in names if re.search(rf"[ @]{name}[(\n]", text)]:
            imports += f"from {helpers}.{helper} import {', '.join(used)}\n"
    exported = ", ".join(f'"{name}"' for name in functions)
    return (
        _header(source, command) + f'"""{title}"""\n\nfrom typing import Any\n\n{imports}' + f"\n__all__ = [{exported}]\n{text}"
    )


def package_source(title: str, modules: Mapping[str, Sequence[Function]], source: str, command: str) -> str:
    """The source of the package's ``__init__``."""
    imports = [
        f"from .{module} import {', '.join(sorted(rule.name for rule in rules))}" for module, rules in sorted(modules.items())
    ]
    names = sorted(rule.name for rules in modules.values() for rule in rules)
    exported = "".join(f'    "{name}",\n' for name in names)
    return _header(source, command) + f'"""{title}"""\n\n' + "\n".join(imports) + f"\n\n__all__ = [\n{exported}]\n"
