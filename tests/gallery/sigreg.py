"""SIGReg along one direction: the Epps-Pulley test of a projection's normality, by a sum over knots.

Balestriero & LeCun 2025, LeJEPA, arXiv 2511.08544: the empirical characteristic function against exp(−t²/2).
"""

from sympy import Idx, IndexedBase, Symbol, cos, exp, sin

from lvicreg.calculus import Sigma
from lvicreg.calculus.layer import B, b, i, network, synapse, z

T = Symbol("T", integer=True, positive=True)  # knots
n = Idx("n", T)
t, v, A = IndexedBase("t"), IndexedBase("v"), IndexedBase("A")  # knots and their weights; a direction
s, C, S, G = (IndexedBase(name) for name in ("s", "C", "S", "G"))
layer = network.replace(
    {
        s[b]: Sigma(A[i] * z[b, i], i),
        C[n]: Sigma(cos(t[n] * s[b]), b) / B - exp(-(t[n] ** 2) / 2),
        S[n]: Sigma(sin(t[n] * s[b]), b) / B,
        G[b]: Sigma(v[n] * t[n] * (S[n] * cos(t[n] * s[b]) - C[n] * sin(t[n] * s[b])), n),
    }
)
synapse = synapse.also(post=(A[i],), shared=(G[b],))
loss = Sigma(v[n] * (C[n] ** 2 + S[n] ** 2), n)


def independent(np, W, data):
    angles = (np.tanh(data.x @ W.T) @ data.A)[:, None] * data.t
    real, imaginary = np.cos(angles).mean(axis=0), np.sin(angles).mean(axis=0)
    return (data.v * ((real - np.exp(-(data.t**2) / 2)) ** 2 + imaginary**2)).sum()
