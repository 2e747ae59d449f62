"""CLAPP's hinge: a prediction from the past is to agree with the present, or, for another input, to disagree.

Illing, Ventura, Bellec & Gerstner 2021, NeurIPS, Eq. 3 and 4; y is 1 or −1, and c the prediction that arrives.
"""

from sympy import IndexedBase

from lvicreg.calculus import H, Sigma, relu
from lvicreg.calculus.layer import B, b, i, network, p, q, slope, synapse, x, z

y, c, s = IndexedBase("y"), IndexedBase("c"), IndexedBase("s")
layer = network.replace({s[b]: Sigma(z[b, i] * c[b, i], i)})
loss = Sigma(relu(1 - y[b] * s[b]), b) / B
synapse = synapse.also(post=(c[b, i],), shared=(y[b] * H(1 - y[b] * s[b]),))
claimed = Sigma(y[b] * H(1 - y[b] * s[b]) * c[b, p] * slope[b, p] * x[b, q], b) / B


def independent(np, W, data):
    z = np.tanh(data.x @ W.T)
    return np.maximum(1 - data.y * (z * data.c).sum(axis=1), 0 * data.y).mean()
