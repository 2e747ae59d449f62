"""Reconstruction by tied weights: the subspace rule is one of the two terms of its descent.

Oja 1989, Int. J. Neural Syst. 1, 61, for the rule. The other term vanishes where the rows of W are orthonormal; so the rule
that is claimed here, the subspace rule alone, is refuted.
"""

from sympy import IndexedBase

from lvicreg.calculus import Definitions, Sigma
from lvicreg.calculus.layer import W, b, i, j, k, p, q, x

y, r = IndexedBase("y"), IndexedBase("r")
layer = Definitions({y[b, i]: Sigma(W[i, j] * x[b, j], j), r[b, j]: x[b, j] - Sigma(W[i, j] * y[b, i], i)})
loss = Sigma(r[b, j] ** 2, b, j) / 2
claimed = Sigma(y[b, p] * (x[b, q] - Sigma(W[k, q] * y[b, k], k)), b)


def independent(np, W, data):
    return ((data.x - data.x @ W.T @ W) ** 2).sum() / 2
