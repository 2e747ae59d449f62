"""The subspace rule: reconstruction by the transposed weights, the activity held.

Oja 1989, Int. J. Neural Syst. 1, 61. The full gradient, through the activity too, has another
term: see oja_reconstruction.py.
"""

from sympy import IndexedBase

from lvicreg.calculus import SG, Definitions, Sigma
from lvicreg.calculus.layer import W, b, i, j, k, p, q, x

y, r = IndexedBase("y"), IndexedBase("r")
layer = Definitions({y[b, i]: Sigma(W[i, j] * x[b, j], j), r[b, j]: x[b, j] - Sigma(W[i, j] * SG(y[b, i]), i)})
loss = Sigma(r[b, j] ** 2, b, j) / 2
claimed = Sigma(y[b, p] * (x[b, q] - Sigma(W[k, q] * y[b, k], k)), b)


def independent(np, W, data):
    held = data.x @ data.W.T
    return ((data.x - held @ W) ** 2).sum() / 2
