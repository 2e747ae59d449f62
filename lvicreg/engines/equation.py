"""An equation between indexed expressions, for all sizes and values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise

from sympy import Expr, Float, Idx, Indexed, IndexedBase, S, Symbol

from lvicreg.calculus import Definitions, Mean, Symmetric, is_zero
from lvicreg.calculus.definitions import Name, name_of
from lvicreg.calculus.indexed import rename

DECIDING = ("symbolic", "exact")  # the kinds of evidence that decide equations


@dataclass(frozen=True)
class Equation:
    """``left = right`` for all sizes and all values of the primitive quantities, where denominators are not zero.

    ``sizes`` are the concrete ones at which the exact engine evaluates it; ``engines`` is that one alone where the symbolic one
    cannot decide it, and then the equation is known at these sizes only.
    """

    left: Expr
    right: Expr
    definitions: Definitions = field(default_factory=Definitions)
    sizes: tuple[Mapping[str, int], ...] = ({"N": 2, "M": 3, "B": 3}, {"N": 3, "M": 2, "B": 2})
    engines: tuple[str, ...] = DECIDING

    def __post_init__(self) -> None:
        object.__setattr__(self, "left", S(self.left))
        object.__setattr__(self, "right", S(self.right))
        if self.left == self.right:
            raise ValueError(f"an equation between identical expressions checks nothing: {self.left}")
        meanings = [self.definitions[name][1] for name in self.definitions]
        if floats := set().union(*(expr.atoms(Float) for expr in (self.left, self.right, *meanings))):
            raise ValueError(
                f"{min(floats)} is rounded, and an equation is exact: write it as a fraction, such as Rational(1, 10)"
            )
        if false := _of_another_sign(self.definitions):
            raise ValueError(f"{false[0]} was declared with a sign, and what it stands for has another")
        if alike := _alike(self.left, self.right, *meanings):
            raise ValueError(f"two quantities are written {alike[0]}, under different assumptions: give them different names")
        if asymmetric := _asymmetric(self.definitions):
            raise ValueError(f"{asymmetric[0]} was declared Symmetric, and what it stands for is not")
        if self.engines not in (DECIDING, ("exact",)):
            raise ValueError(
                f"it is decided by both engines, {DECIDING}, or by the exact one alone, at its sizes; got {self.engines}"
            )
        if "symbolic" not in self.engines and any(self.definitions.expand(side).has(Mean) for side in (self.left, self.right)):
            raise ValueError("the exact engine knows a law by some moments only: let the symbolic engine decide it too")
        if not self.sizes:
            raise ValueError("an equation needs at least one choice of sizes, such as {'N': 2, 'M': 2, 'B': 3}")


def _of_another_sign(definitions: Definitions) -> list[Name]:
    """The names that stand for something of which SymPy knows that it has not the sign that was declared."""
    found = [definitions[name] for name in definitions]
    return [
        name_of(pattern)
        for pattern, meaning in found
        if (pattern.is_nonnegative and meaning.is_negative) or (pattern.is_nonpositive and meaning.is_positive)
    ]


def _alike(*exprs: Expr) -> list[str]:
    """The texts under which two quantities stand that are not one."""
    arrays, indices, symbols = (set().union(*(expr.atoms(kind) for expr in exprs)) for kind in (IndexedBase, Idx, Symbol))
    symbols -= {named.label for named in arrays | indices}
    texts = [sorted(map(str, quantities)) for quantities in (arrays, symbols)]
    return [text for kind in texts for text, following in pairwise(kind) if text == following]


@cache
def _asymmetric(definitions: Definitions) -> list[Name]:
    """The names declared symmetric that do not stand for a symmetric matrix."""
    found = [definitions[name] for name in definitions if isinstance(name, Symmetric)]
    return [name_of(pattern) for pattern, meaning in found if not is_zero(meaning - _transposed(pattern, meaning), definitions)]


def _transposed(pattern: Indexed, meaning: Expr) -> Expr:
    first, second = pattern.indices
    return rename(meaning, {first: second, second: first})
