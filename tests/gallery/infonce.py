"""InfoNCE, for one of the two views: the other view of a sample among those of all samples.

van den Oord, Li & Vinyals 2018, arXiv 1807.03748, Eq. 4; similarities are products, divided by a temperature.
"""

from sympy import IndexedBase, Symbol, exp, log

from lvicreg.calculus import Sigma
from lvicreg.calculus.layer import B, b, c, i, network, synapse, z

n, tau = IndexedBase("n"), Symbol("tau", positive=True)  # the other view
E, T, A = IndexedBase("E", positive=True), IndexedBase("T", positive=True), IndexedBase("A")
layer = network.replace(
    {
        E[b, c]: exp(Sigma(z[b, i] * n[c, i], i) / tau),
        T[b]: Sigma(E[b, c], c),
        A[b, i]: Sigma(E[b, c] * n[c, i], c),
    }
)
synapse = synapse.also(post=(n[b, i],))
loss = (Sigma(log(T[b]), b) - Sigma(z[b, i] * n[b, i], b, i) / tau) / B
options = {tau: 0.5}


def independent(np, W, data):
    s = np.tanh(data.x @ W.T) @ data.n.T / data.tau
    return (np.log(np.exp(s).sum(axis=1)) - np.diag(s)).mean()
