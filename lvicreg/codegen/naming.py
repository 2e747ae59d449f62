"""Names for the sums that have none, so that each is one line of code.

A sum within something else is given a name made of what it adds up: ``Σ_k O_ik u_bk`` is ``sum_O_u``, and ``Σ_k u_bk²`` is
``sum_u2``. A sum that equals what a name stands for already has that name; names of the user are never changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain, count

from sympy import Add, Expr, Idx, Indexed, IndexedBase, Mul, Symbol

from lvicreg.calculus.at_hand import unwrapped
from lvicreg.calculus.axes import is_sample, role_of, size_of
from lvicreg.calculus.canonical import normal
from lvicreg.calculus.definitions import Definitions, indices_of, name_of
from lvicreg.calculus.functions import StopGradient
from lvicreg.calculus.indexed import Before, Sigma, free_indices, rename

from .arrays import code
from .layout import NotArrayCode

LONGEST = 24  # characters of what is summed, in a name


def with_named_sums(definitions: Definitions, taken: Iterable[str]) -> Definitions:
    """The same names with the same meanings, in which each sum within something else has a name that is not ``taken``."""
    named = _Naming(Definitions(), {*taken, *map(str, definitions)})
    for name in definitions:
        pattern, value = definitions[name]
        named.add(pattern, named.opened(value))
    return named.definitions


def naming(sums: Iterable[Expr], definitions: Definitions, taken: Iterable[str]) -> tuple[dict[Expr, Expr], Definitions]:
    """A name that is not ``taken`` for each of these sums, and the definitions with them."""
    named = _Naming(definitions, {*taken, *map(str, definitions)})
    return {total: named.of(total) for total in sorted(sums, key=str)}, named.definitions


def contracted(expr: Expr, axes: tuple[Idx, ...], definitions: Definitions, taken: Iterable[str]) -> tuple[Expr, Definitions]:
    """A sum of arrays over ``axes``, each a product of matrices by name, and the definitions with these names."""
    named = _Naming(definitions, {*taken, *map(str, definitions)})
    terms = [named.contracted(term, axes) for term in Add.make_args(expr)]
    return Add(*terms), named.definitions


def opened(expr: Expr, definitions: Definitions, taken: Iterable[str]) -> tuple[Expr, Definitions]:
    """An expression in which each sum within a sum is a name, and the definitions with these."""
    named = _Naming(definitions, {*taken, *map(str, definitions)})
    terms = [named.total(term) for term in Add.make_args(expr)]
    return Add(*terms), named.definitions


class _Naming:
    """Definitions to which names are added; no name is used twice."""

    def __init__(self, definitions: Definitions, taken: set[str]) -> None:
        self.definitions = definitions
        self.taken = taken
        self.known: dict[Expr, IndexedBase | Symbol] = {}  # by its normal form

    def add(self, pattern: Expr, value: Expr) -> None:
        self.definitions = self.definitions.replace({pattern: value})

    def opened(self, value: Expr) -> Expr:
        """A value that may be one sum times a coefficient, with names for the sums inside."""
        if isinstance(value, StopGradient):
            return StopGradient(self.opened(value.args[0]))
        sums = [factor for factor in Mul.make_args(value) if isinstance(factor, Sigma)]
        if len(sums) != 1:
            return self._closed(value)
        coefficient = self._closed(value / sums[0])
        return coefficient * self._inside(sums[0])

    def total(self, term: Expr) -> Expr:
        """A number, made of sums."""
        found = self.opened(term)
        sums = [factor for factor in Mul.make_args(found) if isinstance(factor, Sigma)]
        return found.xreplace({each: self._apart(each, ()) for each in sums})

    def _inside(self, total: Sigma) -> Expr:
        """A sum, or a sum of sums, with names for the sums in its term."""
        term = total.term
        return Sigma(self._inside(term) if isinstance(term, Sigma) else self._closed(term), total.index)

    def _closed(self, expr: Expr) -> Expr:
        """An expression in which every sum is a name."""
        if isinstance(expr, Sigma):
            return self.of(expr)
        if isinstance(expr, (Indexed, Idx)) or not expr.args:
            return expr
        return expr.func(*map(self._closed, expr.args))

    def of(self, total: Sigma) -> Expr:
        """The name of a sum, given to it where it has none, with the indices that it has here."""
        own = tuple(sorted(free_indices(total), key=lambda index: (not is_sample(index), str(index))))
        indices = _lettered(own)
        total = self._inside(rename(total, dict(zip(own, indices, strict=True))))
        form = total if total.has(StopGradient) else normal(total)  # which is not told what is held
        if form not in self.known:
            as_it_is = _has_code(total, indices)  # (z − t)² rather than z² − 2 z t + t²
            chosen = self._new(total if as_it_is else form)
            self.known[form] = IndexedBase(chosen) if indices else Symbol(chosen)
            value = total if as_it_is else self._valued(form, indices)
            self.add(self.known[form][indices] if indices else self.known[form], value)
        return self.known[form][own] if own else self.known[form]

    def _valued(self, total: Expr, indices: tuple[Idx, ...]) -> Expr:
        """What a sum in normal form stands for: one sum by itself, and several, or one beside other terms, by their names."""
        return self._apart(total, indices) if isinstance(total, Sigma) else self._closed(total)

    def contracted(self, term: Expr, axes: tuple[Idx, ...]) -> Expr:
        """A term over ``axes``: sums over both are products of matrices, and others have names."""
        sums = [factor for factor in Mul.make_args(term) if isinstance(factor, Sigma)]
        coefficient = self._closed(Mul(*(factor for factor in Mul.make_args(term) if factor not in sums)))
        return coefficient * Mul(
            *(self._apart(each, axes) if free_indices(each) >= set(axes) else self.of(each) for each in sums)
        )

    def _masked(self, term: Expr) -> Expr:
        """A product in which a triangle of a matrix is a name."""
        for order in (factor for factor in Mul.make_args(term) if isinstance(factor, Before)):
            for matrix in Mul.make_args(term):
                if isinstance(matrix, Indexed) and set(indices_of(matrix)) == set(order.args):
                    return self._masked(term / (order * matrix) * self._triangle(order, matrix))
        return term

    def _multiplied(self, term: Expr) -> Expr:
        """A product of matrices in which those with the same axes are one, by a name."""
        groups: dict[tuple[Idx, ...], list[Expr]] = {}
        for factor in Mul.make_args(term):
            entries = {indices_of(entry) for entry in factor.atoms(Indexed)}
            if len(entries) == 1 and len(axes := entries.pop()) == len(set(axes)) == 2:
                groups.setdefault(axes, []).append(factor)
        for axes, factors in groups.items():
            product = Mul(*factors)
            if not isinstance(product, Indexed):
                term = term / product * self._product(product, axes)
        return term

    def _product(self, product: Expr, own: tuple[Idx, ...]) -> Expr:
        """The name of an elementwise product of matrices."""
        axes = _lettered(own)
        value = rename(product, dict(zip(own, axes, strict=True)))
        if value not in self.known:
            words = "_".join(_word(factor) for factor in sorted(Mul.make_args(value), key=str) if not factor.is_number)
            self.known[value] = IndexedBase(self._numbered(words[:LONGEST].rstrip("_") or "product"))
            self.add(self.known[value][axes], value)
        return self.known[value][own]

    def _triangle(self, order: Before, matrix: Indexed) -> Expr:
        """The name of what a matrix has on one side of its diagonal."""
        own = indices_of(matrix)
        axes = _lettered(own)
        value = rename(order * matrix, dict(zip(own, axes, strict=True)))
        if value not in self.known:
            side = "upper" if order.args == own else "lower"
            self.known[value] = IndexedBase(self._numbered(f"{side}_{name_of(matrix)}"))
            self.add(self.known[value][axes], value)
        return self.known[value][own]

    def _apart(self, total: Sigma, indices: tuple[Idx, ...]) -> Expr:
        """``Σ_b u_bp Σ_k C_pk n_bk``, the inner sum by a name, for a sum over several indices of which there is no code."""
        term, bound = unwrapped(total)
        term = self._masked(term)
        total = Sigma(term, *bound)
        if _has_code(total, indices):
            return total
        term = self._multiplied(term)
        total = Sigma(term, *bound)
        if len(bound) < 2 or _has_code(total, indices):
            return total
        factors = Mul.make_args(term)
        for index in sorted(bound, key=lambda index: (is_sample(index), str(index))):
            within = [factor for factor in factors if index in free_indices(factor)]
            inner = Sigma(Mul(*within), index)
            if 0 < len(within) < len(factors) and len(free_indices(inner)) <= 2:  # an array has at most two axes
                rest = Mul(*(factor for factor in factors if factor not in within))
                return self._apart(Sigma(rest * self.of(inner), *(other for other in bound if other != index)), indices)
        return total

    def _new(self, total: Sigma) -> str:
        """``sum_O_u`` by what is summed; shortened, and numbered where it is taken."""
        term: Expr = total
        while isinstance(term, Sigma):
            term = term.term
        words = "_".join(_word(factor) for factor in sorted(Mul.make_args(term), key=str) if not factor.is_number)
        return self._numbered(f"sum_{words or 'of_ones'}"[: LONGEST + 4].rstrip("_"))

    def _numbered(self, stem: str) -> str:
        """A name that is not taken."""
        numbered = (f"{stem}_{number}" if number > 1 else stem for number in range(1, 1000))
        name = next(name for name in numbered if name not in self.taken)
        self.taken.add(name)
        return name


def _lettered(indices: tuple[Idx, ...]) -> tuple[Idx, ...]:
    """As many indices of the same ranges, by their usual letters."""
    letters = {"sample": "bcd", "unit": "ikl", "input": "jmr", None: "ghn"}
    found: list[Idx] = []
    for index in indices:
        taken = {str(other) for other in found}
        letter = next(letter for letter in _endless(letters[role_of(index)]) if letter not in taken)
        found.append(Idx(letter, size_of(index)))
    return tuple(found)


def _endless(letters: str) -> Iterator[str]:
    """Letters, then the same with numbers."""
    return chain(letters, (f"{letter}{number}" for number in count(1) for letter in letters))


def _has_code(total: Sigma, indices: tuple[Idx, ...]) -> bool:
    try:
        code(total, indices)
    except NotArrayCode:
        return False
    return True


def _word(factor: Expr) -> str:
    """``u²`` as ``u2``, and anything else by the names in it."""
    if isinstance(factor, (Add, StopGradient)):
        return "_".join(map(_word, factor.args))
    text = re.sub(r"\[[^\]]*\]", "", str(factor)).replace("**", "").replace("Exponential", "exp")
    others = {"Sigma", *(str(index).lstrip("_") for index in factor.atoms(Idx))}
    return "_".join(word for word in re.findall(r"[A-Za-z]\w*", text) if word not in others)


def leftover(parts: Iterable[Expr]) -> set[Expr]:
    """The outermost sums in some expressions."""
    found: set[Expr] = set()
    waiting = list(parts)
    while waiting:
        expr = waiting.pop()
        if isinstance(expr, Sigma):
            found.add(expr)
        elif not isinstance(expr, (Indexed, Idx)):
            waiting += expr.args
    return found
