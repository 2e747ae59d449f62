"""VICReg, the three terms for one view; the other is held.

Bardes, Ponce & LeCun 2022, ICLR, Eq. 1 to 6, one of two views.
"""

from sympy import IndexedBase, Symbol

from lvicreg.calculus import SG, Sigma, distinct, relu
from lvicreg.calculus.layer import B, K, N, b, epsilon, i, k, network, sigma, synapse, z

n, O = IndexedBase("n"), IndexedBase("O")  # the other view; the covariance without its diagonal
lam, mu, nu = (Symbol(name, positive=True) for name in ("lam", "mu", "nu"))
layer = network.replace({O[i, k]: distinct(i, k) * K[i, k]})
synapse = synapse.also(post=(n[b, i],))
loss = (
    lam * Sigma((z[b, i] - SG(n[b, i])) ** 2, b, i) / B
    + mu * Sigma(relu(1 - sigma[i]), i) / N
    + nu * Sigma(O[i, k] ** 2, i, k) / N
)
options = {lam: 25.0, mu: 25.0, nu: 1.0, epsilon: 0.0001}


def independent(np, W, data):
    z = np.tanh(data.x @ W.T)
    u = z - z.mean(axis=0)
    K = u.T @ u / (len(z) - 1)
    v = np.diag(K)
    hinge = np.maximum(1 - (v + data.epsilon) ** 0.5, 0 * v).mean()
    off = ((K**2).sum() - (v**2).sum()) / len(v)
    return data.lam * ((z - data.n) ** 2).sum() / len(z) + data.mu * hinge + data.nu * off
