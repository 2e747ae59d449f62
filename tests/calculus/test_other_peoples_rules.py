"""The locality of other people's rules, as they are written and under other names."""

import pytest
from sympy import Idx

from lvicreg.calculus import Definitions, H, Sigma, Synapse, distinct, f
from lvicreg.calculus.indexed import Delta
from lvicreg.calculus.layer import K, N, W, alpha, b, c, i, j, k, m, network, p, q, slope, synapse, u, x, z
from tests.calculus.judging import S_, A, F, G, L, R, V, e, h, hidden, judged, reason, upper, x_hat, y


@pytest.mark.parametrize("mask", [1, A[p, k]], ids=["subspace", "Sanger"])  # Sanger: A_pk = 1 for k ≤ p, else 0
def test_the_other_units_reconstruction_is_not_local(mask):
    """Subspace and Sanger's rule need the weights of other units to the same input, also under a name."""
    update = Sigma(z[b, p] * (x[b, q] - Sigma(mask * z[b, k] * W[k, q], k)), b)
    assert reason(update) == "W_kj is a weight onto another unit"
    names = network.replace({x_hat[b, j]: Sigma(z[b, k] * W[k, j], k)})
    named = Sigma(z[b, p] * (x[b, q] - x_hat[b, q]), b)
    for reads in (synapse, synapse.also(pre=(x_hat[b, j],))):
        assert reason(named, names, reads) == "W_kj, needed in x_hat_j^b, is a weight onto another unit"
    feedback = network.replace({x_hat[b, j]: Sigma(V[j, k] * z[b, k], k)})  # weights of the input's own
    assert judged(named, feedback, synapse.also(pre=(x_hat[b, j],), inputs=((V[j, k], z[b, k]),))).pre == (
        x[b, j],
        x_hat[b, j],
    )


def test_similarity_matching_has_its_own_lateral_weights():
    reads = Synapse(W[i, j], b, pre=(x[b, j],), post=(z[b, i], h[b, i]), inputs=((L[i, k], z[b, k]),))
    names = Definitions({h[b, i]: Sigma(W[i, j] * x[b, j], j) - Sigma(L[i, k] * z[b, k], k)})
    assert judged(Sigma(z[b, p] * x[b, q] - W[p, q], b), names, reads).post == (z[b, i],)
    assert judged(Sigma(h[b, p] * x[b, q], b), names, reads).post == (h[b, i],)
    lateral = Sigma(L[p, k] * z[b, k], k)
    assert judged(Sigma(lateral * x[b, q], b), names, reads).post == (Sigma(L[i, k] * z[b, k], k),)
    assert "L_ki is a weight onto another unit" in reason(Sigma(L[k, p] * z[b, k] * x[b, q], b, k), names, reads)
    undeclared = Synapse(W[i, j], b, reads.pre, reads.post)
    said = "L_ik, needed in h_i^b, ties unit i to each other unit k"
    assert reason(Sigma(h[b, p] * x[b, q], b), names, undeclared) == said


def test_what_other_synapses_would_learn_is_not_at_hand():
    """A covariance is one wherever it stands: by its name, beside a weight, and where the weight cancels."""
    hebbian = Definitions({R[i, j]: Sigma(u[c, i] * x[c, j], c)})
    lateral = synapse.also(inputs=((L[i, k], u[b, k]),))
    cancelling = network.replace({G[i, k]: 1 / L[i, k]})
    for inside, names, reads in (
        (Sigma(L[p, k] * K[p, k] * u[b, k], k), network, lateral),
        (Sigma(L[p, k] * alpha * Sigma(u[c, p] * u[c, k], c) * u[b, k], k), network, lateral),
        (Sigma(L[p, k] * G[p, k] * K[p, k] * u[b, k], k), cancelling, lateral),
        (Sigma(H(1 + L[p, k] ** 2) * K[p, k] * u[b, k], k), network, lateral),
        (Sigma(W[p, m] * R[p, m] * x[b, m], m), hebbian, synapse),
        (Sigma(W[p, m] * Sigma(u[c, p] * x[c, m], c) * x[b, m], m), network, synapse),
    ):
        assert reason(Sigma(inside * hidden, b), names, reads)
    means = Definitions({R[i, j]: Sigma(x[c, j], c)})  # of what arrives alone
    assert judged(Sigma(Sigma(W[p, m] * Sigma(x[c, m], c), m) * hidden, b), reads=synapse)
    assert judged(Sigma(R[p, q] * hidden, b), means, synapse)
    each = Definitions({V[j]: Sigma(x[c, j], c)})
    assert judged(Sigma(Sigma(W[p, m] * V[m] ** 2, m) * hidden, b), each, synapse)


def test_a_lateral_weight_learns_from_both_its_ends():
    s = Idx("s", N)
    reads = Synapse(L[i, k], b, pre=(z[b, k],), post=(z[b, i],))
    found = judged(Sigma(z[b, p] * z[b, s] - L[p, s], b), Definitions(), reads, L[p, s])
    assert (found.pre, found.post) == ((z[b, k],), (z[b, i],))
    not_onto_itself = judged(Sigma(distinct(p, s) * z[b, p] * z[b, s], b), Definitions(), reads, L[p, s])
    assert {term.presynaptic for term in not_onto_itself.terms} == {z[b, k], Delta(i, k)}
    onto_one = Sigma(Delta(s, Idx("s_1", N)) * z[b, p], b)
    assert "compares with another unit" in reason(onto_one, Definitions(), reads, L[p, s])


def test_one_weight_may_stand_for_what_arrives_from_two_populations():
    reads = synapse.also(inputs=((W[i, m], y[b, m]),))
    assert judged(Sigma(Sigma(W[p, m] * y[b, m], m) * hidden, b), reads=reads).post == (
        Sigma(W[i, m] * y[b, m], m),
        slope[b, i],
    )


def test_weight_transport_is_refused():
    """Two layers by backpropagation, and predictive coding with symmetric weights: V_li is a weight onto unit l."""
    update = Sigma(Sigma(V[upper, p] * e[b, upper], upper) * hidden, b)
    assert reason(update) == "V_gi ties unit i to each other unit g"
    assert reason(update, reads=synapse.also(inputs=((V[upper, i], z[b, i]),))) == "V_gi is a weight onto another unit"
    error = network.replace({e[b, upper]: y[b, upper] - f(Sigma(V[upper, i] * z[b, i], i))})
    assert "V_gi" in reason(update, error)
    predictive = Sigma((z[b, p] - Sigma(V[upper, p] * e[b, upper], upper)) * hidden, b)
    assert "V_gi" in reason(predictive, error, synapse.also(inputs=((V[upper, i], z[b, i]),)))


def test_feedback_by_weights_of_its_own_is_local():
    update = Sigma(Sigma(F[p, upper] * e[b, upper], upper) * hidden, b)
    reads = synapse.also(inputs=((F[i, upper], e[b, upper]),))
    assert len(judged(update, reads=reads).post) == 2
    assert reason(update, network.replace({F[i, upper]: V[upper, i]}), reads) == (
        "F_ig is declared as a weight, and stands for V_gi"
    )
    error = network.replace({e[b, upper]: y[b, upper] - Sigma(V[upper, i] * z[b, i], i)})
    assert "needed in e_g^b" in reason(update, error, reads)  # what arrives is looked through, too
    assert judged(update, error, reads.also(inputs=((F[i, upper], y[b, upper]), (V[upper, i], z[b, i]))))


def test_forward_forward_has_one_factor():
    goodness = network.replace({S_[b]: Sigma(z[b, k] ** 2, k)})
    update = Sigma(f(1 - S_[b]) * z[b, p] * hidden, b)
    assert judged(update, goodness, synapse.also(shared=(S_[b],))).shared == (S_[b],)
