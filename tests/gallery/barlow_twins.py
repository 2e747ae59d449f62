"""Barlow Twins, for one of the two views; the other is given.

Zbontar, Jing, Misra, LeCun & Deny 2021, ICML, Eq. 1 and 2.
"""

from sympy import IndexedBase, Symbol, sqrt

from lvicreg.calculus import Sigma, distinct
from lvicreg.calculus.layer import B, b, i, k, network, synapse, u

n, y = IndexedBase("n"), IndexedBase("y")  # the other view, and this one, both standardised
v, s = IndexedBase("v", nonnegative=True), IndexedBase("s", nonnegative=True)
C, rate = IndexedBase("C"), Symbol("rate", nonnegative=True)
layer = network.replace(
    {
        v[i]: Sigma(u[b, i] ** 2, b) / B,
        s[i]: sqrt(v[i]),
        y[b, i]: u[b, i] / s[i],
        C[i, k]: Sigma(y[b, i] * n[b, k], b) / B,
    }
)
synapse = synapse.also(post=(n[b, i],))
loss = Sigma((1 - C[i, i]) ** 2, i) + rate * Sigma(distinct(i, k) * C[i, k] ** 2, i, k)
options = {rate: 0.005}


def independent(np, W, data):
    z = np.tanh(data.x @ W.T)
    z = z - z.mean(axis=0)
    z = z / (z**2).mean(axis=0) ** 0.5
    C = z.T @ data.n / len(z)
    on, all_squares = np.diag(C), (C**2).sum()
    return ((1 - on) ** 2).sum() + data.rate * (all_squares - (on**2).sum())
