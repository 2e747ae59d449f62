"""Predictive coding: the energy of what the units' activity does not explain of the input; the activity is held.

Rao & Ballard 1999, Nat. Neurosci. 2, 79, Eq. 4 and 9, one level.
"""

from sympy import IndexedBase

from lvicreg.calculus import Definitions, Sigma, Synapse
from lvicreg.calculus.layer import W, b, i, j, p, q, x

r, e, y = IndexedBase("r"), IndexedBase("e"), IndexedBase("y")
layer = Definitions({y[b, j]: Sigma(W[i, j] * r[b, i], i), e[b, j]: x[b, j] - y[b, j]})
loss = Sigma(e[b, j] ** 2, b, j) / 2
synapse = Synapse(W[i, j], b, pre=(e[b, j],), post=(r[b, i],))
claimed = Sigma(r[b, p] * e[b, q], b)


def independent(np, W, data):
    return ((data.x - data.r @ W) ** 2).sum() / 2
