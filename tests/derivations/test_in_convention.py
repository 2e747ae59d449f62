"""A convention through loss, derivation, code and docstring: every choice of every field."""

from itertools import product

import numpy as np
import pytest

from derivations.in_convention import SECTION_RULES, loss_in, rule_in
from lvicreg import rules
from lvicreg._inputs import arrays, minibatch_size, nonnegative
from lvicreg._parts import loudest, together
from lvicreg._precision import full_precision, summed
from lvicreg._renamed import renamed
from lvicreg.calculus import Definitions, derivative, is_zero
from lvicreg.calculus.layer import B, N, W, mean, p, q
from lvicreg.codegen.arrays import NotArrayCode
from lvicreg.codegen.emit import function_source
from lvicreg.conventions import Covariance, Invariance, Variance
from tests.rules.rule_data import arguments, assert_close, layer

DEFAULTS = [
    Variance(),
    Variance(form="log", factor="1/2"),
    Covariance(),
    Covariance(form="one-sample", mean="held"),
    Invariance(),
]
TERMS = [
    *(
        Variance(**form, **weight, **variance, gamma="3/4", epsilon="1/50")
        for form, weight, variance in product(
            ({"place": "root"}, {"place": "deviation"}, {"form": "log"}, {"form": "log", "factor": "1/2"}),
            ({"units": "sum"}, {"units": "mean", "views": "averaged"}),
            ({"ddof": 0}, {"ddof": 1, "mean": "held"}, {"ddof": 2}),
        )
    ),
    *(
        Covariance(units=units, **rest)
        for units, rest in product(("sum", "mean", "others", "pairs"), ({"ddof": 0, "mean": "held"}, {"views": "averaged"}))
    ),
    *(
        Covariance(form="one-sample", factor="1/4", units=units, samples=samples, mean="held")
        for units, samples in product(("sum", "mean", "others", "pairs"), ("sum", "mean", "unbiased"))
    ),
    *(Invariance(factor="1/2", units=units, samples=samples) for units, samples in product(("sum", "mean"), repeat=2)),
]


def label(term):
    return " ".join(str(value) for value in vars(term).values())


IN_ROOT = [term for term in TERMS if getattr(term, "place", "root") == "root" and term not in DEFAULTS]


def compiled(term):
    """The function generated for a term."""
    names = {"arrays": arrays, "minibatch_size": minibatch_size, "nonnegative": nonnegative, "Any": object}
    names |= {"full_precision": full_precision, "renamed": renamed, "summed": summed}
    names |= {"loudest": loudest, "together": together}
    exec(function_source(rule_in(term)), names)
    return names[term.rule]


@pytest.mark.parametrize("term", DEFAULTS, ids=lambda term: term.rule)
def test_the_rules_are_those_of_the_default_conventions(term):
    assert function_source(rule_in(term)) == function_source(SECTION_RULES[term.rule])
    assert f"Convention: {term}" in " ".join(getattr(rules, term.rule).__doc__.split())


def loss(jnp, term, weights, data):
    """The loss of the present view, written a second time."""
    z = jnp.tanh(data.x @ weights.T)
    count, size = z.shape
    factor = float(term.factor) / (2 if term.views == "averaged" else 1)
    units = {"sum": 1, "mean": size, "others": size - 1, "pairs": size * (size - 1)}[term.units]
    if isinstance(term, Invariance):
        return factor * jnp.sum((z - data.z_prev) ** 2) / units / {"sum": 1, "mean": count}[term.samples]
    if isinstance(term, Variance):
        var = jnp.var(z, axis=0, ddof=term.ddof)
        if term.form == "log":
            return -factor * jnp.sum(jnp.log(var + 0.02)) / units
        std = jnp.sqrt(var) + 0.02 if term.place == "deviation" else jnp.sqrt(var + 0.02)
        return factor * jnp.sum(jnp.maximum(0.0, 0.75 - std)) / units
    if term.form == "exact":
        K = jnp.cov(z, rowvar=False, ddof=term.ddof)
        return factor * (jnp.sum(K**2) - jnp.sum(jnp.diagonal(K) ** 2)) / units
    squares = (z - np.mean(data.z, axis=0)) ** 2
    samples = {"sum": 1, "mean": count, "unbiased": count - 1}[term.samples]
    return factor * (jnp.sum(jnp.sum(squares, axis=1) ** 2) - jnp.sum(squares**2)) / units / samples


@pytest.mark.parametrize("term", TERMS, ids=label)
def test_generated_code_descends_the_loss(term, jnp, descent):
    data = layer(6, 3, 4)
    rule = compiled(term)
    found = rule(**arguments(rule, data))
    assert_close(found, descent(lambda weights: loss(jnp, term, weights, data), data.W))
    assert f"Convention: {term}" in " ".join(rule.__doc__.split())


@pytest.mark.parametrize(
    "term", [term for term in TERMS if term not in DEFAULTS and getattr(term, "place", "root") == "root"], ids=label
)
def test_the_gradient_is_the_weight_times_the_rules(term):
    """At symbolic sizes. The variance's ddof is left to its definitions, and ε outside the root is another threshold."""
    (default,) = (other for other in DEFAULTS if other.rule == term.rule)
    (derived, definitions), (own, of_the_rule) = loss_in(term), loss_in(default)
    if isinstance(term, Variance):
        of_the_rule = definitions
    if term.rule == "covariance_one_sample":
        definitions, of_the_rule = definitions.holding(mean), of_the_rule.holding(mean)
    difference = definitions.expand(derived) - term.weight(N, B, B) * of_the_rule.expand(own)
    assert is_zero(derivative(difference, W[p, q], Definitions()))


def test_what_has_no_readable_code_is_refused():
    with pytest.raises(NotArrayCode):
        function_source(rule_in(Covariance(form="one-sample", mean="free")))
    with pytest.raises(ValueError, match="choose batch='actual'"):
        rule_in(Covariance(batch="nominal"))
