"""Sanger's rule, the generalized Hebbian algorithm: each unit learns from what the units before it leave over.

Sanger 1989, Neural Networks 2, 459. The activity is held, and so are the weights of the units before: a unit
reconstructs by its own weights what remains.
"""

from sympy import IndexedBase

from lvicreg.calculus import SG, Before, Definitions, Sigma
from lvicreg.calculus.layer import W, b, i, j, k, p, q, x

y = IndexedBase("y")
before = Sigma(Before(k, i) * y[b, k] * W[k, j], k)
layer = Definitions({y[b, i]: Sigma(W[i, j] * x[b, j], j)})
loss = Sigma((x[b, j] - SG(before) - W[i, j] * SG(y[b, i])) ** 2, b, i, j) / 2
claimed = Sigma(y[b, p] * (x[b, q] - Sigma(Before(k, p) * W[k, q] * y[b, k], k) - W[p, q] * y[b, p]), b)


def independent(np, W, data):
    y = data.x @ data.W.T  # of data: held
    loss = 0.0
    for n in range(len(data.W)):
        rest = data.x - y[:, :n] @ data.W[:n]
        loss = loss + ((rest - y[:, n : n + 1] * W[n]) ** 2).sum() / 2
    return loss
