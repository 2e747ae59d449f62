"""Two layers, the weights of the first: what it has to learn from the second, which is not local.

A squared sum of the upper layer's activity; the error goes back through weights that the lower synapse does not know.
"""

from sympy import IndexedBase

from lvicreg.calculus import Definitions, Sigma, f, f_prime
from lvicreg.calculus.layer import B, W, a, b, i, j, k, slope, x, z

V, g, e = IndexedBase("V"), IndexedBase("g"), IndexedBase("e")
layer = Definitions(
    {
        a[b, i]: Sigma(W[i, j] * x[b, j], j),
        z[b, i]: f(a[b, i]),
        slope[b, i]: f_prime(a[b, i]),
        g[b, i]: Sigma(V[i, k] * z[b, k], k),
        e[b, i]: Sigma(V[k, i] * g[b, k], k),
    }
)
loss = Sigma(g[b, i] ** 2, b, i) / (2 * B)


def independent(np, W, data):
    g = np.tanh(data.x @ W.T) @ data.V.T
    return (g**2).sum() / (2 * len(g))
