"""Independent checks of covariance: its scale, and what is left of it without the loudest units."""

from fractions import Fraction
from itertools import combinations, permutations
from typing import Any

from . import Formulas, Pairs


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


def tight_frames() -> Pairs:
    """Where the bound is met: columns of a Hadamard matrix but the first, some copies of each apart and two in the rest."""
    signs = [[1, 1], [1, -1]]
    for copies in (2, 3, 5):
        signs = [[*row, *row] for row in signs] + [[*row, *(-sign for sign in row)] for row in signs]
        samples, rank = len(signs), len(signs) - 1
        units, apart = [row[1:] for row in signs], copies * rank
        K = [[Fraction(sum(row[i] * row[k] for row in units), rank) for k in range(rank)] for i in range(rank)]
        squares = sum(value**2 for row in K for value in row)
        loss = copies**2 * squares - copies * sum(K[i][i] ** 2 for i in range(rank))  # of the copies apart
        yield 4 * squares, Fraction(4 * rank**2, apart * (apart - rank)) * loss  # two copies: four times the squares
        yield squares, Fraction(samples**2, rank)


def frames_by_autodiff(ad: Any, rng: Any) -> Pairs:
    """More units than dimensions, on a circle in each plane: their loss is Welch's bound, and least among unit vectors."""
    np = ad.numpy
    for rank, apart in ((2, 3), (4, 7), (6, 8)):
        turn = 2 * np.pi * np.outer(np.arange(apart), 1 + np.arange(rank // 2)) / apart
        frame = np.concatenate([np.cos(turn), np.sin(turn)], axis=1) / (rank / 2) ** 0.5

        def loss(vectors):
            unit = vectors / np.sqrt(np.sum(vectors**2, axis=1, keepdims=True))
            return np.sum((unit @ unit.T) ** 2) - len(vectors)

        yield loss(frame), apart * (apart - rank) / rank
        yield 1 + ad.grad(loss)(frame), np.ones(frame.shape)


def digits_by_solver(z3: Any) -> Formulas:
    """The chain of inequalities from Welch's bound to the quotient, and the quotient for each remainder of B by 4."""
    m, R, tau, S, D, E, F, q = z3.Reals("m R tau S D E F q")
    known = z3.And(R > 0, m > R, S * S <= R * (D + E), D <= tau * S, F * R >= tau * tau * m * (m - R), D > E)
    sizes = {
        "4q": (5 * q, 4 * q - 1),
        "4q + 1": (5 * q + 1, 4 * q),
        "4q + 2": (5 * q + 2, 4 * q + 1),
        "4q + 3": (5 * q + 3, 4 * q + 2),
    }

    def rest(most):
        return z3.Implies(known, 10 * (D + E) * m * (m - R) <= most * R * R * F)

    def quotient(m, R, most):
        return z3.Implies(R >= 1, 20 * R * R <= most * m * (m - R))

    valid = {"the rest": rest(40)} | {f"B = {name}": quotient(*size, 64) for name, size in sizes.items()}
    invalid = {"less": rest(39)} | {f"less, B = {name}": quotient(*size, 63) for name, size in sizes.items()}
    return valid, invalid
