"""Names for tests of locality, and what is found of an update or the reason of a refusal."""

import pytest
from sympy import Idx, IndexedBase, Symbol, symbols

from lvicreg.calculus import NotLocal, Sigma, factor
from lvicreg.calculus.layer import N, W, b, k, mean, network, p, q, slope, synapse, u, x, z

beta, eta = symbols("beta eta", positive=True)
A, E, F, G, L, Q, R, S_, T, Ku, V, e, h, theta, x_hat, y, z_prev = map(
    IndexedBase, ["A", "E", "F", "G", "L", "Q", "R", "S", "T", "Ku", "V", "e", "h", "theta", "x_hat", "y", "z_prev"]
)
squares = Sigma(u[b, k] ** 2, k)
hidden = slope[b, p] * x[b, q]  # what every rule of a layer ends with

upper = Idx("l", Symbol("O", integer=True, positive=True))  # the units of a layer above


def judged(update, definitions=network, reads=synapse, target=W[p, q]):
    return factor(update, target, reads, definitions)


def reason(update, definitions=network, reads=synapse, target=W[p, q]):
    with pytest.raises(NotLocal) as refused:
        judged(update, definitions, reads, target)
    return str(refused.value)


SUMS = network.replace({S_[b]: squares, T[b]: Sigma(u[b, k] ** 4, k), R[b]: Sigma((z[b, k] - mean[k]) ** 2, k) / N})
