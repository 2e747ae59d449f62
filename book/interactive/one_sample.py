"""Two units of variance 1: what one sample's squared product charges them for on average, and what the covariance is."""

import numpy as np
from sympy import Symbol, sqrt

from derivations.covariance_one_sample import activity, independent_units, v, variance
from lvicreg.calculus import Definitions, Mean, Sigma, resolve
from lvicreg.calculus.explicit import written_out
from lvicreg.calculus.layer import W, i, k, p

from .figure import Choice, Slider, figure, function

DISTRIBUTIONS = {"Gaussian": 3, "Laplace": 6, "uniform": 1.8, "two values": 1}  # with their kurtosis
POINTS = 150
rho = Symbol("rho")
mixture = Definitions({activity[i]: Sigma(W[i, k] * v[k], k)})  # of independent sources
mixing = {"W_0_0": 1, "W_0_1": 0, "W_1_0": rho, "W_1_1": sqrt(1 - rho**2)}


def average(first: int, second: int, power: int) -> str:
    """The average of the product of two units, or of its square, as a function of ρ and the kurtosis."""
    mean = resolve(Mean((activity[i] * activity[p]) ** power, independent_units), mixture)
    written = written_out(mean, {"N": 2}, {i: first, p: second}).subs({Symbol(name): value for name, value in mixing.items()})
    return function(("rho", "kappa"), written.subs(variance, 1).expand())


def sources() -> dict[float, list[list[float]]]:
    """By their kurtosis, points of two independent sources of each distribution, to be mixed in the page."""
    random = np.random.default_rng(0)
    drawn = {
        "Gaussian": random.normal(size=(POINTS, 2)),
        "Laplace": random.laplace(scale=np.sqrt(0.5), size=(POINTS, 2)),
        "uniform": random.uniform(-np.sqrt(3), np.sqrt(3), size=(POINTS, 2)),
        "two values": random.choice([-1.0, 1.0], size=(POINTS, 2)),
    }
    return {DISTRIBUTIONS[name]: points.round(2).tolist() for name, points in drawn.items()}


def html() -> str:
    """The figure."""
    return figure(
        "one-sample",
        "One sample's squared product, and the squared covariance",
        [Slider("rho", "correlation ρ", 0, 1, 0.01, 0), Choice("kurtosis", "distribution of the sources", DISTRIBUTIONS)],
        {
            "some samples": "A cloud of samples of the two activities",
            "what is charged for": "The average of the squared product against the correlation, above the squared covariance",
        },
        {"square": average(0, 1, 2), "covariance": average(0, 1, 1), "sources": str(sources())},
    )
