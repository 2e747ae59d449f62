"""Similarity matching: the lateral weights of its online energy, the activity held at its equilibrium.

Pehlevan, Sengupta & Chklovskii 2018, Neural Comput. 30, 84, Eq. 12: ascent in the lateral weights L, here of minus the energy.
"""

from sympy import Idx, IndexedBase

from lvicreg.calculus import Definitions, Sigma, Synapse
from lvicreg.calculus.layer import B, N, b, i, k, p

L, y = IndexedBase("L"), IndexedBase("y")
s = Idx("s", N)
target = L[p, s]
layer = Definitions()
loss = Sigma(L[i, k] ** 2, i, k) - 2 * Sigma(y[b, i] * L[i, k] * y[b, k], b, i, k) / B
synapse = Synapse(L[i, k], b, pre=(y[b, k],), post=(y[b, i],))
claimed = 2 * (Sigma(y[b, p] * y[b, s], b) / B - L[p, s])


def independent(np, L, data):
    return (L**2).sum() - 2 * (data.y * (data.y @ L.T)).sum() / len(data.y)
