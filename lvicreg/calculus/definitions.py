"""Named quantities, which an expression can keep or expand.

A learning rule is read in named quantities (``u``, ``mean``, ``sigma``) and proven without them. So names are plain SymPy
symbols (``u[b, i]``, ``alpha``), and what they stand for is a separate object:

    network = Definitions({a[b, i]: Sigma(W[i, j] * x[b, j], j), z[b, i]: f(a[b, i]), ...})
    network.expand(expr)            # every name replaced by its meaning, down to the primitive symbols
    network.fold(expr)              # functions and roots replaced by the names that stand for them
    network.replace({u[b, i]: ...})     # a variant: the same names, some with another meaning
    network.holding(mean)              # a variant: the same values, held constant when differentiating
    network.primitive(mean, var)        # a variant: these names primitive

A quantity without a definition is primitive: arbitrary, and independent of the weights.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from sympy import Expr, Function, Idx, Indexed, IndexedBase, Pow, Rational, S, Symbol, exp

from .axes import size_of
from .functions import Exponential, StopGradient
from .indexed import free_indices, rename

Name: TypeAlias = IndexedBase | Symbol


def name_of(expr: Expr) -> Name | None:
    """The symbol that a named quantity such as ``u[b, i]`` or ``alpha`` is known by."""
    if isinstance(expr, Indexed):
        return expr.base
    return expr if isinstance(expr, Symbol) and not isinstance(expr, Idx) else None


def indices_of(expr: Expr) -> tuple[Idx, ...]:
    """The indices of a named quantity, none for a plain symbol."""
    return expr.indices if isinstance(expr, Indexed) else ()


@dataclass(frozen=True)
class _Definition:
    pattern: Expr
    value: Expr

    def at(self, indices: tuple[Idx, ...]) -> Expr:
        """The value with the pattern's indices replaced."""
        parameters = indices_of(self.pattern)
        for parameter, index in zip(parameters, indices, strict=True):
            if size_of(parameter) != size_of(index):
                raise TypeError(f"{self.pattern} cannot be indexed by {index}, whose range is another")
        return rename(self.value, dict(zip(parameters, indices, strict=True)))


class Definitions:
    """What each name stands for: a mapping from patterns such as ``u[b, i]`` to expressions in ``b`` and ``i``.

    >>> from lvicreg.calculus.layer import b, i, mean, u, z
    >>> centred = Definitions({u[b, i]: z[b, i] - mean[i]})
    >>> centred.expand(u[b, i] ** 2)
    (-mean[i] + z[b, i])**2
    """

    def __init__(self, meanings: Mapping[Expr, Expr] | None = None) -> None:
        self._by_name: dict[Name, _Definition] = {}
        for pattern, value in (meanings or {}).items():
            name = name_of(pattern)
            if name is None:
                raise TypeError(f"only a symbol or an indexed symbol can be defined; got {pattern}")
            if len(set(indices_of(pattern))) < len(indices_of(pattern)):
                raise ValueError(f"{pattern} has one index twice: define all entries, such as those of Idx's i and k")
            loose = free_indices(S(value)) - set(indices_of(pattern))
            if loose:
                raise ValueError(f"the definition of {pattern} has indices that it does not bind: {sorted(loose, key=str)}")
            self._by_name[name] = _Definition(pattern, S(value))
        self._expanded: dict[Expr, Expr] = {}

    def __repr__(self) -> str:
        return f"Definitions of {', '.join(map(str, self)) or 'nothing'}"

    def __iter__(self) -> Iterator[Name]:
        return iter(self._by_name)

    def __contains__(self, name: Name | None) -> bool:
        return name in self._by_name

    def __getitem__(self, name: Name) -> tuple[Expr, Expr]:
        """Both sides of a definition, such as ``u[b, i]`` and ``z[b, i] - mean[i]``."""
        return self._by_name[name].pattern, self._by_name[name].value

    def value(self, quantity: Expr) -> Expr | None:
        """What ``quantity``, such as ``u[c, k]``, stands for; None for a primitive one."""
        definition = self._by_name.get(name_of(quantity))
        return definition.at(indices_of(quantity)) if definition else None

    def replace(self, changes: Mapping[Expr, Expr]) -> Definitions:
        """A variant in which some names stand for something else."""
        variant = Definitions()
        variant._by_name = {**self._by_name, **Definitions(changes)._by_name}
        return variant

    def holding(self, *names: Name) -> Definitions:
        """A variant in which these names have the same values but are held constant when differentiating."""
        meanings = (self[name] for name in names)
        return self.replace({pattern: StopGradient(value) for pattern, value in meanings})

    def primitive(self, *names: Name) -> Definitions:
        """A variant in which these names are primitive: supplied from outside, as by a slow filter."""
        variant = Definitions()
        variant._by_name = {name: meaning for name, meaning in self._by_name.items() if name not in names}
        return variant

    def expand(self, expr: Expr) -> Expr:
        """Every name replaced by its meaning, recursively."""
        if expr not in self._expanded:
            self._expanded[expr] = self._expand(expr)
        return self._expanded[expr]

    def _expand(self, expr: Expr) -> Expr:
        value = self.value(expr)
        if value is not None:
            return self.expand(value)
        if isinstance(expr, Indexed) or not expr.args:
            return expr
        return expr.func(*(argument if isinstance(argument, Idx) else self.expand(argument) for argument in expr.args))

    def fold(self, expr: Expr) -> Expr:
        """Functions, such as ``f(a)``, and powers of a square root replaced by the names that stand for them."""
        if isinstance(expr, (Indexed, Idx)) or not expr.args:
            return expr
        folded = expr.func(*(self.fold(argument) for argument in expr.args))
        for name, definition in self._by_name.items():
            value, exponent = definition.value, S.One
            if isinstance(value, Pow) and value.exp == Rational(1, 2) and isinstance(folded, Pow):
                value, exponent = value.base, 2 * folded.exp
                candidate = folded.base
            elif isinstance(value, Function):
                value = value.replace(exp, Exponential) if isinstance(folded, Exponential) else value
                candidate = folded
            else:
                continue
            indices = self._match(definition, value, candidate)
            if indices is not None and exponent.is_Integer:
                return (name[indices] if indices else name) ** exponent
        return folded

    @staticmethod
    def _match(definition: _Definition, value: Expr, candidate: Expr) -> tuple[Idx, ...] | None:
        """The indices with which the definition's ``value`` becomes ``candidate``, if there are any."""
        parameters = indices_of(definition.pattern)
        available = sorted(free_indices(candidate), key=str)
        choices: list[tuple[Idx, ...]] = [()]
        for parameter in parameters:
            choices = [(*chosen, i) for chosen in choices for i in available if size_of(i) == size_of(parameter)]
        for indices in choices:
            if rename(value, dict(zip(parameters, indices, strict=True))) == candidate:
                return indices
        return None
