"""The losses of papers and codes, each term as it stands there.

Two views ``z`` and ``z'`` of a minibatch, or the present and the previous activity of a stream; ``u``, ``var`` and the other
names of the layer are once more defined for ``z'``. Coefficients are left out; ``conventions`` compares gradients.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sympy import Expr, IndexedBase, Rational, Symbol, log, sqrt

from derivations.invariance import a_prev, slope_prev, x_prev, z_prev
from lvicreg.calculus import SG, Sigma, Symmetric, distinct, relu
from lvicreg.calculus.layer import B, K, N, a, alpha, b, i, k, mean, network, sigma, slope, u, var, x, z

# --- two views: every quantity of the layer once more, for z' ----------------------------------------------------------------
mean_prev, u_prev, v, v_prev = map(IndexedBase, ("mean_prev", "u_prev", "v", "v_prev"))
var_prev, sigma_prev = (IndexedBase(f"{name}_prev", positive=True) for name in ("var", "sigma"))
OTHER = {
    x: x_prev, a: a_prev, z: z_prev, slope: slope_prev, mean: mean_prev, u: u_prev, var: var_prev, sigma: sigma_prev,
    K: Symmetric("K_prev"), v: v_prev,
}  # fmt: skip


def other(expr: Expr) -> Expr:
    """The same of the other view, ``z'``."""
    return expr.xreplace(OTHER)


def both(expr: Expr) -> Expr:
    """The sum of both views."""
    return expr + other(expr)


present = network.replace({v[b, i]: z[b, i] - SG(mean[i])})  # v: centred at the mean held constant
views = present.replace({other(present[name][0]): other(present[name][1]) for name in present if name is not alpha})

# --- the losses, as they stand in their sources ------------------------------------------------------------------------------
nominal = Symbol("B_nominal", positive=True)
half, quarter = Rational(1, 2), Rational(1, 4)
unbiased = Sigma(u[b, i] ** 2, b) / (B - 1)  # the variance
products = Sigma(u[b, i] * u[b, k], b)
squared_distance = Sigma((z[b, i] - z_prev[b, i]) ** 2, b, i)
squared_step = Sigma((z[b, i] - SG(z_prev[b, i])) ** 2, b, i)  # from the past, which is held constant
mean_squared_error = squared_distance / (B * N)
fourth_products = Sigma(distinct(i, k) * u[b, i] ** 2 * u[b, k] ** 2, b, i, k)
methods_eq_6 = fourth_products / ((B - 1) * (N**2 - N))  # of the LPL paper, as printed


def detached(expr: Expr) -> Expr:
    """``expr`` with the means of the minibatch held constant."""
    return expr.xreplace({u: v, u_prev: v_prev})


def off_diagonal(entry: Expr) -> Expr:
    """The sum over ordered pairs of units of the squares of a matrix's entries."""
    return Sigma(distinct(i, k) * entry**2, i, k)


@dataclass(frozen=True)
class Source:
    """The three terms as a source has them, before its coefficients."""

    variance: Expr
    covariance: Expr
    invariance: Expr


small, tiny = Rational(1, 10**4), Rational(1, 10**6)
hinges = Sigma(relu(1 - sqrt(unbiased + small)), i) / N
covariances = both(off_diagonal(products / (B - 1)) / N)
SOURCES: Mapping[str, Source] = {
    "vicreg-paper": Source(both(hinges), covariances, squared_distance / B),
    "facebookresearch": Source(
        hinges / 2 + other(hinges) / 2, both(off_diagonal(products / (nominal - 1)) / N), mean_squared_error
    ),
    "lightly": Source(half * both(hinges), covariances, mean_squared_error),
    "solo-learn": Source(both(hinges), covariances, mean_squared_error),
    "pytorch-metric-learning": Source(
        both(Sigma(relu(1 - sqrt(unbiased + small)) / 2, i) / N),
        covariances,
        Sigma(Sigma((z[b, i] - z_prev[b, i]) ** 2, i) / N, b) / B,
    ),
    "lpl-code": Source(
        detached(half * both(-Sigma(log(unbiased + small), i) / N)),
        detached(half * both(off_diagonal(products / (B - 1)) / (N**2 - N))),
        mean_squared_error,
    ),
    "lpl-published": Source(-Sigma(log(unbiased), i) / N, detached(methods_eq_6), squared_step / (2 * N * B)),
    "lpl-erratum": Source(
        -Sigma(log(unbiased), i) / N, off_diagonal(products / (B - 1)) / (N**2 - N), squared_step / (2 * N * B)
    ),
    "martinosorb": Source(
        -half * Sigma(log(unbiased + tiny), i), detached(quarter * fourth_products / (B * (N - 1))), half * squared_step
    ),
}
