"""The rule that descends a loss, what was checked of it, and what a synapse must be told.

Two claims are examined by the engines: that the rule is minus the gradient, and, if a rule is claimed, that it is this one. The
second may be *refuted*: then numbers are shown, and no rule is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np
from sympy import Add, Expr, Idx, Indexed, IndexedBase, S, Symbol

from lvicreg.calculus import D, Definitions, Descent, Local, NotLocal, Sigma, is_zero
from lvicreg.calculus.axes import Role, role, size_of
from lvicreg.calculus.definitions import Name, indices_of, name_of
from lvicreg.calculus.functions import f, f_prime, f_second
from lvicreg.calculus.layer import LATEX, MEANINGS, TEXT, network
from lvicreg.calculus.notation import text
from lvicreg.claims import Claim, Entry, Status, measure
from lvicreg.codegen.emit import function_source
from lvicreg.codegen.equation import presented
from lvicreg.codegen.naming import contracted, leftover, naming, with_named_sums
from lvicreg.codegen.rule import Parameter, Rule
from lvicreg.engines import Autodiff, Contradiction, Equation, Symbolic, evaluating
from lvicreg.engines.closeness import check_close
from lvicreg.engines.evaluation.broadcasting import primitives, sample, value

from .at_random import AtRandom
from .problem import Problem

# more samples than 2, of which the activities, drawn from few numbers, are now and then equal, and their variance 0
SIZES: dict[Role, tuple[int, int, int]] = {"sample": (3, 4, 5), "unit": (2, 3, 3), "input": (3, 2, 4)}
TAKEN = {sizes[:2] for sizes in SIZES.values()}
# of further axes in turn: no two axes have one size at both of the first points
FURTHER = [
    pair for total in range(4, 20) for pair in product(range(2, 9), repeat=2) if sum(pair) == total and pair not in TAKEN
]


@dataclass(frozen=True)
class Answer:
    """All that follows from a problem; each part is found when it is asked for."""

    problem: Problem

    @cached_property
    def layer(self) -> Definitions:
        """The names of the layer, and of the sums inside what they stand for."""
        return with_named_sums(self.problem.layer, self.taken)

    @cached_property
    def taken(self) -> set[str]:
        """The names that the user has given to anything."""
        problem = self.problem
        told = [problem.loss, problem.target, *problem.options, *([] if problem.claimed is None else [problem.claimed])]
        told += [part for name in problem.layer for part in problem.layer[name]]
        return {str(atom) for expr in told for atom in expr.atoms(IndexedBase, Symbol, Idx)}

    @cached_property
    def descent(self) -> Descent:
        """The loss, and how it is descended."""
        return Descent(self.problem.loss, self.problem.target, self.layer)

    @cached_property
    def reads(self) -> Local | NotLocal:
        """The terms of the rule and what a synapse must be told; or what it cannot know."""
        return self._derived.reads

    @property
    def locality(self) -> str:
        """The same in one sentence."""
        return self._derived.locality

    # --- the rule -----------------------------------------------------------------------------------------------------------
    @cached_property
    def rule(self) -> Rule:
        """The rule, to be generated, every sum in it by a name."""
        bare = self._derived
        each, target = bare.sample, bare.target
        presented_parts = presented(bare)
        rest = presented_parts.pop(S.One, S.Zero)
        names, layer = naming(leftover(presented_parts.values()), self.layer, self.taken)
        parts = [(pre, part.xreplace(names)) for pre, part in presented_parts.items()]
        update = Add(*(part * pre if pre == target else Sigma(part * pre, each) for pre, part in parts))
        rest, layer = contracted(rest, indices_of(target), layer, self.taken)
        parts, update = [*parts, (S.One, rest)], update + rest
        data = sample(self.descent.update, self.layer, self.sizes[-1], 1.0)
        vars(data).update({str(name): number for name, number in self.problem.options.items()})
        named, derived = value(update, layer, data), value(self.descent.update, self.layer, data)
        check_close(named, derived, f"{self.problem.path.name}: the rule with names for its sums and the one derived")
        return self._rule(tuple(_arguments(self.problem, layer, parts)), layer, update)

    @cached_property
    def _derived(self) -> Rule:
        """The rule as it is derived, without what a function needs."""
        return self._rule((), self.layer, self.descent.update)

    def _rule(self, arguments: tuple[Name, ...], layer: Definitions, update: Expr) -> Rule:
        problem = self.problem
        summary, _, rest = problem.title.partition("\n")
        names = (*arguments, *problem.statistics)
        parameters = {str(name): Parameter(self._meaning(name)) for name in names}
        parameters |= {
            str(name): Parameter("a parameter of the loss.", float(value)) for name, value in problem.options.items()
        }
        return Rule(
            name=problem.name,
            summary=summary,
            source=" ".join(rest.split()),
            definitions=layer,
            update=update,
            target=problem.target,
            synapse=problem.synapse,
            descent=self.descent,
            arguments=arguments,
            statistics=problem.statistics,
            options=tuple(problem.options),
            parameters=parameters,
            notation=TEXT,
            latex=LATEX,
        )

    def _meaning(self, name: Name) -> str:
        """What the docstring says of a name: the usual words where it has its usual meaning, else what it stands for."""
        layer = self.problem.layer
        if name in layer and (name not in network or layer[name] != network[name]):
            return f"{text(layer[name][1], TEXT)}."
        return MEANINGS.get(str(name), "as in the loss.")

    @cached_property
    def source(self) -> str:
        """The rule's function; raises ``NotArrayCode`` where there is no code for it that is known to be right."""
        return function_source(self.rule)

    # --- what is checked ----------------------------------------------------------------------------------------------------
    @cached_property
    def claims(self) -> list[Claim]:
        """That the rule is minus the gradient, and that it is the one that is claimed."""
        problem, update = self.problem, self.descent.update
        evidence: tuple[Autodiff, ...] = ()
        if problem.independent:
            evidence = tuple(map(self._by_autodiff, self.sizes))  # at several, since 2 is N - 1 or B - 1 at one of them
        found = [
            Claim(
                id=f"{problem.name}.gradient",
                title="The rule descends the loss",
                statement="The rule is minus the gradient of the loss.",
                proof="The gradient is derived step by step, and the rule is what is left of it with the other sign.",
                holds=(Equation(D(problem.loss, problem.target), -update, self.layer, self.sizes[:2]),),
                evidence=evidence,
                source=problem.path.name,
            )
        ]
        if self._claimed:
            found.append(
                Claim(
                    id=f"{problem.name}.claimed",
                    title="The rule is the one that is claimed",
                    statement="The rule is the one that is claimed.",
                    proof="The difference of the two has the normal form 0.",
                    holds=(self._claimed,),
                    source=problem.path.name,
                )
            )
        return found

    def _by_autodiff(self, sizes: Mapping[str, int]) -> Autodiff:
        problem, update = self.problem, self.descent.update
        axes, target = indices_of(problem.target), str(name_of(problem.target))
        values: dict[str, Any] = {str(name): value for name, value in problem.options.items()}
        if target not in map(str, map(name_of, primitives(update, self.layer))):  # then it is not drawn with the rest
            values[target] = np.random.default_rng(0).normal(size=[sizes[str(size_of(index))] for index in axes])
        assert problem.independent is not None
        return Autodiff(problem.independent, -update, self.layer, values, sizes, target, axes)

    @cached_property
    def sizes(self) -> tuple[Mapping[str, int], ...]:
        """Sizes at which equations are evaluated, and those of the arrays that are differentiated; of further axes too."""
        expanded = self.problem.layer.expand(self.problem.loss)
        axes = {size for index in expanded.atoms(Idx) for size in size_of(index).free_symbols}
        found: dict[str, tuple[int, ...]] = {}
        further = ((*pair, place + 6) for place, pair in enumerate(FURTHER))
        roles = dict(SIZES)
        for axis in sorted(axes, key=str):
            found[str(axis)] = roles.pop(counted) if (counted := role(axis)) in roles else next(further)
        return tuple({name: sizes[place] for name, sizes in found.items()} for place in range(3))

    @property
    def _claimed(self) -> Equation | None:
        problem = self.problem
        if problem.claimed is None:
            return None
        return Equation(-D(problem.loss, problem.target), problem.claimed, self.layer, self.sizes[:2])

    @cached_property
    def refuted(self) -> str:
        """Two numbers by which the rule that is claimed is another one, and by which factor if it is that; else empty."""
        if self._claimed is None:
            return ""
        try:
            numbers = evaluating(self._claimed)((), (self._claimed,)).run()
        except Contradiction:
            return ""  # it is not refuted
        if self.at_random.claimed_is_derived:
            return ""
        for ratio in self.at_random.ratios:
            if is_zero(self.descent.update - ratio * self.problem.claimed, self.layer):
                return f"{numbers}. Minus the gradient is {ratio} times what is claimed"
        return numbers

    @property
    def at_kinks(self) -> str:
        """Two numbers by which the claimed rule is another one, though it is the same away from kinks; else empty."""
        if self._claimed is None or not self.at_random.claimed_is_derived:
            return ""
        try:
            return evaluating(self._claimed)((), (self._claimed,)).run()
        except Contradiction:
            return ""

    @cached_property
    def entries(self) -> list[Entry]:
        """What the engines found of the claims."""
        return measure(self.claims)

    @cached_property
    def at_random(self) -> AtRandom:
        """The same at random values."""
        return AtRandom(self.problem, self.layer, self.descent.update, self.sizes[-1])

    @property
    def undecided(self) -> bool:
        """Whether nothing failed but the normal form, which then does not know enough to show what holds wherever evaluated."""
        failed = [finding for entry in self.entries for finding in entry.findings if finding.outcome == "failed"]
        return bool(failed) and all(finding.kind == Symbolic.kind for finding in failed)

    @property
    def failed(self) -> bool:
        """Whether a claim failed."""
        return any(entry.status == Status.FAILED for entry in self.entries)


def _arguments(problem: Problem, layer: Definitions, parts: list[tuple[Expr, Expr]]) -> list[Name]:
    """What the rule takes: what arrives, then what the unit has that is not computed from other arguments, then weights."""
    names: list[Name] = [pre.base for pre, _ in parts if pre not in (problem.target, S.One)]
    waiting = [part for _, part in parts]
    seen: set[Name] = set()
    while waiting:
        for entry in sorted(waiting.pop(0).atoms(Indexed, Symbol), key=str):
            name = name_of(entry)
            if name is None or name in seen or name in problem.options:
                continue
            seen.add(name)
            if name not in layer:
                if isinstance(name, IndexedBase):
                    names.append(name)
            elif layer[name][1].has(f, f_prime, f_second):  # of which there is no code
                names.append(name)
            else:
                waiting.append(layer[name][1])
    weights = name_of(problem.target)
    order = {name: place for place, name in enumerate(layer)}
    ordered = sorted((name for name in dict.fromkeys(names) if name != weights), key=lambda name: order.get(name, -1))
    needs_weights = weights in names or any(pre == problem.target for pre, _ in parts)
    return ordered + [weights] * needs_weights
