"""What may be wrong with a problem, by the line of the file where it is declared."""

from __future__ import annotations

import builtins
import dis
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from numbers import Real
from types import CodeType, FunctionType

from sympy import Add, Expr, Float, Idx, Indexed, IndexedBase, Mul, Pow, Rational, Symbol, exp

from lvicreg.calculus import Definitions, Sigma, Synapse, derivative
from lvicreg.calculus.axes import is_sample, size_of
from lvicreg.calculus.definitions import Name, indices_of, name_of
from lvicreg.calculus.functions import sigmoid, softplus
from lvicreg.calculus.indexed import free_indices
from lvicreg.calculus.layer import network
from lvicreg.codegen.emit import dependencies
from lvicreg.codegen.layout import NotArrayCode
from lvicreg.codegen.names import HELPERS, check_axes

from .problem import Problem, Refused

# what the code that is written calls its own
TESTING = {
    "rule", "draw", "loss", "arguments", "statistics", "update", "broken", "noticed", "held", "data", "np", "xp", "pytest",
    "ast", "copy", "inspect", "seed", "library", "derivative", "by_autograd", "by_jax", "by_torch", "by_differences", "arrays",
    "samples", "stream", "step", "state", "State", "eta", "weight", "scale",
    "is_half", "is_tensor", "widened", "without_autocast", "nullcontext", "wraps", "cast",
    "averages", "shifted", *chain.from_iterable(HELPERS.values()), "array_namespace", "is_array_api_obj",
}  # fmt: skip


@dataclass(frozen=True)
class Checks:
    """What may be wrong with a problem, by the line where it is declared."""

    problem: Problem
    lines: Mapping[str, int]

    def refuse(self, name: str, why: str) -> Refused:
        line = self.lines.get(name)
        return Refused(f"{self.problem.path.name}{f', line {line}' if line else ''}: {why}")

    def run(self) -> None:
        """All of them.

        Raises:
            Refused: something is wrong.
        """
        if not isinstance(self.problem.layer, Definitions):
            raise self.refuse("layer", f"layer is {self.problem.layer!r}; expected Definitions, such as network.replace({{…}})")
        if cycle := _defined_by_itself(self.problem.layer):
            raise self.refuse("layer", f"{cycle} is defined by itself: give the new quantity another name")
        for name in self.problem.layer:
            pattern, value = self.problem.layer[name]
            known = name in network and network[name] == (pattern, value)
            if pattern.is_positive and not known and not _is_positive(value):
                told = "was declared positive, and may be 0 by what it stands for: declare it nonnegative"
                raise self.refuse("layer", f"{pattern} {told}")
        self._types()
        self._everywhere()
        self._target()
        self._loss()
        self._claimed()
        self._options()

    def _types(self) -> None:
        """What is declared is of the kind that is expected."""
        expected: dict[str, tuple[type | tuple[type, ...], str]] = {
            "loss": (Expr, "an expression"),
            "target": (Indexed, "an entry of an array, such as W[p, q]"),
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
            if any(map(is_sample, indices_of(self.problem.layer[statistic][0]))):
                raise self.refuse("statistics", f"{statistic} has a value for each sample, and no filter: leave it out")
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

    def _told(self) -> Iterator[tuple[str, Expr]]:
        """All expressions, and by which name they are declared."""
        problem = self.problem
        yield "target", problem.target
        for name in problem.layer:
            for part in problem.layer[name]:
                yield "layer", part
        yield "loss", problem.loss
        if problem.claimed is not None:
            yield "claimed", problem.claimed

    def _everywhere(self) -> None:
        """Indices have ranges, arrays have the same axes wherever they are used, and numbers are not rounded."""
        axes: dict[Name, tuple[Expr, ...]] = {}
        for name, expr in self._told():
            for number in sorted(expr.atoms(Float), key=str):
                raise self.refuse(name, f"{float(number):g} is rounded: write {_as_rational(number)}")
            for index in (index for entry in expr.atoms(Indexed) for index in entry.indices):
                if isinstance(index, Idx) and len(index.args) == 2 and not isinstance(size_of(index), Symbol):
                    raise self.refuse(name, f"{index} runs over {size_of(index)}: give its axis a symbol, such as N")
            try:
                check_axes(expr, axes)
            except NotArrayCode as reason:
                raise self.refuse(name, str(reason)) from None
        sizes = {str(size): index for _, expr in self._told() for index in expr.atoms(Idx) for size in [size_of(index)]}
        if clash := sorted({str(name) for name in axes} & set(sizes)):
            raise self.refuse("loss", f"{clash[0]} is the name of an array and the size of an axis: rename the array")
        named = {str(name) for name in axes} | {str(name) for name in self.problem.layer}
        for option in self.problem.options:
            if option not in self.problem.layer and str(option) in named:
                raise self.refuse("options", f"{option} is the name of an array of the layer too: rename one of them")

    def _target(self) -> None:
        """The target is one entry of a matrix."""
        target = self.problem.target
        if len(target.indices) != 2 or len(set(target.indices)) != 2:
            raise self.refuse("target", f"{target} is no entry of a matrix: write two different indices, such as W[p, q]")

    def _loss(self) -> None:
        """The loss is a number, known to depend on the target, and can be differentiated."""
        problem = self.problem
        self._indices("loss", problem.loss, frozenset())
        expanded = problem.layer.expand(problem.loss)
        if not any(name_of(entry) == name_of(problem.target) for entry in expanded.atoms(Indexed)):
            raise self.refuse("loss", f"the loss does not depend on {name_of(problem.target)}, so nothing can be learned")
        self._values("loss", expanded)
        for index in sorted(set(indices_of(problem.target)) & expanded.atoms(Idx), key=str):
            told = f"the loss sums over {index}, which is an index of the target {problem.target}"
            raise self.refuse(
                "target" if "target" in self.lines else "loss", f"{told}: use letters of their own, as in W[p, q]"
            )
        try:
            derivative(problem.loss, problem.target, problem.layer)
        except (TypeError, ValueError) as reason:
            said = str(reason).replace("Exponential, ", "")  # exp, by the calculus' own name
            raise self.refuse("loss", f"{said}{': write relu(v) for Max(0, v)' * (' Max;' in said)}") from None

    def _claimed(self) -> None:
        """The rule as printed has the indices of the target."""
        problem = self.problem
        if problem.claimed is None:
            return
        self._indices("claimed", problem.claimed, frozenset(indices_of(problem.target)))
        expanded = problem.layer.expand(problem.claimed)
        self._values("claimed", expanded)
        if missing := sorted(set(indices_of(problem.target)) - free_indices(expanded), key=str):
            lacking = " and ".join(map(str, missing))
            raise self.refuse("claimed", f"claimed is to be the update of {problem.target}, and does not depend on {lacking}")

    def _options(self) -> None:
        """No number is given for what nothing depends on."""
        told = self.problem.layer.expand(Add(self.problem.loss, self.problem.claimed or 0, evaluate=False))
        for symbol in set(self.problem.options) - told.atoms(Symbol):
            raise self.refuse("options", f"{symbol} is not in the loss: leave it out")

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
            if str(symbol) in map(str, self.problem.options):
                told = f"options has another {symbol}, declared with other assumptions: use one symbol"
            else:
                told = f"write options = {{{symbol}: 1.0}}, or a meaning in the layer"
            raise self.refuse(name, f"{symbol} has no value: {told}")


def _unlike(symbol: Symbol, value: Real) -> str:
    """What a symbol was declared to be and a number is not, such as positive."""
    number = Rational(float(value))
    usual = {"positive", "nonnegative", "negative", "nonpositive", "integer"}
    found = ((name, getattr(number, f"is_{name}")) for name, known in symbol.assumptions0.items() if known)
    return next((name for name, known in sorted(found, key=lambda each: each[0] not in usual) if known is False), "")


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


def _is_positive(value: Expr) -> bool:
    """Whether the form of a real number shows that it is positive, if quantities are not negative that were declared so."""
    match value:
        case _ if value.is_positive:
            return True
        case exp() | sigmoid() | softplus():
            return True
        case Add():
            return all(part.is_nonnegative or _is_positive(part) for part in value.args) and any(map(_is_positive, value.args))
        case Mul():
            return all(map(_is_positive, value.args))
        case Pow() | Sigma():
            return _is_positive(value.args[0])
    return False


def _defined_by_itself(layer: Definitions) -> Expr | None:
    """A name of which the meaning needs the name."""

    def needed(name: Name, around: tuple[Name, ...]) -> Expr | None:
        if name in around:
            return layer[name][0]
        used = sorted({name_of(part) for part in layer[name][1].atoms(Indexed, Symbol)} & set(layer), key=str)
        return next(filter(None, (needed(each, (*around, name)) for each in used)), None)

    return next(filter(None, (needed(name, ()) for name in layer)), None)


def _as_rational(number: Float) -> str:
    near = Rational(str(float(number)))
    return f"Rational({near.p}, {near.q})"
