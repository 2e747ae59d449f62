"""What a file declares, and what is wrong with it.

The file is Python. It declares

=============== ============================================================================== ==========================
``loss``        a number: sums over all indices of quantities of the layer                     required
``target``      the entry with respect to which it is differentiated                           ``W[p, q]``
``layer``       what the names in it stand for                                                 ``lvicreg.calculus.layer``'s
``statistics``  names of the layer that a slow filter may give                                 none
``options``     a number for each symbol that is a parameter                                   none
``synapse``     what a synapse reads                                                           ``lvicreg.calculus.layer``'s
``claimed``     the rule as somebody printed it, an expression in the indices of the target    none
``independent`` ``independent(np, W, data)``, the loss once more, in NumPy                     none
=============== ============================================================================== ==========================

and says in its docstring what the loss is, and where it comes from.
"""

from __future__ import annotations

import ast
import builtins
import dis
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from keyword import iskeyword
from numbers import Real
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

from sympy import Expr, Idx, Indexed, IndexedBase, Rational, Symbol, sympify

from lvicreg.calculus import Definitions, Sigma, Synapse, derivative
from lvicreg.calculus.axes import size_of
from lvicreg.calculus.definitions import Name, indices_of, name_of
from lvicreg.calculus.indexed import free_indices
from lvicreg.calculus.layer import W, network, p, q, synapse
from lvicreg.codegen.emit import dependencies

# what the tests that are written call their own
TESTING = {
    "rule",
    "draw",
    "loss",
    "arguments",
    "statistics",
    "update",
    "broken",
    "noticed",
    "data",
    "np",
    "xp",
    "pytest",
    "ast",
    "copy",
    "inspect",
}
DECLARED = ("loss", "target", "layer", "statistics", "options", "synapse", "claimed", "independent")


class Refused(ValueError):
    """Nothing can be derived from what a file declares: where, why, and what to write."""


@dataclass(frozen=True)
class Problem:
    """A loss, and all that is declared about it."""

    path: Path
    title: str
    loss: Expr
    target: Indexed = W[p, q]
    layer: Definitions = network
    statistics: tuple[Name, ...] = ()
    options: Mapping[Symbol, float] = field(default_factory=dict)
    synapse: Synapse = synapse
    claimed: Expr | None = None
    independent: Callable[..., Any] | None = None

    @property
    def name(self) -> str:
        """The name of the file, the function and the folder."""
        return self.path.stem

    @property
    def text(self) -> str:
        """The text of the file."""
        return self.path.read_text(encoding="utf-8")


def read(path: Path) -> Problem:
    """What a file declares.

    Raises:
        Refused: the file cannot be read, or nothing can be derived from what it declares.
    """
    try:
        text = path.read_text(encoding="utf-8")
        tree = ast.parse(text)
    except OSError as problem:
        raise Refused(f"{path} cannot be read: {problem.strerror}") from None
    except (SyntaxError, UnicodeDecodeError) as problem:
        raise Refused(f"{path.name}, line {getattr(problem, 'lineno', 1)}: this is no Python: {problem}") from None
    if not path.stem.isidentifier() or iskeyword(path.stem) or path.stem in TESTING:
        raise Refused(f"{path.name} gives its name to a function, and {path.stem!r} cannot be one: rename the file")
    names: dict[str, Any] = {"__name__": path.stem, "__file__": str(path)}
    try:
        exec(compile(text, str(path), "exec"), names)
    except Exception as problem:
        raise Refused(_of_running(path, problem)) from problem
    lines = {target.id: node.lineno for node in tree.body for target in _assigned(node)}
    if "loss" not in lines:
        raise Refused(f"{path.name} declares no loss: write loss = …, a sum over all indices")
    declared = {name: names[name] for name in DECLARED if name in lines or (name == "independent" and name in names)}
    declared |= {name: sympify(declared[name]) for name in ("loss", "claimed") if name in declared}
    title = (ast.get_docstring(tree) or path.stem).strip()
    found = Problem(path, title, **declared)
    check = _Check(found, lines)
    check.types()
    check.loss()
    check.claimed()
    return found


def _assigned(node: ast.stmt) -> list[ast.Name]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [target for target in targets if isinstance(target, ast.Name)]


def _of_running(path: Path, problem: Exception) -> str:
    """Where a file stopped, and what to do."""
    lines = [frame.lineno for frame in traceback.extract_tb(problem.__traceback__) if frame.filename == str(path)]
    hint = ""
    if isinstance(problem, NameError):
        hint = f": declare it, such as {problem.name} = IndexedBase({problem.name!r}), or import it from lvicreg.calculus"
    return f"{path.name}, line {lines[-1] if lines else '?'}: {type(problem).__name__}: {problem}{hint}"


@dataclass(frozen=True)
class _Check:
    """What may be wrong with a problem, by the line where it is declared."""

    problem: Problem
    lines: Mapping[str, int]

    def refuse(self, name: str, why: str) -> Refused:
        line = self.lines.get(name)
        return Refused(f"{self.problem.path.name}{f', line {line}' if line else ''}: {why}")

    def types(self) -> None:
        """What is declared is of the kind that is expected."""
        expected: dict[str, tuple[type | tuple[type, ...], str]] = {
            "loss": (Expr, "an expression"),
            "target": (Indexed, "an entry of an array, such as W[p, q]"),
            "layer": (Definitions, "Definitions"),
            "statistics": (tuple, "a tuple of names, such as (mean, var)"),
            "options": (dict, "a number by symbol, such as {gamma: 1.0}"),
            "synapse": (Synapse, "a Synapse"),
            "claimed": ((Expr, type(None)), "an expression"),
        }
        for name, (kind, said) in expected.items():
            if not isinstance(value := getattr(self.problem, name), kind):
                raise self.refuse(name, f"{name} is {value!r}; expected {said}")
        used = dependencies([self.problem.loss], self.problem.layer)
        for statistic in self.problem.statistics:
            if not isinstance(statistic, (IndexedBase, Symbol)) or statistic not in self.problem.layer:
                raise self.refuse("statistics", f"{statistic} has no meaning in the layer, from which a minibatch's is taken")
            if statistic not in used:
                raise self.refuse("statistics", f"{statistic} is not in the loss: leave it out")
        for symbol, value in self.problem.options.items():
            if not isinstance(symbol, Symbol) or not isinstance(value, Real):
                raise self.refuse("options", f"{symbol}: {value} is no number by symbol, such as gamma: 1.0")
            if wrong := _unlike(symbol, value):
                raise self.refuse("options", f"{symbol} was declared {wrong}, and its value {value} is not")
        self._independent()

    def _independent(self) -> None:
        """The loss in NumPy is a function that stands by itself, since the tests get it word for word."""
        function = self.problem.independent
        if function is None:
            return
        if not isinstance(function, FunctionType) or function.__name__ == "<lambda>":
            raise self.refuse("independent", "independent must be a function: def independent(np, W, data): return …")
        outside = {name for name in _names(function.__code__) if name in function.__globals__} - set(dir(builtins))
        if outside:
            listed = ", ".join(sorted(outside))
            raise self.refuse("independent", f"independent uses {listed} from outside: write it inside, so that tests find it")

    def loss(self) -> None:
        """The loss is a number, known to depend on the target, and can be differentiated."""
        problem = self.problem
        self._indices("loss", problem.loss, frozenset())
        expanded = problem.layer.expand(problem.loss)
        if not any(name_of(entry) == name_of(problem.target) for entry in expanded.atoms(Indexed)):
            raise self.refuse("loss", f"the loss does not depend on {name_of(problem.target)}, so nothing can be learned")
        self._values("loss", expanded)
        try:
            derivative(problem.loss, problem.target, problem.layer)
        except (TypeError, ValueError) as reason:
            raise self.refuse("loss", str(reason)) from None

    def claimed(self) -> None:
        """The rule as printed has the indices of the target."""
        problem = self.problem
        if problem.claimed is None:
            return
        self._indices("claimed", problem.claimed, frozenset(indices_of(problem.target)))
        self._values("claimed", problem.layer.expand(problem.claimed))

    def _indices(self, name: str, expr: Expr, expected: frozenset[Idx]) -> None:
        if loose := sorted(free_indices(expr) - expected, key=str):
            must = f"must have the indices of {self.problem.target} only" if expected else "must be a number"
            raise self.refuse(name, f"{name} {must}, and depends on {', '.join(map(str, loose))}: sum over what is left")
        if twice := _summed_twice(expr, frozenset()):
            raise self.refuse(name, f"{twice} is summed over within a sum over {twice}: use another letter for one of them")

    def _values(self, name: str, expanded: Expr) -> None:
        """Symbols are sizes of axes, or have a number."""
        sizes = set().union(*(size_of(index).free_symbols for index in expanded.atoms(Idx))) | {
            index.label for index in expanded.atoms(Idx)
        }
        arrays = {entry.base.label for entry in expanded.atoms(Indexed)}
        if clash := sorted(TESTING & {str(label) for label in arrays | set(self.problem.options)}):
            raise self.refuse(name, f"{clash[0]} is what the tests call something of their own: rename it")
        for symbol in sorted(expanded.atoms(Symbol) - sizes - arrays - set(self.problem.options), key=str):
            raise self.refuse(name, f"{symbol} has no value: write options = {{{symbol}: 1.0}}, or a meaning in the layer")


def _unlike(symbol: Symbol, value: Real) -> str:
    """What a symbol was declared to be and a number is not, such as positive."""
    number = Rational(float(value))
    found = ((name, getattr(number, f"is_{name}")) for name, known in symbol.assumptions0.items() if known)
    return next((name for name, known in found if known is False), "")


def _names(code: CodeType) -> set[str]:
    """The names that compiled code reads from outside, other than attributes."""
    own = {step.argval for step in dis.get_instructions(code) if step.opname in ("LOAD_GLOBAL", "LOAD_NAME")}
    return own.union(*(_names(part) for part in code.co_consts if isinstance(part, CodeType)))


def _summed_twice(expr: Expr, around: frozenset[Idx]) -> Idx | None:
    """An index that a sum within a sum over it runs over."""
    if isinstance(expr, Sigma):
        return expr.index if expr.index in around else _summed_twice(expr.term, around | {expr.index})
    if isinstance(expr, (Indexed, Idx)):
        return None
    return next(filter(None, (_summed_twice(part, around) for part in expr.args)), None)
