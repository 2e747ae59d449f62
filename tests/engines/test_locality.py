"""The engine of locality refuses a rule that is judged otherwise, and a check that could not have failed."""

import pytest
from sympy import IndexedBase, S

from lvicreg.calculus import Sigma
from lvicreg.calculus.layer import K, W, b, k, network, p, q, slope, synapse, u, x
from lvicreg.engines import Contradiction, Locality

local = Sigma(u[b, p] * slope[b, p] * x[b, q], b), network
exact = Sigma(K[p, k] * u[b, k] * slope[b, p] * x[b, q], b, k), network


def test_what_is_found():
    found = Locality((local,), (exact,), W[p, q], synapse).run()
    assert found == "1 local terms; not local: K_ik ties unit i to each other unit k"


@pytest.mark.parametrize(
    ("are_local", "are_not", "said"),
    [
        ((exact,), (), "was to be local, but K_ik ties unit i"),
        ((), (local,), "was not to be local, but factors into"),
        ((), (local, exact), "was not to be local"),
        ((local, exact), (), "was to be local, but K_ik"),
        ((), (exact, local), "was not to be local"),
        (((S.Zero, network),), (), "was to be local, but the update is 0"),
        ((), (), "no update was judged"),
    ],
)
def test_a_wrong_verdict_is_refused(are_local, are_not, said):
    with pytest.raises(Contradiction, match=said):
        Locality(are_local, are_not, W[p, q], synapse).run()


def test_an_update_of_another_weight_is_not_taken_for_one_that_is_not_local():
    V = IndexedBase("V")
    with pytest.raises(ValueError, match=r"the update is of V\[p, q\], and the synapse declared for W"):
        Locality((), (exact,), V[p, q], synapse).run()
