"""Is a quantity at hand, in a unit or in the whole population?

No name is trusted: an undeclared one is looked through until declared ones are reached, and what a declared one stands for must
be at hand where it is declared to be. A unit has

* what is declared for it, constants, and functions of these;
* averages over samples of what it has, such as ``mean[i]`` and ``var[i]``, but nothing that pairs one sample with others;
* sums over the synapses onto it, such as ``Σ_j W_ij x_j`` and ``Σ_k L_ik z_k``. A weight is given: a name that stands for
  something, such as a covariance or the weights of another unit, is none.

The population has functions of sums over units of what each of them has. A name without a definition is taken as declared.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product

from sympy import Add, Expr, Function, Idx, Indexed, Mul, Number, NumberSymbol, Pow, S, Symbol, Tuple

from .axes import size_of
from .canonical import is_zero, normal
from .definitions import Definitions, indices_of, name_of
from .indexed import Comparison, Sigma, free_indices, fresh, rename
from .synapse import NotLocal, Synapse, letters, readable

SHARED = "is shared by the population, and stands in one function with what a unit has"


@dataclass(frozen=True)
class Place:
    """A unit of the population that has this letter, at a sample, or everywhere (None); ``wire`` is one of its synapses."""

    population: Idx | None
    unit: Idx | None
    sample: Idx
    wire: tuple[Indexed, tuple[Indexed, ...]] | None = None  # the weight, and what arrives

    def at(self, sample: Idx) -> Place:
        """The same at another sample."""
        wire = self.wire and (self.wire[0], tuple(rename(quantity, {self.sample: sample}) for quantity in self.wire[1]))
        return replace(self, sample=sample, wire=wire)


@dataclass(frozen=True)
class AtHand:
    """What is at hand by a declaration."""

    synapse: Synapse
    definitions: Definitions

    @property
    def unit(self) -> Place:
        """The unit that the synapse is onto."""
        unit, _ = indices_of(self.synapse.target)
        return Place(unit, unit, self.synapse.sample)

    @property
    def here(self) -> Place:
        """The synapse."""
        return replace(self.unit, wire=(self.synapse.target, self.synapse.pre))

    @property
    def everywhere(self) -> Place:
        """The whole population."""
        return Place(None, None, self.synapse.sample)

    def check(self, expr: Expr, place: Place) -> None:
        """Raise ``NotLocal`` if ``expr``, in normal form, is not at hand at ``place``."""
        match expr:
            case Number() | NumberSymbol():
                pass
            case Symbol() | Indexed():
                self._check_name(expr, place)
            case Sigma():
                self._check_sum(expr, place)
            case Comparison():
                if not place.wire or set(expr.args) != set(indices_of(place.wire[0])):
                    raise NotLocal(expr, "compares with another unit or sample")
            case Add() | Mul() | Pow() | Function():
                for part in expr.args:
                    self.check(part, place)
            case _:
                raise NotLocal(expr, "is of a kind of which locality cannot be judged")

    def opened(self, expr: Expr) -> Expr:
        """``expr`` with each undeclared name replaced by what it stands for."""
        if isinstance(expr, (Symbol, Indexed)):
            value = None if name_of(expr) in self.synapse.names else self.definitions.value(expr)
            return expr if value is None else value
        if isinstance(expr, Idx) or not expr.args:
            return expr
        return expr.func(*map(self.opened, expr.args))

    # --- names ---------------------------------------------------------------------------------------------------------------
    def _check_name(self, name: Expr, place: Place) -> None:
        origin, value = self._origin(name, place), self.definitions.value(name)
        if origin is None and place.unit is not None and self.signals(name):
            raise NotLocal(name, SHARED)
        if value is None:
            from_outside = place.unit is None and free_indices(name) <= {place.sample}  # in a signal that is declared
            if origin is None and isinstance(name, Indexed) and not from_outside:
                raise NotLocal(name, "is not declared to be read by the synapse")
            return
        if place.wire and name == place.wire[0]:
            raise NotLocal(name, f"is declared as a weight, and stands for {readable(value)}")
        try:
            self.check(normal(value), origin or place)
        except NotLocal as reason:
            if origin is None and name_of(name) in self.synapse.names:
                raise NotLocal(name, "is declared for another unit or sample") from None
            raise reason.within(name) from None

    def _origin(self, name: Expr, place: Place) -> Place | None:
        """Where a name that is declared at a place comes from: what it stands for must be at hand there."""
        now = {self.synapse.sample: place.sample}
        if place.unit is None:
            return place if name in [rename(signal, now) for signal in self.synapse.shared] else None
        if place.wire:
            weight, arriving = place.wire
            if name == weight or (name in arriving and place.unit in indices_of(name)):
                return place
            if name in arriving:
                _, end = indices_of(weight)
                return Place(self.synapse.population(name), end, place.sample)
        for population, index, quantity in self.synapse.own:
            if population == place.population and name == rename(quantity, {index: place.unit, **now}):
                return place
        return None

    # --- sums ----------------------------------------------------------------------------------------------------------------
    def _check_sum(self, total: Sigma, place: Place) -> None:
        try:
            self._check_as_written(total, place)
        except NotLocal as reason:
            opened = self.opened(total)
            if opened == total:
                raise
            try:
                self.check(normal(opened), place)
            except NotLocal:
                raise reason from None  # in the names that are nearest to the reader

    def _check_as_written(self, total: Sigma, place: Place) -> None:
        term, bound = unwrapped(total)
        samples = [index for index in bound if size_of(index) == size_of(self.synapse.sample)]
        others = [index for index in bound if index not in samples]
        if len(samples) == 1 and place.sample not in free_indices(total):
            if place.wire and place.wire[0] != self.synapse.target and set(place.wire[0].indices) <= free_indices(term):
                raise NotLocal(total, "pairs what arrives at another synapse with what the unit has, sample by sample")
            self.check(normal(Sigma(term, *others)), place.at(samples[0]))
        elif samples:
            raise self._refusal(total, place)
        elif place.unit is None:
            self._check_population(total, term, others, place)
        else:
            self._check_dendritic(total, term, others, place)

    def _check_population(self, total: Sigma, term: Expr, bound: list[Idx], place: Place) -> None:
        """A sum over units of what each of them has; the sums over the other indices are the unit's own."""
        letters = dict.fromkeys(population for population, _, _ in self.synapse.own)
        for unit, population in product(bound, letters):
            if size_of(unit) == size_of(population):
                rest = Sigma(term, *(index for index in bound if index != unit))
                try:
                    return self.check(normal(rest), Place(population, unit, place.sample))
                except NotLocal:
                    continue
        raise self._refusal(total, place)

    def _check_dendritic(self, total: Sigma, term: Expr, bound: list[Idx], place: Place) -> None:
        """A sum over those synapses onto the unit that have one kind of weight."""
        reason = self._refusal(total, place)
        for pattern, arriving in self.synapse.wires.items():
            onto, end = indices_of(pattern)
            if onto != place.population or [size_of(index) for index in bound] != [size_of(end)]:
                continue
            names = {onto: place.unit, end: bound[0], self.synapse.sample: place.sample}
            weight = rename(pattern, names)
            if weight in term.atoms(Indexed):
                wire = weight, tuple(rename(quantity, names) for quantity in arriving)
                try:
                    return self.check(term, replace(place, wire=wire))
                except NotLocal as missing:
                    reason = missing
        raise reason

    def _refusal(self, total: Sigma, place: Place) -> NotLocal:
        """Why a sum is not at hand: by the quantity in it that needs another unit or sample, if one does."""
        if place.unit is not None and self.signals(total):
            return NotLocal(total, SHARED)
        term, bound = unwrapped(total)
        here = [index for index in (place.unit, place.sample) if index is not None]
        letter = letters(Tuple(term, *here))
        term, *bound = (rename(part, letter) for part in (term, *bound))
        unit, sample = (letter.get(index, index) for index in (place.unit, place.sample))
        samples = {index for index in bound if size_of(index) == size_of(self.synapse.sample)}
        entries = sorted(term.atoms(Indexed), key=str)
        weights = {name_of(weight) for weight in self.synapse.wires}
        for entry in entries:
            if name_of(entry) in weights and unit not in (None, entry.indices[0]):
                return NotLocal(entry, "is a weight onto another unit")
        for entry in entries:
            for other in (index for index in entry.indices if index in bound):
                if other in samples and sample in entry.indices:
                    return NotLocal(entry, f"ties sample {sample} to each other sample {other}")
                if other not in samples and unit in entry.indices and name_of(entry) not in weights:
                    if size_of(other) == size_of(unit) or entry.indices[0] != unit:
                        return NotLocal(entry, f"ties unit {unit} to each other unit {other}")
                    return NotLocal(entry, f"is not declared as a weight onto unit {unit}: tell inputs=(({entry}, …),)")
        if samples:
            return NotLocal(total, "ties samples to each other")
        if unit is None:
            return NotLocal(total, "ties units to each other, or needs what is not declared")
        if unit in free_indices(total):
            return NotLocal(total, f"is no sum over the synapses onto unit {unit}")
        return NotLocal(total, "is a sum over a population, and not declared as shared")

    # --- shared signals ------------------------------------------------------------------------------------------------------
    def signals(self, expr: Expr) -> frozenset[Expr]:
        """The shared signals of which ``expr`` is a function; empty where it is not one of these alone."""
        return self._signals(expr) or frozenset()

    def _signals(self, expr: Expr) -> frozenset[Expr] | None:
        if not free_indices(expr) <= {self.synapse.sample}:
            return None
        for signal in self.synapse.shared:
            if self._proportional(expr, signal):
                self.check(normal(signal), self.everywhere)
                return frozenset({signal})
        if isinstance(expr, (Symbol, Indexed)) and (value := self.definitions.value(expr)) is not None:
            return self._signals(normal(value))
        if isinstance(expr, (Number, NumberSymbol, Symbol)):
            return frozenset()
        if isinstance(expr, Sigma) and size_of(expr.index) == size_of(self.synapse.sample) and not free_indices(expr):
            return self._signals(rename(expr.term, {expr.index: self.synapse.sample}))  # an average of what is told
        if isinstance(expr, (Add, Mul, Pow, Function)):
            parts = [self._signals(part) for part in expr.args]
            return None if None in parts else frozenset().union(*filter(None, parts))
        return None

    def _proportional(self, *exprs: Expr) -> bool:
        """Whether two expressions are equal, whatever they are called, up to a constant factor."""
        first, second = (_without_scale(normal(expr, self.definitions)) for expr in exprs)
        return is_zero(first - second)


def _without_scale(expr: Expr) -> Expr:
    """``expr`` divided by the constant factors of its first term, if it has terms with others."""
    split = [term.as_independent(Indexed, Sigma) for term in Add.make_args(expr) if term.has(Indexed)]
    scale = min(split, key=lambda part: str(part[1]), default=(S.One,))[0]
    return normal(expr / scale)


def unwrapped(total: Expr) -> tuple[Expr, list[Idx]]:
    """The term of nested sums, and the indices that it is summed over."""
    bound = []
    while isinstance(total, Sigma):
        index = fresh(total.index)
        total = rename(total.term, {total.index: index})
        bound.append(index)
    return total, bound
