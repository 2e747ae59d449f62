"""A loss, its rule and what was claimed of them as numbers, at random values and with tanh for f.

For what is said of a disagreement: by which factor a claimed rule is wrong, or whether the loss in NumPy is another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from sympy import Add, Expr, Idx, S

from lvicreg.calculus import Definitions
from lvicreg.calculus.axes import size_of
from lvicreg.calculus.definitions import indices_of, name_of
from lvicreg.engines.evaluation.broadcasting import sample, value

from .problem import Problem

FACTORS = [sign * S(number) for number in ("1", "2", "1/2", "3", "1/3", "4", "1/4", "8", "1/8") for sign in (1, -1)]
SCALES = 0.1, 1.0, 3.0, 10.0, 30.0  # so that hinges are met from both sides


@dataclass(frozen=True)
class AtRandom:
    """A problem, the layer and the rule that is derived, with arrays of some sizes."""

    problem: Problem
    layer: Definitions
    update: Expr
    sizes: Mapping[str, int]

    @cached_property
    def data(self) -> Any:
        """Values of all that the loss and the claimed rule are made of."""
        return self._drawn(1.0)

    def _drawn(self, scale: float) -> Any:
        both = Add(self.problem.loss, self.problem.claimed or 0, evaluate=False)
        data = sample(both, self.layer, self.sizes, scale)
        vars(data).update({str(name): number for name, number in self.problem.options.items()})
        return data

    def _both(self, scale: float) -> Iterator[Any]:
        """The rule and the one that is claimed."""
        for expr in (self.update, self.problem.claimed):
            with np.errstate(all="ignore"):
                yield np.asarray(value(expr, self.layer, self._drawn(scale), indices_of(self.problem.target)))

    @cached_property
    def loss(self) -> float:
        """The loss at random values, f being tanh."""
        with np.errstate(all="ignore"):
            return float(value(self.problem.loss, self.layer, self.data))

    @cached_property
    def differs(self) -> str:
        """Two numbers by which the loss that was written separately is another one; else empty."""
        if self.problem.independent is None:
            return ""
        data, name = self.data, str(name_of(self.problem.target))
        try:
            with np.errstate(all="ignore"):
                other = float(self.problem.independent(np, getattr(data, name), data))
        except Exception as reason:
            return f"independent(np, {name}, data) fails: {type(reason).__name__}: {reason}"
        if np.isclose(other, self.loss, rtol=1e-9, atol=1e-12):
            return ""
        numbers = f"the loss is {self.loss:.6g}, and independent(np, {name}, data) is {other:.6g}"
        return f"at random values, f being tanh, {numbers}: they are not one function, or each has a constant of its own"

    @cached_property
    def claimed_is_derived(self) -> bool:
        """Whether the claimed rule has the numbers of the one derived; in what is drawn nothing in a hinge is just 0."""
        pairs = (tuple(self._both(scale)) for scale in SCALES)
        return all(np.allclose(one, other, rtol=1e-9, atol=1e-12 * np.max(np.abs(one))) for one, other in pairs)

    @property
    def ratios(self) -> Iterator[Expr]:
        """By what the claimed rule may be multiplied: a number of ``FACTORS``, or that times or over a size or one less."""
        one, other = self._both(1.0)
        with np.errstate(all="ignore"):
            found = one / other
        values = {size: self.sizes[str(size)] for index in self.update.atoms(Idx) for size in size_of(index).free_symbols}
        sizes = sorted(values, key=str)
        powers = [S.One, *(power for size in sizes for each in (size, size - 1) for power in (each, 1 / each))]
        for factor in (number * power for power in powers for number in FACTORS):
            if np.allclose(found, float(factor.subs(values))):
                yield factor
