"""Finite distributions with exactly the moments that a law states.

The values -2, -1, 0, 1, 2 with probabilities 1/12, 1/6, 1/2, 1/6, 1/12 have mean 0, variance 1, no odd moments and fourth
moment 3, as a standard Gaussian has. So a Gaussian vector's moments up to the fifth order are averages over a few rational
outcomes, exactly, and Isserlis' theorem is not used to check itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import product
from math import inf, prod

from sympy import Add, Expr, Idx, Indexed, IndexedBase, Mul, Pow, Symbol, Tuple

from lvicreg.calculus.definitions import Definitions, name_of
from lvicreg.calculus.differentiate import D
from lvicreg.calculus.expectation import Gaussian, IndependentUnits, Law, SecondMoments
from lvicreg.calculus.functions import StopGradient
from lvicreg.calculus.indexed import Sigma
from lvicreg.calculus.operators import At

from .points import Entry, Point
from .surds import ZERO, Surd

# the degrees up to which outcomes have the moments of a law
DEGREES: dict[type[Law], int] = {Gaussian: 5, SecondMoments: 2, IndependentUnits: 4}
Outcome = tuple[Surd, dict[Entry, Surd]]  # a probability, and the values taken

GAUSSIAN_FIVE_POINTS = {-2: Fraction(1, 12), -1: Fraction(1, 6), 0: Fraction(1, 2), 1: Fraction(1, 6), 2: Fraction(1, 12)}


def check_moments(term: Expr, law: Law, definitions: Definitions) -> None:
    """The mean of a term, names expanded, is made of moments that the outcomes of a law have.

    Raises:
        TypeError: of the law more is asked than it states, or its parameters are no names that are free to be drawn.
    """
    if (degree := _degree(term, law)) > DEGREES[type(law)]:
        told = f"it has the moments up to order {DEGREES[type(law)]}, and {term} is of order {degree}"
        raise TypeError(f"no finite distribution is known for {law}: {told}")
    for parameter in (each for part in law.args for each in (part if isinstance(part, Tuple) else (part,))):
        named = isinstance(parameter, (IndexedBase, Symbol, Indexed))
        if not named or parameter in definitions or name_of(parameter) in definitions:
            raise TypeError(f"the parameter {parameter} of {law} has a value already: state it by an equation beside")


def _degree(expr: Expr, law: Law) -> float:
    """The degree of a polynomial in what is random; infinite for anything else."""
    match expr:
        case Indexed():
            return int(str(expr.base) in law.names)
        case Idx() | Symbol():
            return 0
        case Mul():
            return sum(_degree(factor, law) for factor in expr.args)
        case Pow(base=base, exp=exponent):
            degree = _degree(base, law)
            return degree * int(exponent) if degree and exponent.is_Integer and exponent > 0 else inf if degree else 0
        case Add() | Sigma() | D() | At() | StopGradient():
            return max(_degree(part, law) for part in expr.args)
    return inf if any(_degree(part, law) for part in expr.args) else 0


def outcomes(law: Law, point: Point) -> list[Outcome]:
    """The outcomes of ``law`` at a point; its parameters take their values at the point the first time."""
    if law not in point.distributions:
        match law:
            case Gaussian():
                point.distributions[law] = list(_gaussian(law, point))
            case SecondMoments():
                point.distributions[law] = list(_cycle(law, point))
            case IndependentUnits():
                point.distributions[law] = list(_independent(law, point))
            case _:
                raise TypeError(f"no finite distribution is known for {type(law).__name__}")
    return point.distributions[law]


def _gaussian(law: Gaussian, point: Point) -> Iterator[Outcome]:
    *samples, length = (point.sizes[str(size)] for size in law.axes)
    covariance = str(law.args[1])
    mixing = [[point.draw() for _ in range(length)] for _ in range(length)]
    for r, s in product(range(length), repeat=2):
        point.values[covariance, (r, s)] = _sum(mixing[r][n] * mixing[s][n] for n in range(length))
    rows = list(product(*map(range, samples)))
    for sources in product(GAUSSIAN_FIVE_POINTS, repeat=length * len(rows)):
        values = {
            (law.names[0], (*row, r)): _sum(mixing[r][n] * Surd(sources[place * length + n]) for n in range(length))
            for place, row in enumerate(rows)
            for r in range(length)
        }
        yield Surd(prod((GAUSSIAN_FIVE_POINTS[s] for s in sources), start=Fraction(1))), values


def _cycle(law: SecondMoments, point: Point) -> Iterator[Outcome]:
    """Vectors of a cycle of three, started anywhere and with either sign; a second array is one step behind the first."""
    (length,) = (point.sizes[str(size)] for size in law.axes)
    cycle = [[point.draw() for _ in range(length)] for _ in range(3)]
    delays = {name: delay for delay, name in enumerate(law.names)}
    for left, right, matrix in law.args:
        for r, s in product(range(length), repeat=2):
            pairs = ((cycle[n - delays[str(left.base)]][r], cycle[n - delays[str(right.base)]][s]) for n in range(3))
            point.values[str(matrix), (r, s)] = _sum(one * other for one, other in pairs) * Surd(Fraction(1, 3))
    for n, sign in product(range(3), (1, -1)):
        values: dict[Entry, Surd] = {
            (name, (r,)): cycle[n - delay][r] * Surd(sign) for name, delay in delays.items() for r in range(length)
        }
        yield Surd(Fraction(1, 6)), values


def _independent(law: IndependentUnits, point: Point) -> Iterator[Outcome]:
    _, variance, kurtosis = law.args
    (length,) = (point.sizes[str(size)] for size in law.axes)
    inner, outer = (Fraction(point.random.randint(1, 5), 24) for _ in range(2))
    weights = {-2: outer, -1: inner, 0: 1 - 2 * inner - 2 * outer, 1: inner, 2: outer}
    second, fourth = (sum((w * v**power for v, w in weights.items()), Fraction(0)) for power in (2, 4))
    point.values[str(variance), ()] = Surd(second)
    point.values[str(kurtosis), ()] = Surd(fourth / second**2)
    for values in product(weights, repeat=length):
        weight = prod((weights[v] for v in values), start=Fraction(1))
        yield Surd(weight), {(law.names[0], (r,)): Surd(v) for r, v in enumerate(values)}


def _sum(terms: Iterable[Surd]) -> Surd:
    return sum(terms, start=ZERO)
