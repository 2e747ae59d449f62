"""The symbols of a one-layer network on a minibatch, and what the named ones stand for.

======================  =========================================================  ==========
symbol                  meaning                                                    in code
======================  =========================================================  ==========
``N``, ``M``, ``B``     outputs, inputs, samples: symbolic positive integers       –
``x[b, j]``             input ``j`` of sample ``b``                                ``(B, M)``
``W[i, j]``             weight from input ``j`` to output ``i``                    ``(N, M)``
``a[b, i]``             pre-activation ``Σ_j W_ij x_j^b``                          ``(B, N)``
``z[b, i]``             activity ``f(a_i^b)``                                      ``(B, N)``
``slope[b, i]``            its slope ``f'(a_i^b)``                                    ``(B, N)``
``mean[i]``             mean activity over the minibatch                           ``(N,)``
``u[b, i]``             centred activity ``z_i^b − mean_i``                        ``(B, N)``
``alpha``               averaging factor ``1/(B − 1)``                             scalar
``var[i]``              variance ``α Σ_b (u_i^b)²``                                ``(N,)``
``sigma[i]``            standard deviation ``√(var_i + ε)``                        ``(N,)``
``K[i, k]``             covariance of activities ``α Σ_b u_i^b u_k^b``             ``(N, N)``
======================  =========================================================  ==========

``network`` is these definitions. A rule that runs on slow filters sees ``network.primitive(mean, var, alpha)``. ``synapse`` is
what a synapse reads: its input, its unit's activity and statistics, and one signal of the population, ``Σ_k u_k²``.
"""

from __future__ import annotations

from sympy import Idx, IndexedBase, Symbol, sqrt

from .axes import axis
from .definitions import Definitions
from .functions import f, f_prime
from .indexed import Sigma, Symmetric
from .synapse import Synapse

N, M, B = axis("N", "unit"), axis("M", "input"), axis("B", "sample")

i, k, l = (Idx(name, N) for name in "ikl")
j, m = (Idx(name, M) for name in "jm")  # inputs
b, c, t = (Idx(name, B) for name in "bct")  # samples
p, q = Idx("p", N), Idx("q", M)  # the weight W_pq with respect to which losses are differentiated

x, W, a, z, slope, mean, u = map(IndexedBase, ["x", "W", "a", "z", "slope", "mean", "u"])
var, sigma = (IndexedBase(name, positive=True) for name in ("var", "sigma"))
K = Symmetric("K")
alpha = Symbol("alpha", positive=True)
epsilon = Symbol("epsilon", nonnegative=True)

network = Definitions(
    {
        a[b, i]: Sigma(W[i, j] * x[b, j], j),
        z[b, i]: f(a[b, i]),
        slope[b, i]: f_prime(a[b, i]),
        mean[i]: Sigma(z[b, i], b) / B,
        u[b, i]: z[b, i] - mean[i],
        alpha: 1 / (B - 1),
        var[i]: alpha * Sigma(u[b, i] ** 2, b),
        sigma[i]: sqrt(var[i] + epsilon),
        K[i, k]: alpha * Sigma(u[b, i] * u[b, k], b),
    }
)

synapse = Synapse(
    W[i, j],
    b,
    pre=(x[b, j],),
    post=(a[b, i], z[b, i], slope[b, i], mean[i], u[b, i], var[i], sigma[i]),
    shared=(Sigma(u[b, k] ** 2, k),),
)

# --- how the names are written, and what they mean where a function takes them ----------------------------------------------
TEXT = {
    "alpha": "α", "beta": "β", "gamma": "γ", "epsilon": "ε", "sigma": "σ", "var": "v", "mean": "z̄", "slope": "f'(a·)",
}  # fmt: skip
LATEX = {
    "alpha": r"\alpha", "beta": r"\beta", "gamma": r"\gamma", "epsilon": r"\varepsilon", "sigma": r"\sigma·", "var": "v",
    "mean": r"\bar{z}", "slope": "f'(a·)",
}  # fmt: skip
MEANINGS = {
    "x": "presynaptic input.",
    "z": "activity ``f(a)``.",
    "slope": "slope of the activation function, ``f'(a)``; ones where f is linear.",
    "W": "weights, from input j to output i.",
    "mean": "long-term mean of the activity; by default the minibatch's.",
    "var": "long-term variance of the activity; by default the minibatch's, with ddof = 1.",
    "K": "long-term covariance of the activity; by default the minibatch's, with ddof = 1.",
    "alpha": "averaging factor of the long-term statistics, the weight of one sample; by default 1/(B − 1).",
}
