"""Random expressions as plain tuples, with a brute-force evaluator that knows neither SymPy nor the calculus.

A tree is built into an expression by ``built`` and evaluated by loops over lists of fractions by ``brute``. Index names start
with ``i`` or ``k`` for units and with ``b`` or ``c`` for samples; there are few of them, so that nested sums often bind the
same name again.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from functools import cache
from itertools import count

from hypothesis import strategies as st
from sympy import Expr, Idx, IndexedBase, Integer, log, sqrt

from lvicreg.calculus import Definitions, Delta, H, Sigma, f, relu
from lvicreg.calculus.layer import B, K, N, alpha, epsilon, mean, var, z
from lvicreg.engines.evaluation.evaluator import Evaluator
from lvicreg.engines.evaluation.points import Point
from lvicreg.engines.evaluation.surds import Surd

Tree = tuple  # (kind, ...); the places of its subtrees are CHILDREN[kind]
CHILDREN = {"add": (1, 2), "mul": (1, 2), "sum": (2,), "pow": (1,), "call": (2,), "root": (1,)}

P = IndexedBase("P")  # a matrix that is not symmetric
ARRAYS = {"z": z, "K": K, "P": P, "mean": mean, "var": var}
SIZES = {"N": N, "B": B}
SCALARS = {"alpha": alpha, "epsilon": epsilon}
INDICES = ("i", "k", "b", "c")

LEAVES: list[Tree] = [
    *(("entry", "z", (sample, unit)) for sample in "bc" for unit in "ik"),
    ("entry", "K", ("i", "k")),
    ("entry", "P", ("i", "k")),
    ("entry", "P", ("k", "i")),
    ("entry", "mean", ("i",)),
    ("entry", "mean", ("k",)),
    ("entry", "var", ("i",)),
    ("delta", "i", "k"),
    ("delta", "b", "c"),
    ("number", -1),
    ("number", 2),
    ("size", "N"),
    ("size", "B"),
    ("scalar", "alpha"),
]

_numbers = count()


@cache
def trees(depth: int, kinds: str = "add mul sum pow quotient call root") -> st.SearchStrategy[Tree]:
    """Trees at most ``depth`` deep; roots are not put inside powers and functions, where exact numbers would not follow."""
    leaf = st.sampled_from(LEAVES)
    if depth == 0:
        return leaf
    tree, plain = trees(depth - 1, kinds), trees(depth - 1, kinds.replace("root", ""))
    exponents = st.sampled_from((2, 3) if depth < 3 else (2,))
    strategies = {
        "add": [st.tuples(st.just("add"), tree, tree)],
        "mul": [st.tuples(st.just("mul"), tree, tree)] * 2,
        "sum": [st.tuples(st.just("sum"), st.sampled_from(INDICES), tree)] * 4,
        "pow": [st.tuples(st.just("pow"), plain, exponents)],
        "quotient": [st.tuples(st.just("pow"), plain, st.sampled_from((-1, -2)))],
        "call": [st.tuples(st.just("call"), st.sampled_from(("f", "H", "relu", "log")), plain)],
        "root": [st.tuples(st.just("root"), plain, st.sampled_from((1, -1, -3)))],
    }
    return st.one_of(*([leaf] if depth < 3 else []), *(strategy for kind in kinds.split() for strategy in strategies[kind]))


def index(name: str) -> Idx:
    """The index of this name, its range given by the first letter."""
    return Idx(name, N if name[0] in "ik" else B)


def built(tree: Tree) -> Expr:
    """The tree as an expression of the calculus."""
    match tree:
        case "entry", name, indices:
            return ARRAYS[name][tuple(map(index, indices))]
        case "delta", first, second:
            return Delta(index(first), index(second))
        case "number", value:
            return Integer(value)
        case "size", name:
            return SIZES[name]
        case "scalar", name:
            return SCALARS[name]
        case "add", left, right:
            return built(left) + built(right)
        case "mul", left, right:
            return built(left) * built(right)
        case "sum", name, term:
            return Sigma(built(term), index(name))
        case "pow", base, exponent:
            return built(base) ** exponent
        case "root", base, exponent:
            return sqrt(epsilon + built(base) ** 2) ** exponent
        case "call", "log", argument:
            return log(epsilon + built(argument) ** 2)
        case "call", function, argument:
            return {"f": f, "H": H, "relu": relu}[function](built(argument))
    raise ValueError(tree)


FUNCTIONS: dict[str, Callable[[Fraction], Fraction]] = {
    "f": lambda v: v**3 / 4 - 2 * v + 1,
    "f_prime": lambda v: 3 * v**2 / 4 - 2,
    "log": lambda v: v**2 / 3 - 1,  # the exact engine knows only the logarithm's slope
    "H": lambda v: Fraction(v > 0),
    "relu": lambda v: max(v, Fraction(0)),
}


class Data(Point):
    """Sizes and random arrays of fractions, from which the exact engine and ``brute`` both read."""

    def __init__(self, units: int, samples: int, seed: int = 0) -> None:
        super().__init__({"N": units, "B": samples})
        rng = random.Random(seed)

        def number(low: int = -6) -> Fraction:
            return Fraction(rng.randint(low, 6), rng.randint(1, 3))

        lower = [[number() for _ in range(units)] for _ in range(units)]
        self.scalars = {"alpha": number(1), "epsilon": number(1)}
        self.arrays: dict[str, list] = {
            "z": [[number() for _ in range(units)] for _ in range(samples)],
            "K": [[lower[max(r, s)][min(r, s)] for s in range(units)] for r in range(units)],
            "P": [[number() for _ in range(units)] for _ in range(units)],
            "mean": [number() for _ in range(units)],
            "var": [number(1) for _ in range(units)],
        }

    def primitive(self, name: str, indices: tuple[int, ...], positive: bool, nonnegative: bool) -> Surd:
        if name in self.sizes:
            return Surd(self.sizes[name])
        value = self.arrays[name] if indices else self.scalars[name]
        for place in indices:
            value = value[place]
        return Surd(value)

    def table(self, function: str, argument: Surd) -> Surd:
        return Surd(FUNCTIONS[function](argument.rational()))


def brute(tree: Tree, data: Data, at: Mapping[str, int]) -> Fraction | float:
    """The value of a tree by loops: a fraction, or a float where there are roots."""

    def of(part: Tree) -> Fraction | float:
        return brute(part, data, at)

    match tree:
        case "entry", name, indices:
            value = data.arrays[name]
            for place in indices:
                value = value[at[place]]
            return value
        case "delta", first, second:
            return Fraction(at[first] == at[second])
        case "number", value:
            return Fraction(value)
        case "size", name:
            return Fraction(data.sizes[name])
        case "scalar", name:
            return data.scalars[name]
        case "add", left, right:
            return of(left) + of(right)
        case "mul", left, right:
            return of(left) * of(right)
        case "sum", name, term:
            length = data.sizes["N" if name[0] in "ik" else "B"]
            return sum((brute(term, data, {**at, name: n}) for n in range(length)), Fraction(0))
        case "pow", base, exponent:
            return of(base) ** exponent
        case "root", base, exponent:
            return math.sqrt(data.scalars["epsilon"] + of(base) ** 2) ** exponent
        case "call", "log", argument:
            return FUNCTIONS["log"](data.scalars["epsilon"] + of(argument) ** 2)
        case "call", function, argument:
            return FUNCTIONS[function](of(argument))
    raise ValueError(tree)


def exact(expr: Expr, data: Point, at: Mapping[str, int], definitions: Definitions | None = None) -> Surd:
    """The value of an expression by the exact engine."""
    return Evaluator(data, definitions or Definitions()).value(expr, {index(name): place for name, place in at.items()})


def agrees(value: Surd, expected: Fraction | float) -> bool:
    """Equal, or close where the expected value is a float."""
    if isinstance(expected, Fraction):
        return value == Surd(expected)
    return math.isclose(as_float(value), expected, rel_tol=1e-9, abs_tol=1e-9)


def as_float(value: Surd) -> float:
    return sum(float(c) * math.sqrt(n) for n, c in value.terms.items())


def paths(tree: Tree) -> Iterator[tuple[int, ...]]:
    """Where the subtrees are."""
    yield ()
    for place in CHILDREN.get(tree[0], ()):
        yield from ((place, *path) for path in paths(tree[place]))


def subtree(tree: Tree, path: tuple[int, ...]) -> Tree:
    """What stands at a path."""
    for place in path:
        tree = tree[place]
    return tree


def edited(tree: Tree, path: tuple[int, ...], change: Callable[[Tree], Tree]) -> Tree:
    """The tree with one subtree changed."""
    if not path:
        return change(tree)
    place, *rest = path
    return (*tree[:place], edited(tree[place], tuple(rest), change), *tree[place + 1 :])


def renamed(tree: Tree, old: str, new: str) -> Tree:
    """The free index ``old`` replaced by ``new``, which occurs nowhere."""
    match tree:
        case "entry", name, indices:
            return ("entry", name, tuple(new if place == old else place for place in indices))
        case "delta", *indices:
            return ("delta", *(new if place == old else place for place in indices))
        case "sum", name, _ if name == old:
            return tree
    for place in CHILDREN.get(tree[0], ()):
        tree = (*tree[:place], renamed(tree[place], old, new), *tree[place + 1 :])
    return tree


def equal_forms(tree: Tree) -> list[Tree]:
    """Other ways to write a tree: bound indices renamed, sums split, swapped or moved, products distributed."""

    def new(name: str) -> str:
        return f"{name[0]}{next(_numbers)}"

    forms: list[Tree] = []
    match tree:
        case "entry", _, (*_, name):
            other = new(name)
            forms.append(("sum", other, ("mul", ("delta", name, other), renamed(tree, name, other))))
        case "sum", name, term:
            other = new(name)
            forms.append(("sum", other, renamed(term, name, other)))
        case "mul", left, right:
            forms.append(("mul", right, left))
        case "pow", base, 2:
            forms.append(("mul", base, base))
    match tree:
        case "sum", name, ("add", left, right):
            forms.append(("add", ("sum", name, left), ("sum", name, right)))
        case "sum", outer, ("sum", inner, term) if outer != inner:
            forms.append(("sum", inner, ("sum", outer, term)))
        case "mul", factor, ("add", left, right):
            forms.append(("add", ("mul", factor, left), ("mul", factor, right)))
        case "mul", factor, ("sum", name, term):
            other = new(name)
            forms.append(("sum", other, ("mul", factor, renamed(term, name, other))))
    return forms
