"""The goodness of forward-forward, with a soft hinge: above a threshold for real data, below it for others.

Hinton 2022, arXiv 2212.13345, Eq. 1; y is 1 for real data and −1 for others.
"""

from sympy import IndexedBase, Symbol

from lvicreg.calculus import Sigma, sigmoid, softplus
from lvicreg.calculus.layer import B, b, k, network, p, q, slope, synapse, x, z

y, theta, S = IndexedBase("y"), Symbol("theta", positive=True), IndexedBase("S")
layer = network.replace({S[b]: Sigma(z[b, k] ** 2, k)})
synapse = synapse.also(shared=(y[b] * sigmoid(y[b] * (theta - S[b])),))
loss = Sigma(softplus(y[b] * (theta - S[b])), b) / B
options = {theta: 2.0}
claimed = 2 * Sigma(sigmoid(y[b] * (theta - S[b])) * y[b] * z[b, p] * slope[b, p] * x[b, q], b) / B


def independent(np, W, data):
    z = np.tanh(data.x @ W.T)
    return np.log(1 + np.exp(data.y * (data.theta - (z**2).sum(axis=1)))).mean()
