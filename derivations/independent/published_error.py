"""Independent checks of the published error: both losses by matrices, and their means by cubature."""

from fractions import Fraction
from itertools import product
from types import ModuleType
from typing import Any

from . import Pairs
from .losses import Array, Data, _covariance, _layer


def _printed(np: ModuleType, centred: Array) -> Array:
    """Eq. 6 as printed: squares before the mean over samples."""
    count, units = centred.shape
    squares = centred**2
    return np.sum((squares.T @ squares) * (1 - np.eye(units))) / ((count - 1) * (units**2 - units))


def _corrected(np: ModuleType, z: Array) -> Array:
    """The mean of the squared off-diagonal entries of the covariance matrix."""
    return np.mean(_covariance(np, z)[np.eye(z.shape[1]) == 0] ** 2)


def printed(np: ModuleType, W: Array, data: Data) -> Array:
    """Eq. 6 as printed, the mean detached."""
    return _printed(np, _layer(np, W, data.x) - np.mean(_layer(np, data.W, data.x), axis=0))


def corrected(np: ModuleType, W: Array, data: Data) -> Array:
    """The erratum's loss."""
    return _corrected(np, _layer(np, W, data.x))


def squares_before_and_after_the_mean(ad: Any, rng: Any) -> Pairs:
    """The printed loss as (B − 1)/B of the corrected one and the variance of the products, value and slope."""
    np = ad.numpy
    z = np.asarray(rng.normal(size=(7, 4)) * [1.0, 0.5, 2.0, 1.5])
    pairs = [(first, second) for first, second in product(range(4), repeat=2) if first != second]

    def sum_of_both(z):
        u = z - np.mean(z, axis=0)
        spread = np.stack([np.var(u[:, first] * u[:, second], ddof=1) for first, second in pairs])
        return 6 / 7 * _corrected(np, z) + np.mean(spread)

    def printed_centred(z):
        return _printed(np, z - np.mean(z, axis=0))

    yield printed_centred(z), sum_of_both(z)
    yield ad.grad(printed_centred)(z), ad.grad(sum_of_both)(z)


def gaussian_cubature(ad: Any, rng: Any) -> Pairs:
    """Means over three samples of two correlated Gaussian units, by the product rule that is exact to the fifth degree."""
    np = ad.numpy
    nodes, chances = np.asarray([-(3**0.5), 0.0, 3**0.5]), np.asarray([1, 4, 1]) / 6
    grid = np.stack([axis.ravel() for axis in np.meshgrid(*[nodes] * 6)], axis=1).reshape(-1, 3, 2)
    chance = np.prod(np.stack(np.meshgrid(*[chances] * 6), axis=-1), axis=-1).ravel()
    mixing = np.asarray(rng.normal(size=(2, 2)))
    z, covariance = grid @ mixing.T, mixing @ mixing.T
    variances, square = covariance[0, 0] * covariance[1, 1], covariance[0, 1] ** 2

    def average(loss):
        return np.sum(chance * np.asarray([loss(samples) for samples in z]))

    yield average(lambda z: _printed(np, z - np.mean(z, axis=0))), 2 / 3 * (variances + 2 * square)
    yield average(lambda z: _corrected(np, z)), square + (variances + square) / 2


def moments_enumerated() -> Pairs:
    """Both means over three samples of two correlated units, from every outcome of numbers with the moments 1 and 3."""
    law = {0: Fraction(1, 2), 1: Fraction(1, 6), -1: Fraction(1, 6), 2: Fraction(1, 12), -2: Fraction(1, 12)}
    count, variances, square = 3, Fraction(25, 4) * 5, 1  # u = (2g + 3h/2, g − 2h): C_11 = 25/4, C_22 = 5, C_12 = −1
    printed = corrected = Fraction(0)
    for outcome in product(law.items(), repeat=2 * count):
        chance, values = Fraction(1), [value for value, _ in outcome]
        for _, probability in outcome:
            chance *= probability
        first = [4 * g + 3 * h for g, h in zip(values[::2], values[1::2], strict=True)]  # twice the unit
        second = [g - 2 * h for g, h in zip(values[::2], values[1::2], strict=True)]
        products = [
            (count * one - sum(first)) * (count * other - sum(second)) for one, other in zip(first, second, strict=True)
        ]  # 2 B² times u_1 u_2
        printed += chance * sum(value**2 for value in products)
        corrected += chance * sum(products) ** 2
    unit = Fraction(1, (2 * count**2) ** 2)
    yield printed * unit / (count - 1), Fraction(count - 1, count) * (variances + 2 * square)
    yield corrected * unit / (count - 1) ** 2, square + (variances + square) / (count - 1)


def sparse_code() -> Pairs:
    """Both losses of two units in four samples: sparse, both always active and uncorrelated, and alike but for their means."""

    def both(*samples):
        count, pairs = len(samples), 2
        means = [Fraction(sum(unit), count) for unit in zip(*samples, strict=True)]
        products = [(one - means[0]) * (other - means[1]) for one, other in samples]
        squares, covariance = sum(product**2 for product in products), sum(products) / (count - 1)
        return pairs * squares / ((count - 1) * (2**2 - 2)), pairs * covariance**2 / (2**2 - 2)

    yield from zip(both((1, 0), (-1, 0), (0, 1), (0, -1)), (0, 0), strict=True)
    yield from zip(both((1, 1), (1, -1), (-1, 1), (-1, -1)), (Fraction(4, 3), 0), strict=True)
    yield from zip(both((3, 2), (3, 2), (1, 0), (1, 0)), (Fraction(4, 3), Fraction(16, 9)), strict=True)
