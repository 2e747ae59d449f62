"""A local rule for one sample: its terms, the order of what a unit computes, and what is refused."""

import pytest
from sympy import Function, IndexedBase, Symbol, sqrt

from derivations import NOTE
from lvicreg.calculus import Sigma, is_zero
from lvicreg.calculus.layer import B, W, alpha, b, i, k, mean, p, q, synapse, t, u, var, x, z
from lvicreg.codegen.annarchy import annarchy
from lvicreg.codegen.brian2 import brian2
from lvicreg.codegen.synaptic import NotSynaptic, Scalar, Synaptic, activations
from tests.codegen.small import from_post, from_update

RULES = {rule.name: rule for rules in NOTE.rules_of(NOTE.sections).values() for rule in rules}
LOCAL = [name for name in RULES if name != "covariance"]
theta, S, y = map(IndexedBase, ("theta", "S", "y"))
beta, share = Symbol("beta", positive=True), Symbol("share", positive=True)
centred = {mean[i]: Sigma(z[b, i], b) / B, u[b, i]: z[b, i] - mean[i]}


def of(post, meanings=None, arguments=(x, z), reads=synapse, **about):
    return from_post(post, meanings, arguments, synapse=reads, **about)


@pytest.mark.parametrize("name", LOCAL)
def test_the_parts_are_the_terms_that_locality_found(name):
    rule = RULES[name]
    parts = Synaptic(rule).parts
    names = {signal[b]: rule.definitions[signal][1] for signal in Synaptic(rule).shares}
    found = sum(pre * each * part for pre, by_population in parts.items() for each, part in by_population.items())
    told = sum(term.presynaptic * term.postsynaptic * term.population for term in rule.reads.terms)
    assert is_zero(found.xreplace(names) - told)


def test_each_name_is_computed_after_those_that_it_builds_on():
    total = Synaptic(RULES["total"])
    assert [str(name) for name, _ in total.computed] == ["mean", "u", "var", "sigma"]
    assert dict(total.computed)[var].has(alpha)
    assert total.shares == {S: u[b, i] ** 2}
    assert total.begin == {"mean": 0, "var": 1}


def test_the_slopes_of_the_activation_functions_are_derived():
    assert {name: str(slope) for name, _, slope in activations()} == {"linear": "1", "tanh": "1 - tanh(a)**2", "relu": "H(a)"}


def test_a_root_may_divide_and_a_node_without_code_is_refused():
    assert Scalar().doprint(beta / sqrt(var[i])) == "beta/sqrt(var)"
    assert Scalar().doprint(1 / sqrt(var[i])) == "1/sqrt(var)"
    with pytest.raises(NotSynaptic, match=r"g\(z\[b, i\]\) has no code for a simulator"):
        Scalar().doprint(Function("g")(z[b, i]))


REFUSED = {
    "not local": (RULES["covariance"], r"covariance is not local: K_ik ties unit i to each other unit k"),
    "another argument": (
        of(z[t, p] * y[t, p], arguments=(x, z, y), reads=synapse.also(post=(y[b, i],))),
        "needs y, which a stream does not have",
    ),
    "another statistic": (
        of(z[t, p] - theta[p], {theta[i]: Sigma(z[b, i], b) / B}, statistics=(theta,), reads=synapse.also(post=(theta[i],))),
        "needs theta, which a stream does not have",
    ),
    "a taken name": (of(share * z[t, p], options=(share,)), "has a quantity share, as the model calls another"),
    "another presynaptic factor": (from_update(Sigma(z[t, p] * x[t, q] ** 2, t), synapse=synapse), "is presynaptic"),
    "a signal without a name": (
        of(u[t, p] * Sigma(u[t, k] ** 2, k), centred, statistics=(mean,)),
        "has no name: give it one in the definitions",
    ),
    "a signal that is no sum": (
        of(u[t, p] * S[t], centred | {S[b]: 2 * Sigma(u[b, k] ** 2, k)}, statistics=(mean,)),
        r"S\[b\] is no sum over units",
    ),
    "a mean that is no statistic": (of(u[t, p], centred), "is not of one unit and one sample"),
    "the number of samples": (of(z[t, p] / B), "is not of one unit and one sample"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_a_simulator_cannot_be_told_is_refused(case):
    rule, why = REFUSED[case]
    with pytest.raises(NotSynaptic, match=why):
        Synaptic(rule)


@pytest.mark.parametrize("export", [brian2, annarchy])
def test_a_back_end_raises_on_a_function_that_it_does_not_know(export):
    from sympy import exp

    with pytest.raises(NotSynaptic, match="has no code for a simulator"):
        export(Synaptic(of(exp(z[t, p]))))


@pytest.mark.parametrize("export", [brian2, annarchy])
def test_what_comes_once_for_each_weight_is_its_rate(export):
    (model, _) = export(Synaptic(from_update(-beta * W[p, q], options=(beta,), arguments=(W,), synapse=synapse))).values()
    assert "rate = -beta" in model
    assert "factor" not in model
