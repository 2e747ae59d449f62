"""A reader of LaTeX that knows nothing of SymPy: it evaluates what is printed, to compare it with what was meant.

It knows products, fractions, roots, powers, sums and how names are written. Derivatives, means and values at a point are
quantities to it; what stands inside them is read as an expression of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import product
from math import exp, log, sqrt
from types import SimpleNamespace

import numpy as np
from sympy import Add, Expr, Idx, Indexed, IndexedBase, Symbol

from derivations.notation import LATEX
from lvicreg.calculus import At, D, Definitions, Mean
from lvicreg.calculus.axes import role_of, size_of
from lvicreg.calculus.definitions import indices_of, name_of
from lvicreg.calculus.indexed import Symmetric, free_indices
from lvicreg.calculus.notation import LETTERS, latex
from lvicreg.engines.evaluation.broadcasting import value

SIZES = {"N": 3, "M": 2, "B": 3, "N_loud": 3, "N_rest": 3}  # a fresh letter does not say of which units
ROLES = {"unit": "N", "input": "M", "sample": "B"}
ROLES_IN_ORDER = ("sample", "unit", "input")
FUNCTIONS: dict[str, Callable[[float], float]] = {
    r"\max\!\left(0, ": lambda a: max(0.0, a),
    r"H\!\left(": lambda a: float(a > 0),
    r"\mathrm{SG}\!\left(": lambda a: a,
    r"f\!\left(": np.tanh,
    r"f'\!\left(": lambda a: 1 - np.tanh(a) ** 2,
    r"\log{\left(": log,
    r"\left|{": abs,
    r"\left(": lambda a: a,
}


class Reader:
    """Evaluates LaTeX by recursive descent; ``entries`` are arrays or numbers by how their name is written."""

    def __init__(self, text: str, entries: dict[str, np.ndarray], lengths: dict[str, int]) -> None:
        self.text, self.at, self.lengths = text, 0, lengths
        written = sorted(entries, key=len, reverse=True)
        indices = r"(?:_\{([a-z]+)\})?(?:\^\{([a-z]+)\})?"
        self.names = [(entries[name], self._pattern(name, indices)) for name in written]
        self.bound: dict[str, int] = {}

    @staticmethod
    def _pattern(name: str, indices: str) -> re.Pattern[str]:
        before, dot, after = name.partition("·")
        return re.compile(re.escape(before) + indices + (re.escape(after) if dot else "") + r"(?![a-zA-Z])")

    def _next(self, pattern: str) -> re.Match[str] | None:
        match = re.compile(r"\s*(?:\\,)?\s*" + pattern).match(self.text, self.at)
        if match:
            self.at = match.end()
        return match

    def _expect(self, pattern: str) -> None:
        if not self._next(pattern):
            raise ValueError(f"expected {pattern} at {self.text[self.at :][:60]!r}")

    def whole(self, bound: dict[str, int]) -> float:
        """The value of the whole text for values of its free indices."""
        self.at, self.bound = 0, dict(bound)
        result = self.sum()
        self._expect(r"$")
        return result

    def sum(self) -> float:
        sign = -1 if self._next("-") else 1
        total = sign * self.product()
        while operator := self._next("([-+])"):
            total += (-1 if operator[1] == "-" else 1) * self.product()
        return total

    def product(self) -> float:
        result, factors = 1.0, 0
        while (factor := self.factor()) is not None:
            result, factors = result * factor, factors + 1
        if not factors:
            raise ValueError(f"nothing to read at {self.text[self.at :][:60]!r}")
        return result

    def factor(self) -> float | None:
        base = self.base()
        if base is not None and self._next(r"\^\{"):
            base = base ** self.sum()
            self._expect(r"\}")
        return base

    def base(self) -> float | None:
        if match := self._next(r"\\sum_\{([a-z])(?: \\neq ([a-z]))?\}"):
            return self._summed(match[1], match[2])
        if self._next(r"\\frac\{"):
            above = self._group()
            self._expect(r"\{")
            return above / self._group()
        if self._next(r"\\[a-z]+term\{"):  # only a colour
            return self._group()
        if self._next(r"\\sqrt\{"):
            return sqrt(self._group())
        if self._next(r"e\^\{"):
            return exp(self._group())
        for opened, function in FUNCTIONS.items():
            if self._next(re.escape(opened)):
                inner = self.sum()
                self._expect(r"\s*\\right\)" if opened.endswith("(") or opened.endswith(" ") else r"\}\s*\\right\|")
                if opened.startswith(r"\log{"):
                    self._expect(r"\}")
                return function(inner)
        if match := self._next(r"\\delta_\{([a-z])([a-z])\}"):
            return float(self.bound[match[1]] == self.bound[match[2]])
        if match := self._next(r"(\d+)"):
            return float(match[1])
        for array, pattern in self.names:
            if match := self._next(pattern.pattern):
                upper, lower = match[2] or "", match[1] or ""
                place = tuple(self.bound[letter] for letter in upper + lower)
                return float(np.asarray(array)[place])
        return None

    def _group(self) -> float:
        inner = self.sum()
        self._expect(r"\}")
        return inner

    def _summed(self, index: str, other: str | None) -> float:
        start, total = self.at, 0.0
        outer = self.bound.get(index)
        for n in range(self.lengths[index]):
            if other is not None and self.bound[other] == n:
                continue
            self.at, self.bound[index] = start, n
            total += self.product()
        if outer is not None:
            self.bound[index] = outer
        return total


def _axis(index: Idx) -> tuple[int, str]:
    """The order of axes: samples, units, inputs."""
    role = role_of(index)
    return ROLES_IN_ORDER.index(role) if role else "BNM".find(str(size_of(index))), str(index)


def opaque(expr: Expr, found: dict[Expr, Expr]) -> Expr:
    """``expr`` with each derivative, mean or value at a point as an array of its own."""
    if isinstance(expr, (D, Mean, At)):
        if expr not in found:
            indices = sorted(free_indices(expr), key=_axis)
            name = f"operand{'abcdefgh'[len(found)]}"
            found[expr] = IndexedBase(name)[tuple(indices)] if indices else Symbol(name)
        return found[expr]
    if isinstance(expr, (Indexed, Idx)) or not expr.args:
        return expr
    return expr.func(*(opaque(part, found) for part in expr.args))


def parts(expr: Expr) -> Iterator[Expr]:
    """An expression without operators, and in turn those inside its operators."""
    found: dict[Expr, Expr] = {}
    yield opaque(expr, found)
    for operator in found:
        if name_of(operator.args[0]) is None:
            yield from parts(operator.args[0])


def of_known_size(expr: Expr, definitions: Definitions) -> bool:
    """Whether the engine of arrays knows the range of every index, in what names stand for too."""
    return all(str(size_of(index)) in SIZES for whole in (expr, definitions.expand(expr)) for index in whole.atoms(Idx))


def drawn(expr: Expr, definitions: Definitions) -> SimpleNamespace:
    """Values for every primitive quantity on which a name in the expression depends, even if it cancels."""
    random, data = np.random.default_rng(5), SimpleNamespace(**SIZES)
    waiting, seen = sorted(quantities(expr), key=str), set()
    while waiting:
        part = waiting.pop(0)
        name, meaning = str(name_of(part)), definitions.value(part)
        if name in seen or name in SIZES:
            continue
        seen.add(name)
        if meaning is not None:
            waiting += sorted(quantities(meaning), key=str)
            continue
        values = 0.7 * random.normal(size=tuple(SIZES[str(size_of(index))] for index in indices_of(part)))
        values = values @ values.T if isinstance(name_of(part), Symmetric) else values
        setattr(data, name, np.abs(values) if part.is_nonnegative else values)
    return data


def read_again(
    expr: Expr, text: str, definitions: Definitions, names: Iterable[Expr] = (), written: Mapping[str, str] = LATEX
) -> None:
    """Compare the text's value with the expression's wherever its free indices may stand; the text may use more names."""
    data = drawn(Add(expr, *(0.5 * name for name in names)), definitions)
    entries: dict[str, np.ndarray] = {}
    for quantity in sorted(quantities(expr) | set(names), key=str):
        name = str(name_of(quantity))
        if name in {"N", "M", "B", "Q"}:
            entries[name] = np.asarray(SIZES[name])
            continue
        indexed = isinstance(quantity, Indexed)
        array = value(_distinct(quantity) if indexed else quantity, definitions, data)
        key = written.get(name) or (re.split(r"[_^]\{", latex(quantity, written))[0] if indexed else latex(quantity, written))
        if not (key in entries and np.array_equal(entries[key], array)):
            assert key not in entries, f"two quantities are written {key}"
        entries[key] = array
    free = sorted(free_indices(expr), key=_axis)
    with np.errstate(all="ignore"):
        expected = value(expr, definitions, data)
    lengths = {letter: SIZES[size] for role, size in ROLES.items() for letter in LETTERS[role]}  # of names that were fresh
    lengths |= {str(index): SIZES[str(size_of(index))] for index in expr.atoms(Idx)}
    reader = Reader(text, entries, lengths)
    for place in product(*map(range, expected.shape)):
        at = {str(index): n for index, n in zip(free, place, strict=True)}
        if not np.isfinite(expected[place]):
            continue  # as where the variance is zero by hypothesis
        np.testing.assert_allclose(reader.whole(at), expected[place], rtol=1e-9, atol=1e-12, err_msg=text)


def quantities(expr: Expr) -> set[Expr]:
    """The names in an expression, with the indices that they have there."""
    if isinstance(expr, Idx):
        return set()
    if name_of(expr) is not None:
        return {expr}
    return set().union(*map(quantities, expr.args)) if expr.args else set()


def _distinct(quantity: Indexed) -> Indexed:
    """The quantity with different indices, in the order in which its axes are."""
    letters = {"B": "bcde", "N": "iklnop", "M": "jmqrsu", "N_loud": "hl", "N_rest": "rs"}
    counts: dict[str, int] = {}
    indices = []
    for index in quantity.indices:
        size = str(size_of(index))
        counts[size] = counts.get(size, 0) + 1
        indices.append(Idx(Symbol(letters[size][counts[size] - 1], integer=True), index.args[1]))
    return quantity.base[tuple(indices)]
