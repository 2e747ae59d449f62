"""Derivatives of indexed sums with respect to one entry of an array.

``derivative(loss, W[p, q], definitions)`` uses one rule per kind of node and looks through names: the derivative of
``sigma[i]`` is that of its definition, in which names are kept. So the result is read in the same names as the loss.
``p`` and ``q`` must be new to the expression; with an index that the loss sums over, ``∂/∂W_ij Σ_ij W_ij²`` would come
out as ``2MN W_ij``.
"""

from __future__ import annotations

from sympy import Add, Expr, Idx, Indexed, Mul, Pow, S, Symbol

from .canonical import is_zero, normal
from .definitions import Definitions, name_of
from .functions import DERIVATIVES
from .indexed import Delta, Sigma, Symmetric, fresh, rename


def derivative(expr: Expr, target: Expr, definitions: Definitions | None = None) -> Expr:
    """``∂expr/∂target`` for an arbitrary entry ``target``, such as ``W[p, q]``, or a scalar symbol.

    Raises ``ValueError`` where an index of ``target`` already occurs in ``expr``.
    """
    definitions = definitions or Definitions()
    if isinstance(name_of(target), Symmetric):
        raise TypeError(f"the entries of {name_of(target)} are not independent of each other")
    used = target.atoms(Idx) & S(expr).atoms(Idx)
    if used:
        raise ValueError(
            f"differentiate with respect to indices that the expression does not use; {sorted(used, key=str)} occur"
        )
    return _derivative(S(expr), target, definitions)


def _derivative(expr: Expr, target: Expr, definitions: Definitions) -> Expr:
    def d(part: Expr) -> Expr:
        return _derivative(part, target, definitions)

    match expr:
        case Idx() | Delta():
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
                return Mul(*map(Delta, getattr(expr, "indices", ()), getattr(target, "indices", ())))
            value = definitions.value(expr)
            return d(value) if value is not None else S.Zero
    if not expr.args:
        return S.Zero
    rule = DERIVATIVES.get(expr.func)
    if rule is None:
        raise TypeError(
            f"no derivative is known for {expr.func.__name__}; known are {', '.join(sorted(g.__name__ for g in DERIVATIVES))}"
        )
    (argument,) = expr.args
    inner = d(argument)
    return rule(argument) * inner if inner != 0 else S.Zero


def gradient(loss: Expr, target: Expr, definitions: Definitions) -> Expr:
    """The derivative in normal form and in named quantities, sums that vanish by definition (``Σ_b u_i^b``) left out."""
    named = normal(definitions.fold(derivative(loss, target, definitions)))
    return without_vanishing_sums(normal(definitions.fold(named)), definitions)


def without_vanishing_sums(expr: Expr, definitions: Definitions) -> Expr:
    """The centred-sum rule: every sum that is zero once its names are expanded becomes 0."""
    vanishing = {s: S.Zero for s in expr.atoms(Sigma) if is_zero(s, definitions)}
    return normal(expr.xreplace(vanishing)) if vanishing else expr
