"""What a synapse reads: an allow-list.

The synapse from input ``j`` to unit ``i`` is told what is declared for it, and nothing else:

    Synapse(
        W[i, j], b,                        # its weight, and the sample at hand
        pre=(x[b, j],),                    # what arrives at it
        post=(u[b, i], sigma[i]),          # what its unit has
        shared=(S[b],),                    # what the whole population is told
        inputs=((L[i, k], z[b, k]),),      # other weights, each with the unit that it is onto first, and what arrives there
    )

A letter stands for one population: ``i`` for the units, ``j`` for the inputs, and another for what arrives from elsewhere.
Symbols without an index are constants, and free. ``at_hand`` judges everything else, and ``locality`` an update.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sympy import Expr, Idx, Indexed, S

from .definitions import Name, indices_of, name_of
from .indexed import Sigma, Symmetric, free_indices, rename
from .notation import lettered, text


@dataclass(frozen=True)
class Synapse:
    """What the synapse with the weight ``target`` reads at a ``sample``.

    ``pre``, ``post`` and what arrives are names; ``shared`` may be names or sums. Raises ``ValueError`` for a declaration with
    an index that it cannot have, such as that of another unit.

    >>> from lvicreg.calculus.layer import W, b, i, j, sigma, u, x
    >>> reads = Synapse(W[i, j], b, pre=(x[b, j],), post=(u[b, i], sigma[i]))
    >>> reads.also(post=(sigma[i] ** 2,))
    Traceback (most recent call last):
        ...
    ValueError: post: sigma[i]**2 was declared; expected a name with the index i, or with b beside
    """

    target: Indexed
    sample: Idx
    pre: tuple[Indexed, ...] = ()
    post: tuple[Indexed, ...] = ()
    shared: tuple[Expr, ...] = ()
    inputs: tuple[tuple[Indexed, Indexed], ...] = ()

    def __post_init__(self) -> None:
        for weight in (self.target, *(weight for weight, _ in self.inputs)):
            if len(indices_of(weight)) != 2 or len(free_indices(weight)) != 2:
                raise ValueError(f"{weight} was declared as a weight; expected two different indices, such as W[i, j]")
            if isinstance(name_of(weight), Symmetric):
                raise ValueError(f"{weight} was declared as a weight; expected an array that is not Symmetric, the unit first")
        unit, source = indices_of(self.target)
        for quantity in self.pre:
            _declare("pre", quantity, {source}, {unit, self.sample})
        for quantity in self.post:
            _declare("post", quantity, {unit}, {self.sample})
        for signal in self.shared:
            _declare("shared", signal, set(), {self.sample})
        for weight, arriving in self.inputs:
            _declare(f"inputs, at {weight}", arriving, {indices_of(weight)[1]}, {self.sample})

    @property
    def wires(self) -> dict[Indexed, tuple[Indexed, ...]]:
        """The weights, this one included, and what arrives at each."""
        unit, _ = indices_of(self.target)
        arriving = {self.target: tuple(quantity for quantity in self.pre if unit not in indices_of(quantity))}
        for weight, quantity in self.inputs:
            arriving[weight] = (*arriving.get(weight, ()), quantity)
        return arriving

    @property
    def own(self) -> tuple[tuple[Idx, Idx, Indexed], ...]:
        """What a unit of each population has: the population's letter, the index that is the unit, and the quantity."""
        unit, _ = indices_of(self.target)
        sent = ((indices_of(weight)[1], quantity) for weight, arriving in self.wires.items() for quantity in arriving)
        return (
            *((unit, unit, quantity) for quantity in self.post),
            *((self.population(quantity), end, quantity) for end, quantity in sent),
        )

    def population(self, sent: Indexed) -> Idx:
        """The letter of the population that sends a quantity which arrives at a weight."""
        for letter, declared in zip(indices_of(self.target), (self.post, self.pre), strict=True):
            if name_of(sent) in map(name_of, declared):
                return letter
        return next(weight.indices[1] for weight, quantity in self.inputs if name_of(quantity) == name_of(sent))

    @property
    def names(self) -> frozenset[Name | None]:
        """All that is declared and has a name."""
        return frozenset(map(name_of, (self.target, *self.pre, *self.post, *self.shared, *sum(self.inputs, ()))))

    def also(self, **more: tuple[Expr, ...]) -> Synapse:
        """One that reads more: ``synapse.also(post=(z_prev[b, i],))``."""
        return replace(self, **{kind: (*getattr(self, kind), *quantities) for kind, quantities in more.items()})


def _declare(kind: str, quantity: Expr, needed: set[Idx], allowed: set[Idx]) -> None:
    found = free_indices(S(quantity))
    if not needed <= found <= needed | allowed or (needed and name_of(quantity) is None):
        must = f"a name with the index {_listed(needed)}" if needed else "a name or a sum without an index"
        raise ValueError(f"{kind}: {quantity} was declared; expected {must}, or with {_listed(allowed)} beside")


def _listed(indices: set[Idx]) -> str:
    return " and ".join(sorted(map(str, indices)))


class NotLocal(ValueError):
    """An update needs ``quantity``, found in what the names in ``path`` stand for, and the synapse is not told it.

    >>> from lvicreg.calculus import Sigma, factor
    >>> from lvicreg.calculus.layer import K, W, b, slope, k, network, p, q, synapse, u, x
    >>> factor(Sigma(K[p, k] * u[b, k] * slope[b, p] * x[b, q], b, k), W[p, q], synapse, network)
    Traceback (most recent call last):
        ...
    lvicreg.calculus.synapse.NotLocal: ...
    """

    def __init__(self, quantity: Expr, why: str, path: tuple[Expr, ...] = ()) -> None:
        self.quantity, self.why, self.path = quantity, why, path
        through = "".join(f", needed in {readable(name)}" for name in path)
        super().__init__(f"{readable(quantity)}{through}{',' if path else ''} {why}")

    def within(self, name: Expr) -> NotLocal:
        """The same, found in what one more name stands for."""
        return NotLocal(self.quantity, self.why, (*self.path, name))


def letters(expr: Expr) -> dict[Idx, Idx]:
    """Readable letters for the free indices of ``expr`` that have canonical or fresh names."""
    hidden = sorted((index for index in free_indices(expr) if str(index).startswith("_")), key=str)
    shown, names = lettered(Sigma(expr, *hidden)), {}
    for index in hidden:
        names[index], shown = shown.index, shown.term
    return names


def readable(expr: Expr) -> str:
    """``expr`` in plain text, with letters for all its indices."""
    return text(rename(expr, letters(expr)), {})
