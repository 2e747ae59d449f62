"""A gradient, one step of the rewriting at a time.

``gradient`` is the result of the last of ``steps``, so what a page shows is what was done:

1. the loss is differentiated down to the first names: ``∂/∂W_pq Σ_i log(σ_i) = Σ_i (1/σ_i) ∂σ_i/∂W_pq``;
2. each of those names is replaced by what it stands for and differentiated in turn, the last to be defined first;
3. deltas are collapsed, and equal terms merge in normal form;
4. sums and diagonals that are zero once their names are expanded, such as ``Σ_b u_i^b``, are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from sympy import Expr, Idx, Indexed, Mul, S

from .canonical import is_zero, normal
from .definitions import Definitions, name_of
from .differentiate import D, outermost
from .indexed import Sigma, free_indices, fresh, rename


@dataclass(frozen=True)
class Step:
    """One step: what it used, and the gradient as it then stands.

    ``used`` is the name looked through, or the sums found to be zero; empty where only derivatives were taken or deltas
    collapsed.

    >>> from lvicreg.calculus.layer import W, b, i, network, p, q, z
    >>> first, *_ = steps(Sigma(z[b, i], i), W[p, q], network)
    >>> first.result
    Sigma(D(z[b, i], W[p, q]), i)
    """

    rule: str
    used: tuple[Expr, ...]
    result: Expr


def steps(loss: Expr, target: Expr, definitions: Definitions) -> Iterator[Step]:
    """The derivation of ``∂loss/∂target``, in named quantities.

    >>> from lvicreg.calculus.layer import W, b, i, network, p, q, z
    >>> [step.rule for step in steps(Sigma(z[b, i], b, i), W[p, q], network)]
    ['differentiate', 'look through', 'look through', 'collapse']
    """
    expr = _outside(definitions.fold(outermost(S(loss), target, definitions)))
    yield Step("differentiate", (), expr)
    order = {name: place for place, name in enumerate(definitions)}
    while waiting := expr.atoms(D):
        last = max((name_of(d.args[0]) for d in waiting), key=order.__getitem__)
        taken = {d: _taken(d, expr, definitions) for d in waiting if name_of(d.args[0]) == last}
        expr = _outside(definitions.fold(expr.xreplace(taken)))
        yield Step("look through", (definitions[last][0],), expr)
    expr = normal(definitions.fold(normal(expr)))
    yield Step("collapse", (), expr)
    parts = sorted(expr.atoms(Sigma) | {entry for entry in expr.atoms(Indexed) if _is_diagonal(entry)}, key=str)
    vanishing = tuple(part for part in parts if is_zero(part, definitions))
    if vanishing:
        expr = normal(expr.xreplace(dict.fromkeys(vanishing, S.Zero)))
        whole = tuple(part for part in vanishing if not any(other != part and other.has(part) for other in vanishing))
        yield Step("leave out", whole, expr)


def _is_diagonal(entry: Indexed) -> bool:
    return len(set(entry.indices)) < len(entry.indices)


def gradient(loss: Expr, target: Expr, definitions: Definitions) -> Expr:
    """The derivative in normal form and in named quantities, sums that vanish by definition (``Σ_b u_i^b``) left out.

    >>> from lvicreg.calculus.layer import W, b, i, network, p, q, z
    >>> gradient(Sigma(z[b, i] ** 2, i), W[p, q], network)
    2*slope[b, p]*x[b, q]*z[b, p]
    """
    *_, last = steps(loss, target, definitions)
    return last.result


def _taken(asked: D, context: Expr, definitions: Definitions) -> Expr:
    """The derivative of a name, of whose definition the bound indices differ from all in ``context``."""
    name, target = asked.args
    value: Expr = definitions.value(name)
    return outermost(_apart(value, context.atoms(Idx)), target, definitions)


def _apart(expr: Expr, taken: set[Idx]) -> Expr:
    """``expr`` with new bound indices where an index of that name is taken."""
    if isinstance(expr, (Indexed, Idx)) or not expr.args:
        return expr
    if isinstance(expr, Sigma):
        index = fresh(expr.index) if expr.index in taken else expr.index
        return Sigma(_apart(rename(expr.term, {expr.index: index}), taken), index)
    return expr.func(*(_apart(argument, taken) for argument in expr.args))


def _outside(expr: Expr) -> Expr:
    """``expr`` with factors that do not depend on a sum's index in front of the sum."""
    if isinstance(expr, (Indexed, Idx, D)) or not expr.args:
        return expr
    expr = expr.func(*map(_outside, expr.args))
    if not isinstance(expr, Sigma):
        return expr
    before = [factor for factor in Mul.make_args(expr.term) if expr.index not in free_indices(factor)]
    inside = [factor for factor in Mul.make_args(expr.term) if expr.index in free_indices(factor)]
    return Mul(*before, Sigma(Mul(*inside), expr.index))


@dataclass(frozen=True)
class Descent:
    """A rule that descends a loss: its update is minus the gradient.

    >>> from lvicreg.calculus.layer import W, b, i, network, p, q, z
    >>> Descent(Sigma(z[b, i] ** 2, i) / 2, W[p, q], network).update
    -slope[b, p]*x[b, q]*z[b, p]
    """

    loss: Expr
    target: Expr
    definitions: Definitions

    @cached_property
    def update(self) -> Expr:
        """``−∂loss/∂target``, derived."""
        return -gradient(self.loss, self.target, self.definitions)

    @property
    def steps(self) -> Iterator[Step]:
        """How it is derived."""
        return steps(self.loss, self.target, self.definitions)
