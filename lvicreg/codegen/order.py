"""Generated code computes every name before it uses it: the last check, made on the text itself."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from itertools import chain

from .layout import NotArrayCode
from .names import HELPERS


def check_order(source: str) -> None:
    """Refuse the source of a function that may use a name before it is assigned.

    Raises:
        NotArrayCode: with the name.
    """
    (function,) = ast.parse(source).body
    assert isinstance(function, ast.FunctionDef)
    taken = {argument.arg for argument in (*function.args.args, *function.args.kwonlyargs)}
    _assigned(function.body, {*chain.from_iterable(HELPERS.values())} | taken)


def _assigned(statements: Iterable[ast.stmt], known: set[str]) -> set[str]:
    """The names that are known after these statements, whichever branch is taken."""
    for statement in statements:
        if isinstance(statement, ast.If):
            _check(statement.test, known)
            known = _assigned(statement.body, known) & _assigned(statement.orelse, known)
        else:
            _check(statement, known)
            known = known | {name.id for name in _names(statement, ast.Store)}
    return known


def _check(node: ast.AST, known: set[str]) -> None:
    for name in _names(node, ast.Load):
        if name.id not in known:
            raise NotArrayCode(f"the code would use {name.id} before it is computed: make it an argument")


def _names(node: ast.AST, context: type[ast.expr_context]) -> list[ast.Name]:
    return [name for name in ast.walk(node) if isinstance(name, ast.Name) and isinstance(name.ctx, context)]
