"""Is an update local?

A synapse from input ``j`` to unit ``i`` can know its input, its weight, whatever its own unit computes, and a signal that
the whole population shares. So a local update is a sum of

    (presynaptic: x_j or W_ij) × (postsynaptic: a function of unit i) × (at most one factor common to the population).

``factor`` finds this form or raises ``NotLocal``, naming the quantity that a synapse could not know. It looks through
names: calling ``Σ_k K_ik u_k`` by the name ``h_i`` does not make it local.
"""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Add, Expr, Idx, Indexed, Mul, S

from .canonical import normal
from .definitions import Definitions, indices_of
from .indexed import Sigma, free_indices, fresh, rename, size_of


class NotLocal(ValueError):
    """An update needs something that is not available at the synapse."""


@dataclass(frozen=True)
class LocalTerm:
    """One product ``presynaptic × postsynaptic × population``."""

    presynaptic: Expr
    postsynaptic: Expr
    population: Expr


def by_presynaptic(update: Expr, target: Indexed, sample: Idx) -> dict[Expr, Expr]:
    """``update`` as ``Σ_b postsynaptic[b, p] · presynaptic``: the postsynaptic part by presynaptic quantity.

    The sum over samples is taken as read where the presynaptic quantity is indexed by ``sample``.
    """
    _, source = indices_of(target)
    parts: dict[Expr, Expr] = {}
    for term in Add.make_args(normal(update)):
        factors, bound = _opened(term)
        presynaptic = [factor for factor in factors if source in free_indices(factor)]
        if len(presynaptic) != 1:
            raise NotLocal(f"{term} has not exactly one factor with the input's index {source}")
        (pre,) = presynaptic
        if pre != target and not (isinstance(pre, Indexed) and len(pre.indices) == 2 and pre.indices[0] in bound):
            raise NotLocal(f"{pre} is neither the synapse's input nor its weight")
        rest = Sigma(
            Mul(*(factor for factor in factors if factor != pre)), *(index for index in bound if index not in pre.indices)
        )
        if pre != target:
            pre, rest = (rename(part, {pre.indices[0]: sample}) for part in (pre, rest))
        parts[pre] = parts.get(pre, S.Zero) + rest
    return {pre: normal(rest) for pre, rest in parts.items()}


def factor(update: Expr, target: Indexed, sample: Idx, definitions: Definitions) -> tuple[LocalTerm, ...]:
    """The local form of an update of ``target``, such as ``W[p, q]``; ``NotLocal`` where it has none."""
    unit, _ = indices_of(target)
    terms, shared = [], set()
    for pre, rest in by_presynaptic(update, target, sample).items():
        for term in Add.make_args(rest):
            population = S.One
            for part in Mul.make_args(term):
                if _is_population(part, unit, definitions):
                    population *= part
            shared |= {population} - {S.One}
            terms.append(LocalTerm(pre, term / population, population))
    if len(shared) > 1:
        raise NotLocal(f"more than one population factor: {', '.join(sorted(map(str, shared)))}")
    return tuple(terms)


def _is_population(part: Expr, unit: Idx, definitions: Definitions) -> bool:
    """Whether a factor is shared by the population; ``NotLocal`` if it is neither that nor the unit's own."""
    others = _other_units(part, unit)
    _check(part, unit, definitions)
    return bool(others)


def _other_units(expr: Expr, unit: Idx) -> set[Idx]:
    return {index for index in expr.atoms(Idx) if size_of(index) == size_of(unit)} - {unit}


def _check(expr: Expr, unit: Idx, definitions: Definitions) -> None:
    """Refuse what ties a unit to another one, in ``expr`` and in what its names stand for."""
    if _other_units(expr, unit) and unit in free_indices(expr):
        tying = (entry for entry in sorted(expr.atoms(Indexed), key=str) if unit in entry.indices and _other_units(entry, unit))
        raise NotLocal(f"{_written(next(tying, expr))} ties unit i to each other unit k")
    for quantity in expr.atoms(Indexed):
        units = {index for index in quantity.indices if size_of(index) == size_of(unit)}
        if len(units) > 1:
            raise NotLocal(f"{_written(quantity)} ties two units together")
        meaning = definitions.value(quantity)
        if meaning is not None:
            _check(normal(meaning), min(units, default=unit, key=str), definitions)


def _written(quantity: Expr) -> str:
    """``K_ik`` for an entry of a matrix over units, whatever its indices are called."""
    return f"{quantity.base}_ik" if isinstance(quantity, Indexed) else str(quantity)


def _opened(term: Expr) -> tuple[list[Expr], list[Idx]]:
    """The factors of a product of nested sums, and the indices that they are summed over."""
    factors: list[Expr] = []
    bound: list[Idx] = []
    for part in Mul.make_args(term):
        while isinstance(part, Sigma):
            index = fresh(part.index)
            part = rename(part.term, {part.index: index})
            bound.append(index)
        factors += Mul.make_args(part)
    return factors, bound
