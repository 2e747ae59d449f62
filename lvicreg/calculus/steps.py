"""A gradient, one step of the rewriting at a time.

``gradient`` is the result of the last of ``steps``, so what a page shows is what was done:

1. the loss is differentiated down to the first names: ``∂/∂W_pq Σ_i log(σ_i) = Σ_i (1/σ_i) ∂σ_i/∂W_pq``;
2. each of those names is replaced by what it stands for and differentiated in turn, the last to be defined first, of which the
   factor that changes is ``∂σ_i/∂W_pq = 1/(2 σ_i) ∂v_i/∂W_pq``;
3. deltas are collapsed, and equal terms merge in normal form;
4. sums and diagonals that are zero once their names are expanded, such as ``Σ_b u_i^b``, are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from sympy import Add, Expr, Idx, Indexed, Mul, S

from .canonical import is_zero, normal
from .definitions import Definitions, indices_of, name_of
from .differentiate import D, outermost
from .indexed import Sigma, free_indices, fresh, rename


@dataclass(frozen=True)
class Step:
    """One step: what it used, and the gradient as it then stands.

    ``used`` is the name looked through, as it stood in the gradient, or the sums found to be zero; empty where only derivatives
    were taken or deltas collapsed. ``factor`` is the derivative of the name looked through: all that such a step changes.

    >>> from lvicreg.calculus.layer import W, b, i, network, p, q, z
    >>> first, *_ = steps(Sigma(z[b, i], i), W[p, q], network)
    >>> first.result
    Sigma(D(z[b, i], W[p, q]), i)
    """

    rule: str
    used: tuple[Expr, ...]
    result: Expr
    factor: Expr | None = None


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
        name, factor = _one_of(taken, definitions)
        expr = _outside(definitions.fold(expr.xreplace(taken)))
        yield Step("look through", (name,), expr, factor)
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


def _one_of(taken: Mapping[D, Expr], definitions: Definitions) -> tuple[Expr, Expr]:
    """One of the names looked through, in readable letters, and its derivative, deltas collapsed where all of it is taken."""
    asked = min(taken, key=lambda d: (any(map(_is_fresh, d.atoms(Idx))), str(d)))
    name, target = asked.args
    pattern, _ = definitions[name_of(name)]
    letters = dict(zip(indices_of(name), indices_of(pattern), strict=True))
    if any(map(_is_fresh, letters)) and not set(letters.values()) & target.atoms(Idx):
        name, factor = pattern, _taken(D(pattern, target), pattern, definitions)
    else:
        factor = taken[asked]
    folded = definitions.fold(factor)
    return name, _outside(folded) if folded.atoms(D) else definitions.fold(normal(folded))


def _is_fresh(index: Idx) -> bool:
    return str(index).startswith("_")


def _apart(expr: Expr, taken: set[Idx]) -> Expr:
    """``expr`` with new bound indices where an index of that name is taken."""
    if isinstance(expr, (Indexed, Idx)) or not expr.args:
        return expr
    if isinstance(expr, Sigma):
        index = fresh(expr.index) if expr.index in taken else expr.index
        return Sigma(_apart(rename(expr.term, {expr.index: index}), taken), index)
    return expr.func(*(_apart(argument, taken) for argument in expr.args))


def _outside(expr: Expr) -> Expr:
    """``expr`` with factors that all terms share in front of them, and those that do not depend on a sum's index before it."""
    if isinstance(expr, (Indexed, Idx, D)) or not expr.args:
        return expr
    expr = expr.func(*map(_outside, expr.args))
    if isinstance(expr, Add):
        shared = set.intersection(*(set(Mul.make_args(term)) for term in expr.args))
        return Mul(*shared, Add(*(Mul(*(set(Mul.make_args(term)) - shared)) for term in expr.args)))
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
