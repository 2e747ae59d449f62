"""Generated modules: one for each section, and the package that exports their functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sympy

from .emit import function_source
from .rule import Rule


def _header(source: str, command: str) -> str:
    return (
        f"# Generated from {source} by `{command}`, SymPy {sympy.__version__}.\n"
        "# Do not edit: change the derivation and run the command again.\n"
    )


def module_source(title: str, rules: Sequence[Rule], source: str, command: str, helpers: str) -> str:
    """The source of one module; ``helpers`` is the module that its argument checks are imported from."""
    functions = [function_source(rule) for rule in rules]
    imports = ["arrays"] + ["minibatch_size"] * any(rule.statistics for rule in rules)
    return (
        _header(source, command)
        + f'"""{title}"""\n\nfrom typing import Any\n\nfrom {helpers} import {", ".join(imports)}\n'
        + f"\n__all__ = [{', '.join(repr(rule.name).replace(chr(39), chr(34)) for rule in rules)}]\n"
        + "".join(f"\n\n{function}" for function in functions)
    )


def package_source(title: str, modules: Mapping[str, Sequence[Rule]], source: str, command: str) -> str:
    """The source of the package's ``__init__``."""
    imports = [
        f"from .{module} import {', '.join(sorted(rule.name for rule in rules))}" for module, rules in sorted(modules.items())
    ]
    names = sorted(rule.name for rules in modules.values() for rule in rules)
    exported = "".join(f'    "{name}",\n' for name in names)
    return _header(source, command) + f'"""{title}"""\n\n' + "\n".join(imports) + f"\n\n__all__ = [\n{exported}]\n"
