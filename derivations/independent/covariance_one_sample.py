"""Independent checks of the one-sample covariance rule: its bias, the third factor, rotations."""

from typing import Any

from numpy.polynomial.hermite_e import hermegauss
from numpy.polynomial.laguerre import laggauss

from . import Pairs


def expected_one_sample_gradient(ad: Any, rng: Any) -> Pairs:
    """The mean of autograd's one-sample gradient over a cubature that is exact for Gaussian moments up to the fifth."""
    np = ad.numpy
    weights, mixing = np.asarray(rng.normal(size=(3, 2))), np.asarray(rng.normal(size=(2, 2)))
    nodes, chances = np.asarray([-(3**0.5), 0.0, 3**0.5]), np.asarray([1, 4, 1]) / 6
    grid = np.stack([axis.ravel() for axis in np.meshgrid(nodes, nodes)], axis=1) @ mixing.T
    chance = np.outer(chances, chances).ravel()
    covariance = mixing @ mixing.T

    def one_sample(weights):
        squares = (grid @ weights.T) ** 2
        return np.sum(chance * (np.sum(squares, axis=1) ** 2 - np.sum(squares**2, axis=1)))

    def exact(weights):
        K = weights @ covariance @ weights.T
        return np.sum(K**2) - np.sum(np.diag(K) ** 2)

    sigma2 = np.diag(weights @ covariance @ weights.T)
    decay = 4 * (np.sum(sigma2) - sigma2)[:, None] * (weights @ covariance)
    yield ad.grad(one_sample)(weights), 2 * ad.grad(exact)(weights) + decay


def third_factor_error(ad: Any, rng: Any) -> Pairs:
    """Relative size of the term left in, for a unit scaled by a among N: Gaussian and Laplace moments by quadrature."""
    np = ad.numpy
    hermite, weights = hermegauss(8)
    laguerre, chances = laggauss(8)
    for nodes, masses, kurtosis in ((hermite, weights, 3), (laguerre, chances, 6)):
        second, fourth = (np.sum(masses * nodes**power) / np.sum(masses) for power in (2, 4))
        for units in (4, 32):
            others = np.sum(np.full(units - 1, second))

            def one_sample(a, second=second, others=others):
                return 2 * a**2 * second * others

            def norm(a, second=second, fourth=fourth, others=others):
                return a**4 * fourth + 2 * a**2 * second * others

            for a in (1.0, 1.5):
                slope = ad.grad(one_sample)(a)
                yield (ad.grad(norm)(a) - slope) / slope, np.asarray(a**2 * kurtosis / (units - 1))


def rotations(ad: Any, rng: Any) -> Pairs:
    """‖u‖⁴ and its gradient under a random rotation; identical units as a critical point of the expected loss."""
    np = ad.numpy
    rotation, _ = np.linalg.qr(np.asarray(rng.normal(size=(4, 4))))
    u = np.asarray(rng.normal(size=(6, 4)))

    def fourth(u):
        return np.sum(np.sum(u**2, axis=1) ** 2)

    yield fourth(u), np.sum(np.linalg.norm(u, axis=1) ** 4)
    yield fourth(u @ rotation), fourth(u)
    yield ad.grad(fourth)(u @ rotation), ad.grad(fourth)(u) @ rotation

    covariance, decay, beta, units = np.diag(np.asarray([2.0, 1.0, 0.5])), 0.7, 0.1, 3

    def expected(weights):
        K = weights @ covariance @ weights.T
        norm = np.trace(K) ** 2 + 2 * np.sum(K**2)
        return -np.sum(np.log(np.diag(K))) / 2 + decay / 2 * np.sum(weights**2) + beta * norm

    # identical units w along the first eigenvector: 1/s = λ/μ + 12 β N s for the variance s = μ‖w‖²
    rate = decay / 2.0
    s = (-rate + (rate**2 + 48 * beta * units) ** 0.5) / (24 * beta * units)
    identical = np.outer(np.ones(units), np.eye(3)[0] * (s / 2.0) ** 0.5)
    yield 1 + ad.grad(expected)(identical), np.ones((units, 3))
