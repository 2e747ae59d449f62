"""Averages over the input's distribution.

``expectation`` evaluates the mean of an expression that is polynomial in random quantities, term by term in normal form,
from the moments of their law. A law states what is assumed and nothing else:

* ``Gaussian(x[b, j], C)``: ``x`` jointly Gaussian, mean zero, covariance ``C``, independent between samples (Isserlis);
* ``SecondMoments((x[j], x[j], C), …)``: any distribution with these second moments; a term of higher degree is refused;
* ``IndependentUnits(u[i], v, kappa)``: independent, symmetric, with common variance ``v`` and kurtosis ``κ = E[u⁴]/v²``.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TypeVar

from sympy import Add, Basic, Expr, Idx, Indexed, IndexedBase, Mul, S, Tuple

from .axes import size_of
from .canonical import base_and_power, normal
from .definitions import Definitions
from .indexed import Delta, Sigma, fresh, rename

E = TypeVar("E", bound=Expr)


class Law(Basic):
    """A distribution, known by the moments of the arrays that it governs; the first argument shows how they are indexed.

    >>> from lvicreg.calculus.layer import b, j, x
    >>> from sympy import IndexedBase
    >>> Gaussian(x[b, j], IndexedBase("C")).names
    ['x']
    """

    closed = True  # its indices are a pattern, not free

    @property
    def patterns(self) -> list[Indexed]:
        """The arrays that are random, such as ``x[b, j]``."""
        return [self.args[0]]

    @property
    def names(self) -> list[str]:
        """The names of the random arrays."""
        return [str(pattern.base) for pattern in self.patterns]

    @property
    def axes(self) -> list[Expr]:
        """The sizes of their axes."""
        return [size_of(index) for index in self.patterns[0].indices]

    def moment(self, factors: list[Indexed]) -> Expr:
        """``E`` of the product of ``factors``, each an entry of a random array."""
        raise TypeError(f"{type(self).__name__} states no moments")


def _pairings(factors: list[E]) -> Iterator[list[tuple[E, E]]]:
    """Every way to split ``factors`` into pairs; none of an odd number."""
    if not factors:
        yield []
        return
    first, *rest = factors
    for n, partner in enumerate(rest):
        for pairing in _pairings(rest[:n] + rest[n + 1 :]):
            yield [(first, partner), *pairing]


class Gaussian(Law):
    """``Gaussian(x[b, j], C)``; the index of the entry is last, and before it, if any, that of the sample.

    >>> from lvicreg.calculus import Symmetric
    >>> from lvicreg.calculus.layer import b, j, x
    >>> expectation(x[b, j] ** 4, Gaussian(x[b, j], Symmetric("C")))
    3*C[j, j]**2
    """

    def moment(self, factors: list[Indexed]) -> Expr:
        covariance = self.args[1]

        def second(first: Indexed, other: Indexed) -> Expr:
            samples = zip(first.indices[:-1], other.indices[:-1], strict=True)
            same_sample = Mul(*(Delta(*pair) for pair in samples))
            return same_sample * covariance[first.indices[-1], other.indices[-1]]

        return Add(*(Mul(*(second(*pair) for pair in pairing)) for pairing in _pairings(factors)))


class SecondMoments(Law):
    """``SecondMoments((x[j], y[j], C), …)``: ``E[x_j y_m] = C[j, m]``, and all means zero.

    >>> from lvicreg.calculus.layer import j, m
    >>> x, y, C = (IndexedBase(name) for name in "xyC")
    >>> expectation(x[j] * y[m] + x[j], SecondMoments((x[j], y[j], C)))
    C[j, m]
    """

    def __new__(cls, *moments: tuple[Indexed, Indexed, IndexedBase]) -> SecondMoments:
        return Basic.__new__(cls, *(Tuple(*moment) for moment in moments))

    @property
    def patterns(self) -> list[Indexed]:
        return list(dict.fromkeys(pattern for *pair, _ in self.args for pattern in pair))

    def moment(self, factors: list[Indexed]) -> Expr:
        if len(factors) < 2:
            return S.Zero if factors else S.One
        if len(factors) == 2:
            first, other = factors
            (row,), (column,) = first.indices, other.indices  # of one sample: nothing is said of two
            for left, right, matrix in self.args:
                if (left.base, right.base) == (first.base, other.base):
                    return matrix[row, column]
                if (right.base, left.base) == (first.base, other.base):
                    return matrix[column, row]
        raise ValueError(f"only second moments are assumed; E of the product of {factors} is not among them")


class IndependentUnits(Law):
    """``IndependentUnits(u[i], v, kappa)``: entries ``u[i]`` independent, with moments ``v`` and ``κ v²``.

    >>> from lvicreg.calculus.layer import i, k
    >>> from sympy import Symbol
    >>> u, v, kappa = IndexedBase("u"), Symbol("v"), Symbol("kappa")
    >>> expectation(u[i] ** 4, IndependentUnits(u[i], v, kappa))
    kappa*v**2
    """

    def moment(self, factors: list[Indexed]) -> Expr:
        _, variance, kurtosis = self.args
        if len(factors) % 2:
            return S.Zero
        if len(factors) > 4:
            raise ValueError("moments of independent units are stated up to the fourth")
        units = [unit for (unit,) in (factor.indices for factor in factors)]  # of one sample: nothing is said of two
        pairs = Add(*(Mul(*(Delta(*pair) for pair in pairing)) for pairing in _pairings(units)))
        all_equal = Mul(*(Delta(first, second) for first, second in pairwise(units))) if len(units) == 4 else S.Zero
        return variance ** (len(units) // 2) * (pairs + (kurtosis - 3) * all_equal)


def expectation(expr: Expr, law: Law, definitions: Definitions | None = None) -> Expr:
    """The expectation of ``expr``, whose names are expanded first; ``TypeError`` where it is not polynomial in them.

    >>> from lvicreg.calculus import Symmetric
    >>> from lvicreg.calculus.layer import b, j, m, x
    >>> w = IndexedBase("w")
    >>> expectation(Sigma(w[j] * x[b, j], j) * x[b, m], Gaussian(x[b, j], Symmetric("C")))
    Sigma(C[_M_1_0, m]*w[_M_1_0], _M_1_0)
    """
    return normal(Add(*(_of_term(term, law) for term in Add.make_args(normal(expr, definitions)))))


def _of_term(term: Expr, law: Law) -> Expr:
    factors: list[Expr] = []
    indices: list[Idx] = []
    for part in _entries(term):
        summand, bound = _opened(part)
        factors += _entries(summand)
        indices += bound
    random = [factor for factor in factors if _governed(factor, law)]
    constant = [factor for factor in factors if not _governed(factor, law)]
    for factor in constant:
        if any(_governed(entry, law) for entry in factor.atoms(Indexed)):
            raise TypeError(f"the expectation of {factor} needs more than moments")
    return Sigma(Mul(*constant) * law.moment(random), *indices)


def _governed(part: Expr, law: Law) -> bool:
    return isinstance(part, Indexed) and str(part.base) in law.names


def _opened(expr: Expr) -> tuple[Expr, list[Idx]]:
    """The summand of nested sums, with fresh indices, and those indices."""
    indices: list[Idx] = []
    while isinstance(expr, Sigma):
        index = fresh(expr.index)
        expr = rename(expr.term, {expr.index: index})
        indices.append(index)
    return expr, indices


def _entries(product: Expr) -> list[Expr]:
    """The factors of a product, powers written out."""
    return [base for base, power in map(base_and_power, Mul.make_args(product)) for _ in range(power)]
