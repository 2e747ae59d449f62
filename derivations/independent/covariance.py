"""Independent checks of covariance: its scale, and what is left of it without the loudest units."""

from fractions import Fraction
from itertools import combinations, permutations, product
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


def squares_of_the_rest() -> Pairs:
    """With loud units, faint ones and equal ones, the rest's squares are within the bound, and so is its trace."""
    for samples, faint, step in ((2, 1, 5), (3, 7, 11), (4, 100, 7), (5, 3, 13)):
        units, apart = 4 * samples, 5 * samples // 4
        z = [[Fraction((step * i * i + 3 * i * b + b**3) % 17, 1 + (i % faint)) for i in range(units)] for b in range(samples)]
        z = [[value * (1000 if i == 2 else 1) for i, value in enumerate(row)] for row in z]
        mean = [sum(row[i] for row in z) / samples for i in range(units)]
        u = [[row[i] - mean[i] for i in range(units)] for row in z]
        K = [[sum(row[i] * row[k] for row in u) / (samples - 1) for k in range(units)] for i in range(units)]
        by_variance = sorted(range(units), key=lambda i: -K[i][i])
        rest = by_variance[apart:]
        loss = sum(K[i][k] ** 2 for i, k in product(range(units), repeat=2) if i != k)
        squares = sum(K[i][k] ** 2 for i, k in product(rest, repeat=2))
        rank = samples - 1
        bound = max(Fraction(2), Fraction(4 * rank**2, apart * (apart - rank))) * loss
        yield max(squares, bound) - squares, bound - squares
        trace = sum(K[i][i] for i in rest) ** 2
        yield max(trace, rank * squares) - trace, rank * squares - trace


def digits_by_solver(z3: Any) -> Formulas:
    """The chain of inequalities from Welch's bound to the quotient, and the quotient for each remainder of B by 4."""
    m, R, tau, S, D, E, F, q = z3.Reals("m R tau S D E F q")
    sizes = z3.And(R > 0, m > R, tau > 0, D >= 0, E >= 0, S >= 0)
    known = z3.And(sizes, S * S <= R * (D + E), D <= tau * S, F * R >= tau * tau * m * (m - R))

    def bounded(first, second):
        return z3.Implies(z3.And(known, D > E), (D + E) * m * (m - R) * first <= second * R * R * F)

    def quotient(m, R, most, least=0):
        return z3.Implies(q >= least, 4 * R * R * 5 <= most * m * (m - R))

    valid = {
        "the rest, where variances prevail": bounded(1, 4),
        "the rest, where covariances prevail": z3.Implies(z3.And(known, D <= E), D + E <= 2 * E),
        "B = 4q, from 4 on": quotient(5 * q, 4 * q - 1, 64, 1),
        "B = 4q + 1": quotient(5 * q + 1, 4 * q, 64),
        "B = 4q + 2": quotient(5 * q + 2, 4 * q + 1, 64),
        "B = 4q + 3": quotient(5 * q + 3, 4 * q + 2, 64),
    }
    invalid = {
        "a bound of 3.9 R² in the place of 4 R²": bounded(10, 39),
        "a quotient of 63/5": quotient(5 * q, 4 * q - 1, 63, 1),
    }
    return valid, invalid


def squares_beside_the_loudest(ad: Any, rng: Any) -> Pairs:
    """By eigenvalues: the trace's bound is met by equal ones; the quotient by as many orthogonal units and a faint part."""
    np = ad.numpy
    for samples in (4, 9, 16):
        rank, apart = samples - 1, 5 * samples // 4
        directions = np.linalg.qr(np.c_[np.ones(samples), rng.normal(size=(samples, samples))])[0][:, 1:]
        units = np.concatenate([directions, directions[:, : apart - rank], directions * 0.9, directions * 0.2], axis=1)
        K = units.T @ units
        eigenvalues = np.linalg.eigvalsh(K)
        yield np.sum(eigenvalues**2), np.sum(K**2)
        loss = np.sum(K**2) - np.sum(np.diag(K) ** 2)
        squares = np.sum(K[apart:, apart:] ** 2)
        most = max(2.0, 4 * rank**2 / (apart * (apart - rank)))
        yield np.maximum(squares, most * loss) / squares, most * loss / squares
        yield np.maximum(np.trace(K) ** 2, rank * np.sum(K**2)) / np.trace(K), rank * np.sum(K**2) / np.trace(K)
