"""Independent checks of the total rule: locality."""

from fractions import Fraction
from typing import Any

from . import Pairs


def other_units_rotated() -> Pairs:
    """The bracket of unit 1 when the other two are rotated, S unchanged: the one-sample rule's and the exact covariance's."""
    samples = [[Fraction(n) for n in row] for row in ((1, 2, -4), (-3, 1, 1), (2, -3, 3))]
    turned = [[one, (3 * two + 4 * three) / 5, (3 * three - 4 * two) / 5] for one, two, three in samples]

    def one_sample(units):
        return [row[0] * (row[1] ** 2 + row[2] ** 2) for row in units]

    for units in (samples, turned):
        yield from zip(one_sample(units), (20, -6, 36), strict=True)
    # the exact rule, K_12 u_2, tells two populations apart in which unit 1 and S are the same in every sample
    alike, apart = ((1, 2), (-1, -2), (0, 2), (0, -2)), ((1, 2), (-1, 2), (0, -2), (0, -2))

    def exact(units):
        K_12 = sum(one * two for one, two in units)
        return [Fraction(K_12 * two) for _, two in units]

    for (one, two), (other_one, other_two) in zip(alike, apart, strict=True):
        yield Fraction(one), other_one
        yield Fraction(two**2), other_two**2
    yield from zip(exact(alike), (8, -8, 8, -8), strict=True)
    yield from zip(exact(apart), (0, 0, 0, 0), strict=True)
    for population in (samples, alike, apart):  # deviations
        yield from ((Fraction(sum(column)), 0) for column in zip(*population, strict=True))


def row_of_a_unit(ad: Any, rng: Any) -> Pairs:
    """Autograd's gradient row of unit 1 in a linear layer, from its own activity and S, and S of the other units rotated."""
    np = ad.numpy
    inputs, weights = np.asarray(rng.normal(size=(8, 5))), np.asarray(rng.normal(size=(4, 5)))
    before = np.asarray(rng.normal(size=(8, 5)))
    rotation, _ = np.linalg.qr(np.asarray(rng.normal(size=(3, 3))))
    turned = np.concatenate([weights[:1], rotation @ weights[1:]])

    def total(weights, held):
        a = inputs @ weights.T
        mean = np.mean(inputs @ held.T, axis=0)
        past = before @ held.T
        squares = (a - mean) ** 2
        products = np.sum(squares, axis=1) ** 2 - np.sum(squares**2, axis=1)
        spread = np.sqrt(np.var(a, axis=0, ddof=1) + 0.5)
        return np.sum((a - past) ** 2) - np.sum(spread) + np.sum(products)  # hinges below their thresholds

    own, past = inputs @ weights[0], before @ weights[0]
    u = own - np.mean(own)
    S = np.sum((inputs @ turned.T - np.mean(inputs @ turned.T, axis=0)) ** 2, axis=1)
    row = 2 * (own - past) - u / (7 * np.sqrt(np.sum(u**2) / 7 + 0.5)) + 4 * u * (S - u**2)
    for layer in (weights, turned):
        yield ad.grad(total)(layer, layer)[0], row @ inputs
