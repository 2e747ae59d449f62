"""SimSiam, for one view: minus the cosine between a prediction and the other view, which is held constant.

Chen & He 2021, CVPR, Eq. 1 to 3.
"""

from sympy import IndexedBase, sqrt

from lvicreg.calculus import SG, Sigma
from lvicreg.calculus.layer import B, b, i, k, network, synapse, z

P, n = IndexedBase("P"), IndexedBase("n")  # the predictor's weights; the other view, of length 1
g, size, cosine = IndexedBase("g"), IndexedBase("size", nonnegative=True), IndexedBase("cosine")
layer = network.replace(
    {
        g[b, i]: Sigma(P[i, k] * z[b, k], k),
        size[b]: sqrt(Sigma(g[b, i] ** 2, i)),
        cosine[b]: Sigma(g[b, i] * SG(n[b, i]), i) / size[b],
    }
)
synapse = synapse.also(post=(n[b, i],), shared=(size[b],))
loss = -Sigma(cosine[b], b) / B


def independent(np, W, data):
    g = np.tanh(data.x @ W.T) @ data.P.T
    return -((g * data.n).sum(axis=1) / (g**2).sum(axis=1) ** 0.5).mean()
