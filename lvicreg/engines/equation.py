"""An equation between indexed expressions, for all sizes and values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise

from sympy import Abs, Add, Dummy, Expr, Float, Idx, Indexed, IndexedBase, Mul, Pow, S, Symbol, exp

from lvicreg.calculus import At, D, Definitions, H, Mean, Sigma, Symmetric, is_zero, relu, sigmoid, softplus
from lvicreg.calculus.definitions import Name, name_of
from lvicreg.calculus.functions import Exponential, StopGradient
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
        atoms = frozenset().union(*map(_atoms, (self.left, self.right, *meanings)))
        if floats := [atom for atom in atoms if isinstance(atom, Float)]:
            raise ValueError(
                f"{min(floats)} is rounded, and an equation is exact: write it as a fraction, such as Rational(1, 10)"
            )
        slopes = sorted((self.left + self.right).atoms(D), key=str) if S.Zero in (self.left, self.right) else []
        if slopes and all(_is_absent(slope, self.definitions) for slope in slopes):
            raise ValueError(f"{slopes[0]} is 0, since what is differentiated has no {name_of(slopes[0].args[1])} in it")
        if unshown := _without_sign(self.definitions) + _replaced_without_sign(atoms):
            raise ValueError(
                f"{unshown[0]} was declared with a sign, and what it stands for is not shown to have it: write that in "
                "squares, roots and what has a sign itself, or declare none"
            )
        if alike := _alike(atoms):
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


def _is_absent(slope: D, definitions: Definitions) -> bool:
    """Whether it is with respect to what does not occur, behind a name or held constant, before anything cancels."""
    expr, target = slope.args
    waiting, names = [expr], set()
    while waiting:
        for name in map(name_of, waiting.pop().atoms(Symbol, Indexed)):
            if name not in names and name in definitions:
                waiting.append(definitions[name][1])
            names.add(name)
    return name_of(target) not in names


@cache
def _without_sign(definitions: Definitions) -> list[Expr]:
    """The quantities that were declared with a sign and are given a meaning that is not shown to have it."""
    return [definitions[name][0] for name in definitions if not _has_its_sign(*definitions[name])]


def _replaced_without_sign(atoms: frozenset[Expr]) -> list[Expr]:
    """The same of what stands in the place of a quantity somewhere."""
    return [place.args[1] for place in atoms if isinstance(place, At) and not _has_its_sign(*place.args[1:])]


def _has_its_sign(quantity: Expr, value: Expr) -> bool:
    """Whether a value is shown to have the signs that its quantity was declared with, and to be whole if that was."""
    signs = [1] * bool(quantity.is_nonnegative) + [-1] * bool(quantity.is_nonpositive)
    whole = not quantity.is_integer or bool(value.is_integer)
    return whole and not quantity.is_zero and all(_is_nonnegative(_from_one(sign * value)) for sign in signs)


def _from_one(expr: Expr) -> Expr:
    """``expr`` with each size ``N`` as ``1 + n``, so that ``N − 1`` is seen not to be negative."""
    sizes = (part for part in expr.atoms(Symbol) if part.is_integer and part.is_positive)
    return expr.xreplace({size: 1 + Dummy(integer=True, nonnegative=True) for size in sizes})


def _is_nonnegative(expr: Expr) -> bool:
    """Whether its form shows that a real number is not negative: squares, roots, and sums and products of such."""
    match expr:
        case _ if expr.is_nonnegative:
            return True
        case Pow(base=base, exp=exponent):
            return bool(exponent.is_even or (exponent * 2).is_odd) or _is_nonnegative(base)
        case Add() | Mul():
            return all(map(_is_nonnegative, expr.args))
        case Sigma() | StopGradient():
            return _is_nonnegative(expr.args[0])
        case H() | relu() | Abs() | exp() | Exponential() | sigmoid() | softplus():
            return True
    return False


@cache
def _atoms(expr: Expr) -> frozenset[Expr]:
    """The quantities in an expression, its rounded numbers, and where a quantity has a value."""
    return frozenset(expr.atoms(At, Float, Idx, IndexedBase, Symbol))


def _alike(atoms: frozenset[Expr]) -> list[str]:
    """The texts under which two quantities stand that are not one."""
    labels = {named.label for named in atoms if isinstance(named, (IndexedBase, Idx))}
    arrays = [atom for atom in atoms if isinstance(atom, IndexedBase)]
    symbols = [atom for atom in atoms if isinstance(atom, Symbol) and atom not in labels]
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
