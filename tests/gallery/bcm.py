"""BCM, from the energy of Intrator and Cooper.

Intrator & Cooper 1992, Neural Networks 5, 3, Eq. 2.
"""

from sympy import IndexedBase

from lvicreg.calculus import Sigma
from lvicreg.calculus.layer import B, b, i, network, p, q, slope, x, z

theta = IndexedBase("theta")
layer = network.replace({theta[i]: Sigma(z[b, i] ** 2, b) / B})
statistics = (theta,)
loss = Sigma(theta[i] ** 2, i) / 4 - Sigma(z[b, i] ** 3, b, i) / (3 * B)
claimed = Sigma(z[b, p] * (z[b, p] - theta[p]) * slope[b, p] * x[b, q], b) / B


def independent(np, W, data):
    z = np.tanh(data.x @ W.T)
    return ((z**2).mean(axis=0) ** 2).sum() / 4 - (z**3).sum() / (3 * len(z))
