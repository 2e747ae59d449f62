"""Declarations of a synapse that cannot be meant."""

import pytest

from lvicreg.calculus import factor
from lvicreg.calculus.layer import K, W, b, c, i, j, k, network, p, q, synapse, u, z
from tests.calculus.judging import G, L, R, y


@pytest.mark.parametrize(
    "more",
    [
        {"shared": (u[b, i],)},
        {"shared": (G[b, c],)},
        {"post": (K[i, k],)},
        {"post": (R[b],)},
        {"post": (u[b, i] + 1,)},
        {"pre": (u[b, i],)},
        {"pre": (y[b, j, k],)},
        {"inputs": ((L[i, i], z[b, i]),)},
        {"inputs": ((L[i, k, k], z[b, k]),)},
        {"inputs": ((L[i, k], z[b, i]),)},
        {"inputs": ((R[b], z[b, i]),)},
        {"inputs": ((K[i, k], z[b, k]),)},
    ],
    ids=str,
)
def test_a_declaration_that_cannot_be_meant_is_refused(more):
    with pytest.raises(ValueError, match=r"was declared.*; expected"):
        synapse.also(**more)


def test_what_was_expected_of_a_declaration():
    with pytest.raises(ValueError, match=r"pre: .* expected a name with the index j, or with b and i beside"):
        synapse.also(pre=(u[b, i],))
    with pytest.raises(ValueError, match=r"shared: .* expected a name or a sum without an index, or with b beside"):
        synapse.also(shared=(u[b, i],))


def test_a_declaration_is_for_one_weight():
    with pytest.raises(ValueError, match=r"update is of L\[p, q\], and the synapse declared for W\[i, j\]"):
        factor(L[p, q], L[p, q], synapse, network)
    with pytest.raises(ValueError, match="argument 2"):
        factor(u[b, p], W[p], synapse, network)
