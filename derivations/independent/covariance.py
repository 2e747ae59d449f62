"""Independent checks of covariance: its scale."""

from fractions import Fraction
from itertools import combinations, permutations
from typing import Any

from . import Pairs


def subsets_of_a_population() -> Pairs:
    """With β = 1/(N(N−1)) the loss of a random part of a population is on average that of the whole."""
    K = [[Fraction((3 * r * s + r + s) % 7 + 1, 2) for s in range(5)] for r in range(5)]

    def scaled_loss(units):
        return sum(K[r][s] ** 2 for r, s in permutations(units, 2)) / (len(units) * (len(units) - 1))

    yield scaled_loss((1, 3)), K[1][3] ** 2
    for size in (2, 3, 4):
        parts = list(combinations(range(5), size))
        yield sum(map(scaled_loss, parts)) / len(parts), scaled_loss(range(5))


def equally_correlated(ad: Any, rng: Any) -> Pairs:
    """The scaled loss of N units, all pairs with covariance ½, and its slope in that covariance, for three N."""
    np = ad.numpy
    for units in (2, 5, 16):

        def scaled_loss(shared, units=units):
            K = np.eye(units) + shared * (1 - np.eye(units))
            return (np.sum(K**2) - np.sum(np.diag(K) ** 2)) / (units * (units - 1))

        yield scaled_loss(0.5), 0.25
        yield ad.grad(scaled_loss)(0.5), 1.0
