"""Independent checks of the total rule: locality."""

from fractions import Fraction
from typing import Any

from . import Pairs


def other_units_rotated() -> Pairs:
    """The bracket of unit 1 when the other two are rotated, S unchanged: the one-sample rule's and the exact covariance's."""
    samples = [[Fraction(n) for n in row] for row in ((1, 2, -3), (-2, 1, 1), (1, -3, 2))]
    turned = [[one, (3 * two + 4 * three) / 5, (3 * three - 4 * two) / 5] for one, two, three in samples]

    def one_sample(units):
        return [row[0] * (row[1] ** 2 + row[2] ** 2) for row in units]

    yield from zip(one_sample(samples), one_sample(turned), strict=True)
    # the exact rule, Σ_k K_1k u_k, needs each K_1k: rotating the other units' *signs* apart from each other changes it
    flipped = [[one, two, -three] for one, two, three in samples[:1]] + samples[1:]

    def exact(units):
        K = [sum(row[0] * row[k] for row in units) for k in range(3)]
        return [K[1] * row[1] + K[2] * row[2] for row in units]

    yield from zip(one_sample(samples), one_sample(flipped), strict=True)
    yield int(exact(samples) != exact(flipped)), 1


def row_of_a_unit(jax: Any, rng: Any) -> Pairs:
    """JAX's gradient row of unit 1 in a linear layer does not change when the other units are rotated among themselves."""
    np = jax.numpy
    inputs, weights = np.asarray(rng.normal(size=(8, 5))), np.asarray(rng.normal(size=(4, 5)))
    rotation, _ = np.linalg.qr(np.asarray(rng.normal(size=(3, 3))))
    turned = np.concatenate([weights[:1], rotation @ weights[1:]])
    before = np.asarray(rng.normal(size=(8, 5)))

    def total(weights):
        a = inputs @ weights.T
        mean = jax.lax.stop_gradient(np.mean(a, axis=0))
        past = jax.lax.stop_gradient(before @ weights.T)
        squares = (a - mean) ** 2
        products = np.sum(squares, axis=1) ** 2 - np.sum(squares**2, axis=1)
        spread = np.sqrt(np.var(a, axis=0, ddof=1) + 1e-4)
        return np.sum((a - past) ** 2) + np.sum(np.maximum(0.0, 9 - spread)) + np.sum(products)

    yield jax.grad(total)(weights)[0], jax.grad(total)(turned)[0]
