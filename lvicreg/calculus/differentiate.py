"""Derivatives of indexed sums with respect to one entry of an array.

``derivative(loss, W[p, q], definitions)`` uses one rule per kind of node and looks through names: the derivative of
``sigma[i]`` is that of its definition, in which names are kept. So the result is read in the same names as the loss.
``p`` and ``q`` must be new to the expression; with an index that the loss sums over, ``∂/∂W_ij Σ_ij W_ij²`` would come
out as ``2MN W_ij``.

``D(loss, W[p, q])`` is a derivative that is not taken yet. ``outermost`` differentiates what stands outside names and leaves
a ``D`` at each: one step of the chain rule (see ``steps``).
"""

from __future__ import annotations

from collections.abc import Callable

from sympy import Add, Expr, Idx, Indexed, Mul, Pow, S, Symbol

from .axes import size_of
from .definitions import Definitions, indices_of, name_of
from .functions import ELEMENTWISE, StopGradient
from .indexed import Comparison, Delta, Sigma, Symmetric, fresh, rename


class D(Expr):
    """The derivative of an expression with respect to one entry of an array.

    >>> from lvicreg.calculus import resolve
    >>> from lvicreg.calculus.layer import W, i, j, network, p, q
    >>> resolve(D(Sigma(W[i, j] ** 2, i, j), W[p, q]), network)
    Sigma(Sigma(2*Delta(i, p)*Delta(j, q)*W[i, j], j), i)
    """

    is_commutative = True


def derivative(expr: Expr, target: Expr, definitions: Definitions | None = None) -> Expr:
    """``∂expr/∂target`` for an arbitrary entry ``target``, such as ``W[p, q]``, or a scalar symbol.

    Raises ``ValueError`` where an index of ``target`` already occurs in ``expr``.

    >>> from lvicreg.calculus import normal
    >>> from lvicreg.calculus.layer import W, i, j, p, q
    >>> normal(derivative(Sigma(W[i, j] ** 2, i, j), W[p, q]))
    2*W[p, q]
    """
    known = definitions or Definitions()

    def through(quantity: Expr) -> Expr:
        value = known.value(quantity)
        return _derivative(value, target, through) if value is not None else S.Zero

    return _derivative(_checked(expr, target), target, through)


def outermost(expr: Expr, target: Expr, definitions: Definitions) -> Expr:
    """``∂expr/∂target``, with ``D(name, target)`` left wherever a name stands for something that depends on the target."""

    def through(quantity: Expr) -> Expr:
        return D(quantity, target) if _depends(definitions.value(quantity), target, definitions) else S.Zero

    return _derivative(_checked(expr, target), target, through)


def _checked(expr: Expr, target: Expr) -> Expr:
    if isinstance(name_of(target), Symmetric):
        raise TypeError(f"the entries of {name_of(target)} are not independent of each other")
    if any(target in size_of(index).free_symbols for index in S(expr).atoms(Idx)):
        raise TypeError(f"{target} is the length of a sum, and a whole number")
    if (other := next((entry for entry in S(expr).atoms(Indexed) if _is_of_another_rank(entry, target)), None)) is not None:
        raise TypeError(f"{other} and {target} have not as many indices")
    used = target.atoms(Idx) & S(expr).atoms(Idx)
    if used:
        raise ValueError(
            f"differentiate with respect to indices that the expression does not use; {sorted(used, key=str)} occur"
        )
    return S(expr)


def _is_of_another_rank(entry: Indexed, target: Expr) -> bool:
    return name_of(entry) == name_of(target) and len(indices_of(entry)) != len(indices_of(target))


def _depends(expr: Expr | None, target: Expr, definitions: Definitions) -> bool:
    """Whether an expression, its names looked through, has an entry of the target's array that is not held constant."""
    if expr is None or isinstance(expr, StopGradient):
        return False
    if name_of(expr) is not None:
        return name_of(expr) == name_of(target) or _depends(definitions.value(expr), target, definitions)
    return any(_depends(part, target, definitions) for part in expr.args)


def _derivative(expr: Expr, target: Expr, through: Callable[[Expr], Expr]) -> Expr:
    def d(part: Expr) -> Expr:
        return _derivative(part, target, through)

    match expr:
        case Idx() | Comparison():
            return S.Zero
        case Add():
            return Add(*map(d, expr.args))
        case Mul():
            return Add(*(Mul(d(factor), *expr.args[:n], *expr.args[n + 1 :]) for n, factor in enumerate(expr.args)))
        case Pow(base=base, exp=exponent):
            if name_of(exponent) is not None or exponent.free_symbols:
                raise TypeError(f"the exponent of {expr} must be a number")
            return exponent * base ** (exponent - 1) * d(base)
        case Sigma(term=term, index=index):
            if index in target.atoms(Idx):  # a definition's own bound index may have the target's name
                new = fresh(index)
                term, index = rename(term, {index: new}), new
            inner = d(term)
            return Sigma(inner, index) if inner != 0 else S.Zero
        case Indexed() | Symbol():
            if name_of(expr) == name_of(target):
                return Mul(*(Delta(*pair) for pair in zip(indices_of(expr), indices_of(target), strict=True)))
            return through(expr)
    if not expr.args:
        return S.Zero
    known = ELEMENTWISE.get(expr.func)
    if known is None or known.derivative is None:
        listed = sorted(function.__name__ for function, about in ELEMENTWISE.items() if about.derivative)
        raise TypeError(f"no derivative is known for {expr.func.__name__}; known are {', '.join(listed)}")
    (argument,) = expr.args
    inner = d(argument)
    return known.derivative(argument) * inner if inner != 0 else S.Zero
