"""Evaluation of indexed expressions on NumPy arrays, by broadcasting.

The engine of the float64 comparisons: each index is an axis, a sum is a sum over the last one, and the activation function
is tanh. It shares no code with the exact engine's loops or with the code generator.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np
from sympy import Expr, Function, Idx, Indexed, Symbol, lambdify

from lvicreg.calculus.axes import ROLES, role_of, size_of
from lvicreg.calculus.definitions import Definitions, indices_of, name_of
from lvicreg.calculus.functions import Exponential, H, StopGradient, f, f_prime, f_second, relu, sigmoid, softplus
from lvicreg.calculus.indexed import Comparison, Delta, Sigma, Symmetric, free_indices

Axes = tuple[Idx, ...]
FUNCTIONS: dict[type[Function], Callable[[np.ndarray], np.ndarray]] = {  # SymPy knows how its own are written in NumPy
    H: lambda values: np.where(values > 0, 1.0, 0.0),
    relu: lambda values: np.where(values > 0, values, 0.0),
    f: np.tanh,
    f_prime: lambda values: 1 - np.tanh(values) ** 2,
    f_second: lambda values: -2 * np.tanh(values) * (1 - np.tanh(values) ** 2),
    Exponential: np.exp,
    sigmoid: lambda values: 1 / (1 + np.exp(-values)),
    softplus: lambda values: np.logaddexp(0.0, values),
}


def primitives(expr: Expr, definitions: Definitions) -> list[Expr]:
    """The quantities without a definition on which an expression depends, each with one choice of its indices."""
    expanded = definitions.expand(expr)
    indexed = {str(entry.base): entry for entry in sorted(expanded.atoms(Indexed), key=str)}
    labels = {index.label for index in expanded.atoms(Idx)}  # symbols too, of which nothing has a value
    scalars = {s.name: s for s in expanded.atoms(Symbol) - labels if s.name not in indexed}
    return [*indexed.values(), *(scalars[name] for name in sorted(scalars))]


def sample(expr: Expr, definitions: Definitions, sizes: Mapping[str, int], scale: float) -> SimpleNamespace:
    """Random values for every primitive quantity of ``expr``, arrays of the order of ``scale``, and the sizes."""
    random = np.random.default_rng(1)
    data = SimpleNamespace(**sizes)
    for quantity in primitives(expr, definitions):
        name = name_of(quantity)
        if str(name) in sizes:
            continue
        shape = tuple(sizes[str(size_of(index))] for index in indices_of(quantity))
        values = random.normal(size=shape) * (scale if shape else 1.0)
        if isinstance(name, Symmetric):
            values = values @ values.T
        sign = 1 if quantity.is_nonnegative else -1 if quantity.is_nonpositive else None
        setattr(data, str(name), values if sign is None else sign * np.abs(values))
    return data


def value(expr: Expr, definitions: Definitions, data: SimpleNamespace, axes: Axes = ()) -> np.ndarray:
    """The array of all values of ``expr``: its axes are the free indices, by default samples first, then units, then inputs."""
    free = free_indices(expr)
    axes = axes or tuple(sorted(free, key=lambda index: (_place(index), str(index))))
    if not free <= set(axes):
        raise ValueError(f"the axes {axes} lack {sorted(free - set(axes), key=str)}, of which {expr} has values")
    shape = tuple(getattr(data, str(size_of(index))) for index in axes)
    return np.broadcast_to(_Broadcast(definitions, data).array(expr, axes), shape)


def _place(index: Idx) -> int:
    role = role_of(index)
    return ROLES.index(role) if role else len(ROLES)


class _Broadcast:
    def __init__(self, definitions: Definitions, data: SimpleNamespace) -> None:
        self.definitions = definitions
        self.data = data
        self._known: dict[Any, np.ndarray] = {}

    def array(self, expr: Expr, axes: Axes) -> np.ndarray:
        """The values of ``expr``, broadcastable over ``axes``."""
        if isinstance(expr, Sigma):
            length = getattr(self.data, str(size_of(expr.index)))
            term = self.array(expr.term, (*axes, expr.index))
            return np.sum(np.broadcast_to(term, (*term.shape[:-1], length)), axis=-1)
        if isinstance(expr, Comparison):
            length = getattr(self.data, str(size_of(expr.args[0])))
            matrix = np.eye(length) if isinstance(expr, Delta) else np.tri(length, k=-1).T
            return self._placed(matrix, expr.args, axes)
        if name_of(expr) is not None:
            return self._placed(self._named(expr), indices_of(expr), axes)
        if not expr.args:
            return np.full((1,) * len(axes), float(expr))
        parts = [self.array(part, axes) for part in expr.args]
        if isinstance(expr, StopGradient):
            return parts[0]
        if expr.func in FUNCTIONS:
            return FUNCTIONS[expr.func](*parts)
        names = [Symbol(f"part{n}") for n in range(len(parts))]
        return lambdify(names, expr.func(*names), "numpy")(*parts)

    def _named(self, quantity: Expr) -> np.ndarray:
        name = name_of(quantity)
        if name not in self._known:
            if name in self.definitions:
                pattern, meaning = self.definitions[name]
                shape = tuple(getattr(self.data, str(size_of(index))) for index in indices_of(pattern))
                self._known[name] = np.broadcast_to(self.array(meaning, indices_of(pattern)), shape)
            else:
                self._known[name] = np.asarray(getattr(self.data, str(name)), dtype=float)
        return self._known[name]

    @staticmethod
    def _placed(values: np.ndarray, indices: Axes, axes: Axes) -> np.ndarray:
        """``values``, whose axes are ``indices`` (perhaps one twice), as an array broadcastable over ``axes``."""
        numbers = {index: number for number, index in enumerate(axes)}
        present = sorted({numbers[index] for index in indices})
        ordered = np.einsum(values, [numbers[index] for index in indices], present)
        return ordered.reshape([ordered.shape[present.index(n)] if n in present else 1 for n in range(len(axes))])
