"""Locality is never wrong in the direction "local": no name is trusted, and every refusal names what is missing."""

import pytest
from sympy import Idx, IndexedBase, Max, S, Symbol, symbols

from lvicreg.calculus import D, Definitions, H, LocalTerm, NotLocal, Sigma, Synapse, distinct, f, factor, gradient, normal
from lvicreg.calculus.indexed import Delta
from lvicreg.calculus.layer import (
    B,
    K,
    M,
    N,
    W,
    a,
    alpha,
    b,
    c,
    i,
    j,
    k,
    m,
    mean,
    network,
    p,
    q,
    sigma,
    slope,
    synapse,
    u,
    var,
    x,
    z,
)
from lvicreg.calculus.locality import by_presynaptic

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


# --- the form, and the signals --------------------------------------------------------------------------------------------
def test_the_terms_and_the_signals_of_a_local_rule():
    found = judged(Sigma(-beta * u[b, p] * squares * hidden + 2 * W[p, q] * z[b, p], b))
    assert set(found.terms) == {
        LocalTerm(W[i, j], 2 * z[b, i], S.One),
        LocalTerm(x[b, j], -beta * slope[b, i] * u[b, i], normal(squares)),
    }
    assert found.pre == (x[b, j],)
    assert found.post == (slope[b, i], u[b, i], z[b, i])
    assert found.shared == (squares,)


def test_a_sum_that_a_synapse_must_be_told_is_a_signal():
    names = network.replace({theta[i]: Sigma(z[b, i] ** 2, b) / B})
    bcm = Sigma(z[b, p] * (z[b, p] - theta[p]) * x[b, q], b)
    assert judged(bcm, names).post == (Sigma(z[b, i] ** 2, b), z[b, i])
    assert judged(bcm, names, synapse.also(post=(theta[i],))).post == (theta[i], z[b, i])


@pytest.mark.parametrize(
    "update",
    [
        Sigma(eta * alpha * u[b, p] / sigma[p] * H(1 - sigma[p]) * hidden / B, b),
        Sigma(z[b, p] * x[b, q] - z[b, p] ** 2 * W[p, q], b),  # Oja
        Sigma(K[p, p] * u[b, p] * hidden, b),  # a unit's own entry of the covariance
        Sigma(z[b, p] * x[b, q] ** 2 * (1 - W[p, q]), b),
        u[b, p] * x[b, q] * Sigma(u[c, p] ** 2, c),  # one sample, with a statistic
        Sigma(x[b, q] * Sigma(x[c, q] ** 2, c) * z[b, p], b),
        -eta * W[p, q] / Sigma(W[p, j] ** 2, j),
        Sigma(u[b, p], b) * W[p, q],
        Sigma(f(2 * a[b, p]), b),
    ],
)
def test_local_without_a_shared_signal(update):
    assert not judged(update).shared
    assert not judged(update, reads=Synapse(W[i, j], b, synapse.pre, synapse.post)).shared


def test_nothing_is_needed_for_no_update():
    assert judged(S.Zero).terms == ()


def test_other_units_apart_from_this_one():
    """Σ_{k≠i} u_k² is the population's sum, less the unit's own part."""
    found = judged(Sigma(u[b, p] * Sigma(distinct(p, k) * u[b, k] ** 2, k) * hidden, b))
    assert (len(found.terms), found.shared) == (2, (squares,))
    named = network.replace({A[b, i]: u[b, i] * Sigma(distinct(i, k) * u[b, k] ** 2, k)})
    assert len(judged(Sigma(A[b, p] * hidden, b), named).terms) == 2
    product = network.replace({A[b, i, k]: u[b, i] * u[b, k]})
    assert judged(Sigma(Sigma(A[b, p, k] * u[b, k], k) * hidden, b), product).shared == (squares,)


def test_a_name_for_a_product_is_taken_apart():
    (term,) = judged(Sigma(z[b, p] * A[b, p, q], b), network.replace({A[b, i, j]: u[b, i] * x[b, j]})).terms
    assert term == LocalTerm(x[b, j], u[b, i] * z[b, i], S.One)


def test_where_nothing_arrives_any_sample_can_be_the_own():
    """A decay by a shared signal: the sum over samples that pairs it with the unit's activity is the rule's own."""
    for statistic in (a[c, p], z[c, p], Sigma(W[p, j] * x[c, j], j) ** 2):  # before and after the other sum in normal form
        assert judged(Sigma(squares * u[b, p], b) * Sigma(statistic, c) * W[p, q]).shared == (squares,)


def test_the_own_sample_is_that_of_what_arrives():
    for statistic in (a[c, p], z[c, p]):
        assert judged(Sigma(x[b, q], b) * Sigma(statistic, c)).pre == (x[b, j],)
    reads = synapse.also(pre=(y[b, i, j],))
    assert judged(Sigma(y[b, p, q], b) * Sigma(a[c, p], c), reads=reads).pre == (y[b, i, j],)


# --- the exact covariance, by any name -------------------------------------------------------------------------------------
GRAM = {G[b, c]: Sigma(u[b, k] * u[c, k], k)}
EXACT = {
    "derived": (gradient(Sigma(distinct(i, k) * K[i, k] ** 2, i, k), W[p, q], network), {}),
    "by samples": (Sigma(u[c, p] * u[c, k] * u[b, k] * hidden, b, c, k), {}),
    "Gram": (Sigma(Sigma(G[b, c] * u[c, p], c) * hidden, b), GRAM),
    "Gram, factored": (alpha * Sigma(G[b, c] * u[c, p] * hidden, b, c), GRAM),
    "Gram, twice named": (Sigma(A[b, p] * hidden, b), {**GRAM, A[b, i]: Sigma(G[b, c] * u[c, i], c)}),
    "K u": (Sigma(Ku[b, p] * hidden, b), {Ku[b, i]: Sigma(K[i, k] * u[b, k], k)}),
    "K u, under a function": (Sigma(f(Ku[b, p]) * hidden, b), {Ku[b, i]: Sigma(K[i, k] * u[b, k], k)}),
}


@pytest.mark.parametrize("name", EXACT)
def test_the_exact_covariance_is_not_local(name):
    update, names = EXACT[name]
    definitions = network.replace(names)
    said = reason(update, definitions)
    assert "ties" in said
    for declared in ({"post": (A[b, i], Ku[b, i])}, {"post": (Ku[b, i],), "inputs": ((V[i, k], u[b, k]),)}):
        assert "ties" in reason(update, definitions, synapse.also(**declared))


def test_the_path_to_what_is_missing():
    names = network.replace({Ku[b, i]: Sigma(K[i, k] * u[b, k], k), A[b, i]: 2 * Ku[b, i]})
    said = "K_ik, needed in Ku_i^b, needed in A_i^b, ties unit i to each other unit k"
    with pytest.raises(NotLocal) as refused:
        judged(Sigma(A[b, p] * hidden, b), names, synapse.also(post=(A[b, i],)))
    assert str(refused.value) == said
    assert refused.value.path == (Ku[b, i], A[b, i])


def test_a_name_that_is_given_is_taken_as_declared():
    given = network.replace({Ku[b, i]: Sigma(K[i, k] * u[b, k], k)}).primitive(Ku)
    assert judged(Sigma(Ku[b, p] * hidden, b), given, synapse.also(post=(Ku[b, i],))).post == (Ku[b, i], slope[b, i])
    assert "Ku_i^b is not declared" in reason(Sigma(Ku[b, p] * hidden, b), given)


# --- one population factor -------------------------------------------------------------------------------------------------
SUMS = network.replace({S_[b]: squares, T[b]: Sigma(u[b, k] ** 4, k), R[b]: Sigma((z[b, k] - mean[k]) ** 2, k) / N})
both = synapse.also(shared=(T[b], R[b]))


def test_equal_sums_are_one_signal_whatever_they_are_called():
    update = Sigma((S_[b] * u[b, p] + R[b] * z[b, p] + squares) * hidden, b)
    assert judged(update, SUMS, both).shared == (squares,)


@pytest.mark.parametrize(
    ("signal", "same"),
    [
        (5 * squares + 3 * T[b], 15 * squares + 9 * T[b]),  # of which another term has the least constant, as a text
        (1 / (1 + squares), squares / (1 + squares) ** 2 + 1 / (1 + squares) ** 2),  # equal as quotients, not in normal form
    ],
    ids=["a multiple", "a quotient"],
)
def test_equal_functions_of_sums_are_one_signal(signal, same):
    names = SUMS.replace({A[b]: signal, E[b]: same})
    update = Sigma((A[b] * u[b, p] + E[b] * z[b, p]) * hidden, b)
    assert judged(update, names, synapse.also(shared=(A[b],))).shared == (A[b],)


def test_functions_of_one_signal_are_of_one_signal():
    update = Sigma((u[b, p] * f(S_[b]) + z[b, p] * S_[b] ** 2 / (1 + S_[b])) * hidden, b)
    assert judged(update, SUMS).shared == (squares,)
    (term,) = judged(Sigma(A[b] * hidden, b), SUMS.replace({A[b]: f(S_[b])})).terms
    assert term.population == A[b]


def test_a_function_of_a_signal_and_of_what_is_not_declared_is_none():
    assert "S^b is shared by the population" in reason(Sigma(f(S_[b] * y[b]) * u[b, p] * hidden, b), SUMS)


@pytest.mark.parametrize(
    "update",
    [(S_[b] + T[b]) * u[b, p], S_[b] * T[b], f(S_[b] * T[b]), squares * u[b, p] + T[b], A[b], S_[b] * Sigma(squares, b)],
)
def test_two_population_factors_are_refused(update):
    names = SUMS.replace({A[b]: S_[b] + T[b], E[b]: 1})
    reads = both.also(shared=(Sigma(squares, b),))
    assert "different population factors; one is allowed" in reason(Sigma(update * hidden, b), names, reads)


def test_a_sum_that_is_not_declared_is_refused():
    said = "Σ_k (u_k^b)⁴, needed in T^b, is a sum over a population, and not declared as shared"
    assert reason(Sigma(T[b] * u[b, p] * hidden, b), SUMS) == said
    alone = Synapse(W[i, j], b, synapse.pre, synapse.post)
    assert "not declared as shared" in reason(Sigma(squares * u[b, p] * hidden, b), reads=alone)
    mixed = network.replace({h[b]: Sigma(W[k, j] ** 2 * x[b, j], k, j)})
    assert "needed in h^b" in reason(Sigma(h[b] * hidden, b), mixed)
    assert judged(Sigma(h[b] * hidden, b), mixed, synapse.also(shared=(h[b],))).shared == (h[b],)


def test_a_reward_is_a_shared_signal_if_declared():
    update = Sigma(R[b] * u[b, p] * hidden, b)
    assert judged(update, reads=synapse.also(shared=(R[b],))).shared == (R[b],)
    assert reason(update) == "R^b is not declared to be read by the synapse"
    constant = Symbol("R")
    assert judged(Sigma(constant * alpha * hidden, b), reads=synapse.also(shared=(constant,))).shared == (constant,)


@pytest.mark.parametrize(
    ("meaning", "said"),
    [
        (Sigma(K[i, k] * u[b, i] * u[b, k], i, k), "ties units to each other"),
        (Sigma(u[b, k] * u[c, k], c, k), "ties samples to each other"),
        (Sigma(y[b, k], k), "ties units to each other, or needs what is not declared"),
        (Sigma(x[b, j] * x[b, m] * Q[j, m], j, m), "ties units to each other"),
    ],
)
def test_a_shared_signal_is_of_what_each_unit_has(meaning, said):
    names = network.replace({R[b]: meaning})
    refused = reason(Sigma(R[b] * u[b, p] * hidden, b), names, synapse.also(shared=(R[b],)))
    assert said in refused
    assert "needed in R^b" in refused


def test_a_signal_is_told_whatever_it_is_made_of():
    """Of numbers that come from outside, one a sample, only what they make together is told."""
    both = Sigma(R[b] * y[b] * u[b, p] * hidden, b)
    assert judged(both, reads=synapse.also(shared=(R[b] * y[b],))).shared == (R[b] * y[b],)
    assert "R^b" in reason(Sigma(R[b] * u[b, p] * hidden, b), reads=synapse.also(shared=(R[b] * y[b],)))
    assert "y^b" in reason(both, reads=synapse.also(shared=(R[b],)))
    gate = H(R[b] - y[b]) * y[b]
    assert judged(Sigma(gate * u[b, p] * hidden, b), reads=synapse.also(shared=(gate,))).shared == (gate,)
    names = network.replace({R[b]: y[b] ** 2})
    assert judged(Sigma(R[b] * u[b, p] * hidden, b), names, synapse.also(shared=(R[b],))).shared == (R[b],)


def test_the_average_of_a_signal_is_told_with_it():
    about = network.replace({h[b]: R[b] - Sigma(R[c], c) / B})
    update = Sigma(h[b] * u[b, p] * hidden, b)
    assert judged(update, about, synapse.also(shared=(R[b],))).shared == (R[b],)
    assert "R^b" in reason(update, about)
    weighted = network.replace({h[b]: Sigma(R[c] * y[c], c)})
    assert reason(Sigma(h[b] * hidden, b), weighted, synapse.also(shared=(R[b],)))


def test_weights_of_another_layer_are_to_be_declared():
    """The delta rule: what arrives is a unit's activity, made of what arrives there."""
    V, output = IndexedBase("V"), IndexedBase("o")
    s = Idx("s", N)
    layer = network.replace({output[b, i]: Sigma(V[i, k] * z[b, k], k)})
    update = Sigma((y[b, p] - output[b, p]) * z[b, s], b)
    reads = Synapse(V[i, k], b, pre=(z[b, k],), post=(output[b, i], y[b, i]))
    with pytest.raises(NotLocal, match=r"is not declared as a weight onto unit k: tell inputs=\(\(W\[k, m\], …\),\)"):
        factor(update, V[p, s], reads, layer)
    declared = reads.also(inputs=((W[k, j], x[b, j]),))
    assert factor(update, V[p, s], declared, layer).post == (output[b, i], y[b, i])


def test_shared_signals_that_a_population_has():
    for meaning in (Sigma(u[c, k] ** 2, c, k), Sigma(H(z[b, k]), k) / N, Sigma(x[b, j] ** 2, j), 1 / squares):
        names = network.replace({R[b]: meaning})
        assert len(judged(Sigma(R[b] * u[b, p] * hidden, b), names, synapse.also(shared=(R[b],))).shared) == 1


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


# --- other people's rules ----------------------------------------------------------------------------------------------------
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


# --- declarations that cannot be meant ---------------------------------------------------------------------------------------
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


# --- for code ----------------------------------------------------------------------------------------------------------------
def test_parts_by_presynaptic_quantity():
    assert by_presynaptic(Sigma(z[c, p] * x[c, q], c) - beta * W[p, q], W[p, q], b) == {x[b, q]: z[b, p], W[p, q]: -beta}
    apart = Sigma(z[c, p], c) * Sigma(x[c, q], c)  # two sums, by one name of an index
    assert by_presynaptic(apart, W[p, q], b) == {x[b, q]: normal(Sigma(z[c, p], c))}


@pytest.mark.parametrize(
    "update",
    [
        Sigma(z[b, k] * W[k, q], b, k),
        y[q] * Sigma(z[b, p], b),
        Sigma(y[q, b] * z[b, p], b),
        Sigma(y[b, k, q] * z[b, p], b),
        Sigma(y[b, c, q] * z[b, p], b, c),
        f(x[b, q]),
        u[b, p],
        Sigma(x[b, q] * u[b, p], b) * W[p, q],
        W[p, q] ** 2,
    ],
    ids=str,
)
def test_terms_without_one_presynaptic_factor_stand_beside_one(update):
    assert by_presynaptic(update, W[p, q], b) == {1: normal(update)}
    assert by_presynaptic(update - 2 * W[p, q], W[p, q], b) == {1: normal(update), W[p, q]: -2}
