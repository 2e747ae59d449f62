"""What a unit has and what arrives at it: declared names are looked through, and what is told to nobody is missing."""

import pytest
from sympy import Idx, Max

from lvicreg.calculus import D, Definitions, H, Sigma, Synapse
from lvicreg.calculus.indexed import Delta
from lvicreg.calculus.layer import B, M, N, W, b, c, i, j, k, m, network, p, q, slope, synapse, u, var, x, z
from tests.calculus.judging import S_, SUMS, A, E, G, Q, V, h, hidden, judged, reason, squares, y, z_prev


# --- what a unit has -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("meaning", "said"),
    [
        (Sigma(z[b, k], k) / N - z[b, i], "is a sum over a population"),
        (squares * u[b, i], "is shared by the population, and stands in one function"),
        (Sigma(u[c, i] * Sigma(u[c, k] ** 2, k), c), "is a sum over a population"),
        (Sigma(u[b, i] * u[c, i] * G[b, c], c), "G^bc, needed in h_i^b, ties sample b to each other sample c"),
        (Sigma(G[c, b] * u[c, i], b, c), "ties samples to each other"),
        (Sigma(W[i, j] * y[b, j], j), "y_m^b, needed in h_i^b, is not declared"),
        (Sigma(W[i, j] * Q[j, m] * W[i, m], j, m), "is no sum over the synapses onto unit i"),
        (Sigma(W[k, j] * x[b, j], k, j), "is a weight onto another unit"),
        (y[b, i], "y_i^b, needed in h_i^b, is not declared"),
        (Sigma(x[b, j], j), "is a sum over a population"),
    ],
)
def test_a_declared_name_is_looked_through(meaning, said):
    names = network.replace({h[b, i]: meaning})
    refused = reason(Sigma(h[b, p] * hidden, b), names, synapse.also(post=(h[b, i],)))
    assert said in refused
    assert "needed in h_i^b" in refused


def test_populations_of_one_size_are_not_mixed():
    s = Idx("s", N)
    reads = Synapse(W[i, s], b, pre=(x[b, s],), post=(z[b, i],), inputs=((V[s, k], z[b, k]),))  # V onto the inputs

    def said(own):
        return reason(Sigma(own * x[b, q_s], b), Definitions(), reads, W[p, q_s])

    q_s = Idx("q", N)
    assert said(x[b, p]) == "x_i^b is not declared to be read by the synapse"
    assert said(Sigma(V[p, k] * z[b, k], k)) == "Σ_k V_ik z_k^b is no sum over the synapses onto unit i"
    assert said(Sigma(W[p, k] * z[b, k], k)) == "z_k^b is not declared to be read by the synapse"


def test_what_a_unit_has():
    for meaning in (
        Sigma(W[i, j] * x[b, j] ** 2, j),
        Sigma(W[i, j] ** 2, j),
        Sigma(Sigma(W[i, j] * x[b, j], j) ** 2, b) / B,
        Sigma(Sigma(W[i, j] * y[b, j], j) * u[b, i], b) + var[i],
        Sigma(A[b, i, j], j),
    ):
        names = network.replace({h[b, i]: meaning, y[b, j]: 3 * x[b, j], A[b, i, j]: W[i, j] * x[b, j]})
        assert judged(Sigma(h[b, p] * hidden, b), names, synapse.also(post=(h[b, i],))).post == (h[b, i], slope[b, i])
        assert judged(Sigma(h[b, p] * hidden, b), names)


def test_another_units_quantity_is_refused():
    assert reason(u[b, k] * x[b, q]) == "u_k^b is declared for another unit or sample"
    assert reason(u[c, p] * x[b, q]) == "u_i^c is declared for another unit or sample"
    assert reason(z_prev[b, p] * x[b, q]) == "z_prev_i^b is not declared to be read by the synapse"
    assert judged(z_prev[b, p] * x[b, q], reads=synapse.also(post=(z_prev[b, i],)))


def test_another_sample_is_refused():
    assert "Σ_k (u_k^" in reason(u[b, p] * x[b, q] * Sigma(u[c, p] * Sigma(u[c, k] ** 2, k), c))
    assert "ties sample b to each other sample c" in reason(Sigma(x[c, q] * u[b, p] * A[b, c], b, c))


# --- what arrives ----------------------------------------------------------------------------------------------------------
def test_what_a_synapse_keeps_for_itself():
    trace = network.replace({E[i, j]: Sigma(u[b, i] * x[b, j], b)})
    reads = synapse.also(pre=(E[i, j],))
    assert judged(Sigma(E[p, q] * u[b, p], b), trace, reads).pre == (E[i, j],)
    other = network.replace({E[i, j]: Sigma(u[b, k] * x[b, j], b, k)})
    assert "needed in E_ij" in reason(Sigma(E[p, q] * u[b, p], b), other, reads)


def test_what_arrives_is_of_that_input():
    names = network.replace({y[b, j]: x[b, j] - Sigma(x[b, m], m) / M})
    assert "needed in y_j^b" in reason(Sigma(y[b, q] * u[b, p], b), names, synapse.also(pre=(y[b, j],)))
    names = network.replace({y[b, j]: x[b, j] - Sigma(x[c, j], c) / B})
    assert judged(Sigma(y[b, q] * u[b, p], b), names, synapse.also(pre=(y[b, j],))).pre == (y[b, j],)


def test_one_function_of_both_sides_is_no_product():
    assert "not a product of two" in reason(Sigma(H(x[b, q] - u[b, p]), b))
    mixed = network.replace({A[b, i, j]: H(x[b, j] - u[b, i])})
    assert "not a product of two" in reason(Sigma(A[b, p, q], b), mixed)


def test_one_function_of_a_unit_and_the_population_is_no_product():
    said = "is shared by the population, and stands in one function with what a unit has"
    assert said in reason(Sigma(H(squares - u[b, p]) * hidden, b))
    assert f"S^b {said}" in reason(Sigma(H(S_[b] - u[b, p]) * hidden, b), SUMS)


# --- what cannot be judged ---------------------------------------------------------------------------------------------------
def test_an_unknown_kind_is_refused():
    for unknown in (Max(u[b, p], 0), D(u[b, p], z[b, p])):
        assert "of a kind of which locality cannot be judged" in reason(unknown * x[b, q])


def test_a_comparison_with_another_unit_is_refused():
    assert "compares with another unit or sample" in reason(u[b, p] * x[b, q] * Delta(p, k))
