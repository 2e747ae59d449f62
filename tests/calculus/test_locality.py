"""Locality is never wrong in the direction "local": no name is trusted, and every refusal names what is missing."""

import pytest
from sympy import Idx, IndexedBase, S, Symbol

from lvicreg.calculus import H, LocalTerm, NotLocal, Sigma, Synapse, distinct, f, factor, gradient, normal
from lvicreg.calculus.layer import B, K, N, W, a, alpha, b, c, i, j, k, m, network, p, q, sigma, slope, synapse, u, x, z
from lvicreg.calculus.locality import by_presynaptic
from tests.calculus.judging import S_, SUMS, A, E, G, Ku, Q, R, T, V, beta, eta, h, hidden, judged, reason, squares, theta, y


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
