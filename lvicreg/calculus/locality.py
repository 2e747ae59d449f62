"""Is an update local?

A synapse from input ``j`` to unit ``i`` reads what is declared for it (``synapse``). So a local update is a sum over samples of

    (presynaptic: what arrives, W_ij) × (postsynaptic: what unit i has) × (a factor common to the population),

and all common factors are functions of one and the same signal, or of its average over samples, whatever it is called.
``factor`` finds this form, and with it the signals that the synapse must be sent; or it raises ``NotLocal``, naming a quantity
that the synapse is not told and the names in which it was found. No name is trusted (``at_hand``): calling ``Σ_k K_ik u_k`` by
the name ``h_i``, and declaring it, does not make it local. A product written as a sum of many terms may be refused; and a sum
over the synapses of a unit is the unit's own whatever function of its weights it weighs them by.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from sympy import Add, Expr, Idx, Indexed, Mul, S, Symbol

from .at_hand import AtHand, unwrapped
from .axes import size_of
from .canonical import normal
from .definitions import Definitions, indices_of, name_of
from .indexed import Sigma, free_indices, rename
from .notation import lettered
from .synapse import NotLocal, Synapse, readable


@dataclass(frozen=True)
class LocalTerm:
    """One product ``presynaptic × postsynaptic × population``, for one sample.

    >>> from lvicreg.calculus.layer import W, b, p, q, synapse, x, z
    >>> factor(Sigma(z[b, p] * x[b, q], b), W[p, q], synapse, Definitions()).terms
    (LocalTerm(presynaptic=x[b, j], postsynaptic=z[b, i], population=1),)
    """

    presynaptic: Expr
    postsynaptic: Expr
    population: Expr


@dataclass(frozen=True)
class Local:
    """The terms of a local update, and the signals that a synapse must be sent: all but its own weight.

    >>> from lvicreg.calculus.layer import W, b, p, q, synapse, x, z
    >>> factor(Sigma(z[b, p] * x[b, q], b), W[p, q], synapse, Definitions()).post
    (z[b, i],)
    """

    terms: tuple[LocalTerm, ...]
    pre: tuple[Expr, ...]
    post: tuple[Expr, ...]
    shared: tuple[Expr, ...]


def factor(update: Expr, target: Indexed, synapse: Synapse, definitions: Definitions) -> Local:
    """The local form of an update of ``target``, such as ``W[p, q]``, in the indices of ``synapse``.

    Raises ``NotLocal`` where it has none, ``ValueError`` where the synapse is declared for another weight.

    >>> from lvicreg.calculus.layer import W, b, slope, k, network, p, q, synapse, u, x
    >>> found = factor(Sigma(u[b, p] * Sigma(u[b, k] ** 2, k) * slope[b, p] * x[b, q], b), W[p, q], synapse, network)
    >>> found.pre, found.post, found.shared
    ((x[b, j],), (slope[b, i], u[b, i]), (Sigma(u[b, k]**2, k),))
    """
    if name_of(target) != name_of(synapse.target):
        raise ValueError(f"the update is of {target}, and the synapse declared for {synapse.target}; declare one for {target}")
    update = rename(update, dict(zip(indices_of(target), indices_of(synapse.target), strict=True)))
    at_hand = AtHand(synapse, definitions)
    terms = [term for part in _parts(update) for term in _at_own_sample(part, at_hand)]
    shared = frozenset().union(*(at_hand.signals(term.population) for term in terms))
    if len(shared) > 1:
        first, *others = sorted(shared, key=readable)
        raise NotLocal(first, f"and {', '.join(map(readable, others))} are different population factors; one is allowed")
    pre = set().union(*(_reads(term.presynaptic, at_hand) for term in terms))
    post = set().union(*(_reads(term.postsynaptic, at_hand) for term in terms))
    return Local(tuple(terms), _ordered(pre - {synapse.target}), _ordered(post), tuple(shared))


def _ordered(signals: set[Expr]) -> tuple[Expr, ...]:
    return tuple(sorted(map(lettered, signals), key=str))


def _parts(expr: Expr) -> tuple[Expr, ...]:
    return tuple(term for term in Add.make_args(normal(expr)) if term != 0)


def _at_own_sample(term: Expr, at_hand: AtHand) -> list[LocalTerm]:
    """The local terms of a term of an update, at one of the samples that it is a sum over."""
    *others, last = _readings(term, at_hand.synapse)
    for reading in others:
        with suppress(NotLocal):
            return _all_factored(reading, at_hand)
    return _all_factored(last, at_hand)


def _readings(term: Expr, synapse: Synapse) -> list[Expr]:
    """A term of an update at its own sample: that of what arrives, or any that is summed over where nothing arrives."""
    _, source = indices_of(synapse.target)
    if synapse.sample in free_indices(term):
        return [term]
    found: list[tuple[bool, Expr]] = []
    for total in (part for part in Mul.make_args(term) if isinstance(part, Sigma)):
        inside, bound = unwrapped(total)
        for own in (index for index in bound if size_of(index) == size_of(synapse.sample)):
            arrives = any({own, source} <= free_indices(part) for part in Mul.make_args(inside))
            rest = Sigma(inside, *(index for index in bound if index != own))
            found.append((arrives, term / total * rename(rest, {own: synapse.sample})))
    return [reading for arrives, reading in found if arrives] or [reading for _, reading in found] or [term]


def _factored(product: Expr, at_hand: AtHand) -> list[LocalTerm]:
    """The local terms of a product, of which names that are no factor by themselves are replaced by what they stand for."""
    factors = dict.fromkeys(("presynaptic", "postsynaptic", "population"), S.One)
    told = Mul(*(part for part in Mul.make_args(product) if free_indices(part) == {at_hand.synapse.sample}))
    whole = [told] if isinstance(told, Mul) and at_hand.signals(told) else []  # several factors may be one signal
    for part in (*whole, *Mul.make_args(product / Mul(*whole))):
        opened = at_hand.opened(part)
        try:
            role = _role(part, at_hand)
        except NotLocal:
            if opened != part:
                with suppress(NotLocal):
                    return _all_factored(product / part * opened, at_hand)
            raise  # in the names that are nearest to the reader
        if role == "presynaptic" and opened != part:  # a name may hide a product of what arrives and what the unit has
            return _all_factored(product / part * opened, at_hand)
        factors[role] *= part
    return [LocalTerm(**factors)]


def _all_factored(expr: Expr, at_hand: AtHand) -> list[LocalTerm]:
    return [local for part in _parts(expr) for local in _factored(part, at_hand)]


def _role(part: Expr, at_hand: AtHand) -> str:
    """Whether a factor is at hand at the synapse, in its unit or everywhere; ``NotLocal`` if it is nowhere."""
    _, source = indices_of(at_hand.synapse.target)
    if source in free_indices(part):
        at_hand.check(part, at_hand.here)
        if part == at_hand.opened(part) and any(source not in entry.indices for entry in part.atoms(Indexed)):
            raise NotLocal(part, "is one function of what arrives and of what the unit has, not a product of two")
        return "presynaptic"
    if at_hand.signals(part):
        return "population"
    at_hand.check(part, at_hand.unit)
    return "postsynaptic"


def _reads(expr: Expr, at_hand: AtHand) -> set[Expr]:
    """The declared quantities, and the sums of such, of which an expression is a function."""
    if isinstance(expr, Sigma):
        return {expr}
    if isinstance(expr, (Symbol, Indexed)):
        opened = at_hand.opened(expr)
        return ({expr} if isinstance(expr, Indexed) else set()) if opened == expr else _reads(normal(opened), at_hand)
    return set().union(*(_reads(part, at_hand) for part in expr.args))


def by_presynaptic(update: Expr, target: Indexed, sample: Idx) -> dict[Expr, Expr]:
    """``update`` as ``Σ_b postsynaptic[b, p] · presynaptic``, for code: the postsynaptic part by presynaptic quantity.

    The sum over samples is taken as read where the presynaptic quantity is indexed by ``sample``. Terms that are no such
    product, such as one with the weights of other units, stand beside 1.

    >>> from lvicreg.calculus.layer import W, b, k, p, q, x, z
    >>> by_presynaptic(Sigma(z[b, p] * x[b, q], b) - 2 * W[p, q] + W[p, q] ** 3, W[p, q], b)
    {1: W[p, q]**3, W[p, q]: -2, x[b, q]: z[b, p]}
    """
    parts: dict[Expr, Expr] = {}
    for term in Add.make_args(normal(update)):
        pre, rest = _split(term, target, sample)
        parts[pre] = parts.get(pre, S.Zero) + rest
    return {pre: normal(rest) for pre, rest in parts.items()}


def _split(term: Expr, target: Indexed, sample: Idx) -> tuple[Expr, Expr]:
    """The presynaptic factor of a term and the rest; 1 and the term where it has none, or more."""
    _, source = indices_of(target)
    factors, bound = _opened(term)
    presynaptic = [factor for factor in factors if source in free_indices(factor)]
    pre = presynaptic[0] if len(presynaptic) == 1 else S.One
    own = [index for index in indices_of(pre) if index in bound and size_of(index) == size_of(sample)]
    rest = Sigma(Mul(*(factor for factor in factors if factor != pre)), *(index for index in bound if index not in own))
    if pre == target:
        return pre, rest
    if len(own) != 1 or indices_of(pre) != (*own, source):
        return S.One, term
    renamed = dict.fromkeys(own, sample)
    return rename(pre, renamed), rename(rest, renamed)


def _opened(term: Expr) -> tuple[list[Expr], list[Idx]]:
    """The factors of a product of nested sums, and the indices that they are summed over."""
    inside = [unwrapped(part) for part in Mul.make_args(term)]
    return [factor for part, _ in inside for factor in Mul.make_args(part)], [index for _, bound in inside for index in bound]
