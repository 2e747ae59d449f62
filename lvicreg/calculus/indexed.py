"""Sums over indices whose length is a symbol.

An index is a SymPy ``Idx`` and carries its range, so a sum needs no limits: with ``i = Idx("i", N)``,
``Sigma(z[b, i], i)`` is the sum of ``z[b, i]`` over all ``N`` values of ``i``, for every ``N``. Four node types suffice
beside SymPy's own arithmetic:

* ``Sigma(term, i, k)``: the sum over ``i`` and ``k``; the indices are bound, their names carry no meaning;
* ``Delta(i, k)``: 1 where ``i = k``, else 0, defined between indices of the same range only;
* ``Before(k, i)``: 1 where ``k < i``, else 0, of such indices;
* ``distinct(i, k)``: ``1 - Delta(i, k)``, so that ``Sigma(distinct(i, k) * g, k)`` is the sum over ``k`` different from ``i``.

``rename`` substitutes free indices and never captures a bound one.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from itertools import count
from operator import is_

from sympy import Expr, Function, Idx, Indexed, IndexedBase, S, Symbol
from sympy.core.basic import Basic

from .axes import size_of

Renaming = Mapping[Idx, Idx]

_fresh_numbers = count()


def fresh(index: Idx) -> Idx:
    """A new index with the range of ``index``, equal to no other; by name after those made before it."""
    return Idx(Symbol(f"_fresh{next(_fresh_numbers):09}", integer=True), index.args[1])


def _check_start(index: Idx) -> None:
    """A range is known by its length alone, so it begins at 0."""
    if index.lower != 0:
        raise TypeError(f"{index} runs from {index.lower} to {index.upper}: let it run from 0, as Idx('{index}', N) does")


class Sigma(Expr):
    """The sum of a term over one index; ``Sigma(term, i, k)`` nests, innermost index last.

    >>> from lvicreg.calculus.layer import b, i, z
    >>> Sigma(z[b, i] ** 2, b, i)
    Sigma(Sigma(z[b, i]**2, i), b)
    """

    is_commutative = True

    def __new__(cls, term: Expr, *indices: Idx) -> Expr:
        for index in reversed(indices):
            if not isinstance(index, Idx) or len(index.args) != 2:
                raise TypeError(f"Sigma sums over an index with a range, such as Idx('i', N); got {index!r}")
            _check_start(index)
            term = Expr.__new__(cls, S(term), index)
        return term

    @property
    def term(self) -> Expr:
        return self.args[0]

    @property
    def index(self) -> Idx:
        return self.args[1]

    @property
    def free_symbols(self) -> set[Basic]:
        return self.term.free_symbols - {self.index}


class Comparison(Function):
    """1 or 0, by how two indices of the same range compare."""

    @classmethod
    def eval(cls, first: Idx, second: Idx) -> Expr | None:
        if size_of(first) != size_of(second):
            raise TypeError(f"{cls.__name__} compares indices of the same range; {first} and {second} differ")
        _check_start(first)
        _check_start(second)
        return None


class Delta(Comparison):
    """Kronecker's delta of two indices of the same range.

    >>> from lvicreg.calculus.layer import i, k
    >>> Delta(i, k), Delta(i, i)
    (Delta(i, k), 1)
    """

    @classmethod
    def eval(cls, first: Idx, second: Idx) -> Expr | None:
        super().eval(first, second)
        if first == second:
            return S.One
        if str(first) > str(second):
            return cls(second, first)
        return None


class Before(Comparison):
    """1 where the first index is less than the second, else 0: units in an order, as in Sanger's rule.

    >>> from lvicreg.calculus.layer import W, b, i, j, k, z
    >>> Sigma(Before(k, i) * z[b, k] * W[k, j], k)  # over the units before i
    Sigma(Before(k, i)*W[k, j]*z[b, k], k)
    """

    @classmethod
    def eval(cls, first: Idx, second: Idx) -> Expr | None:
        super().eval(first, second)
        return S.Zero if first == second else None


def distinct(i: Idx, k: Idx) -> Expr:
    """1 where ``k`` differs from ``i``, else 0.

    >>> from lvicreg.calculus.layer import K, N, i, k
    >>> Sigma(distinct(i, k) * K[i, k] ** 2, i, k)  # over ordered pairs of different units
    Sigma(Sigma((1 - Delta(i, k))*K[i, k]**2, k), i)
    """
    return 1 - Delta(i, k)


class Symmetric(IndexedBase):
    """A symmetric matrix: ``C[j, k]`` and ``C[k, j]`` are the same expression.

    >>> from lvicreg.calculus.layer import j, m
    >>> C = Symmetric("C")
    >>> C[j, m] - C[m, j]
    0
    """

    def __getitem__(self, indices: tuple[Idx, Idx]) -> Indexed:
        return super().__getitem__(tuple(sorted(indices, key=str)))


def free_indices(expr: Expr) -> frozenset[Idx]:
    """The indices of ``expr`` that no ``Sigma`` binds."""
    return _free_indices(expr)


@cache
def _free_indices(expr: Basic) -> frozenset[Idx]:
    if isinstance(expr, Idx):
        return frozenset({expr})
    if getattr(expr, "closed", False):
        return frozenset()
    found: frozenset[Idx] = frozenset().union(*(_free_indices(a) for a in expr.args))
    return found - {expr.index} if isinstance(expr, Sigma) else found - getattr(expr, "parameters", frozenset())


def rename(expr: Expr, names: Renaming) -> Expr:
    """``expr`` with its free indices replaced, all at once."""
    free = free_indices(expr)
    names = {old: new for old, new in names.items() if old in free and old != new}
    return _renamed(expr, names) if names else expr


@cache
def _entry(base: IndexedBase, indices: tuple[Idx, ...]) -> Indexed:
    """``base[indices]``, which SymPy takes long to make."""
    return base[indices]


def _renamed(expr: Expr, names: Renaming) -> Expr:
    """The same of what may have none of them; then it is the expression itself."""
    if isinstance(expr, Idx):
        return names.get(expr, expr)
    if isinstance(expr, Indexed):
        indices = tuple([names.get(index, index) for index in expr.indices])
        return expr if indices == expr.indices else _entry(expr.base, indices)
    if isinstance(expr, Sigma) or getattr(expr, "closed", False) or getattr(expr, "parameters", ()):
        return _renamed_within(expr, names)
    parts = [_renamed(part, names) for part in expr.args]
    return expr if all(map(is_, parts, expr.args)) else expr.func(*parts)


def _renamed_within(expr: Expr, names: Renaming) -> Expr:
    """The same where indices are bound: those are not replaced, and do not capture what replaces others."""
    free = free_indices(expr)
    names = {old: new for old, new in names.items() if old in free}
    if not names:
        return expr
    if not isinstance(expr, Sigma):
        return expr.func(*(_renamed(part, names) for part in expr.args))
    index, term = expr.index, expr.term
    if index in names.values():
        index = fresh(index)
        term = _renamed(term, {expr.index: index})
    return Sigma(_renamed(term, names), index)
