"""From a file to what it declares, or to what is wrong with it, on which line."""

from __future__ import annotations

import ast
import builtins
import sys
import traceback
from difflib import get_close_matches
from importlib.metadata import packages_distributions
from keyword import iskeyword
from pathlib import Path
from typing import Any

from sympy import sympify

from .checks import TESTING, Checks
from .problem import Problem, Refused

HINTS = {  # by what SymPy or NumPy says
    "for ^": "write ** for a power",
    "loop of ufunc does not support": "take functions such as tanh and exp from sympy, not from numpy",
    "Summation will set Idx value": "write Sigma(…, i), from lvicreg.calculus, in the place of Sum",
}
DECLARED = ("loss", "target", "layer", "statistics", "options", "synapse", "claimed", "independent")


def read(path: Path) -> Problem:
    """What a file declares.

    Raises:
        Refused: the file cannot be read, or nothing can be derived from what it declares.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")  # which may begin with a mark
        tree = ast.parse(text, path.name)
    except OSError as problem:
        raise Refused(f"{path} cannot be read: {problem.strerror}") from None
    except (SyntaxError, UnicodeDecodeError) as problem:
        line, told = getattr(problem, "lineno", 1), getattr(problem, "msg", problem)
        raise Refused(f"{path.name}, line {line}: this is no Python: {told}") from None
    check_name(path)
    names: dict[str, Any] = {"__name__": path.stem, "__file__": str(path)}
    try:
        exec(compile(text, str(path), "exec"), names)
    except (Exception, SystemExit) as problem:
        raise Refused(_of_running(path, problem)) from problem
    lines = {target.id: node.lineno for node in tree.body for target in _assigned(node)}
    if "loss" not in lines:
        raise Refused(f"{path.name} declares no loss: write loss = …, a sum over all indices")
    declared = {name: names[name] for name in DECLARED if name in lines or (name == "independent" and name in names)}
    for name in ("loss", "claimed"):
        if isinstance(declared.get(name), (int, float)):
            declared[name] = sympify(declared[name])
    for name in sorted(set(lines) - set(DECLARED)):
        if meant := get_close_matches(name, set(DECLARED) - set(declared), n=1, cutoff=0.8):
            raise Refused(f"{path.name}, line {lines[name]}: {name} is not read; write {meant[0]}, or another name")
    title = (ast.get_docstring(tree) or path.stem).strip()
    found = Problem(path, title, **declared)
    Checks(found, lines).run()
    return found


def check_name(path: Path) -> None:
    """The name of a file becomes that of a function, and of the folder with its tests.

    Raises:
        Refused: it cannot be.
    """
    taken = TESTING | set(dir(builtins)) | sys.stdlib_module_names | set(packages_distributions())
    if not path.stem.isidentifier() or iskeyword(path.stem) or path.stem in taken or path.stem.startswith("test_"):
        raise Refused(f"{path.name} gives its name to a function, and {path.stem!r} cannot be one: choose another name")


def _assigned(node: ast.stmt) -> list[ast.Name]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [target for target in targets if isinstance(target, ast.Name)]


def _of_running(path: Path, problem: BaseException) -> str:
    """Where a file stopped, and what to do."""
    lines = [frame.lineno for frame in traceback.extract_tb(problem.__traceback__) if frame.filename == str(path)]
    hint = next((f": {hint}" for part, hint in HINTS.items() if part in str(problem)), "")
    if isinstance(problem, NameError):
        hint = f": declare it, such as {problem.name} = IndexedBase({problem.name!r}), or import it from lvicreg.calculus"
    return f"{path.name}, line {lines[-1] if lines else '?'}: {type(problem).__name__}: {problem}{hint}"
