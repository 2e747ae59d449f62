"""Every claim: three kinds of evidence, and no engine accepts a seeded error."""

import re
from dataclasses import replace
from itertools import chain

import pytest
from sympy import S

from derivations import NOTE
from lvicreg.calculus import D
from lvicreg.claims import Claim
from lvicreg.engines import Autodiff, Contradiction, Equation, Exact, Symbolic

CLAIMS = NOTE.claims
RULES = list(chain.from_iterable(NOTE.rules_of(NOTE.sections).values()))
PROMISED = [
    "variance.one-sample",
    "variance.minibatch",
    "variance.slow-filter",
    "variance.general-threshold",
    "variance.kink",
    "variance.collapse",
    "log-variance.one-sample",
    "log-variance.minibatch",
    "log-variance.no-half",
    "log-variance.vs-hinge",
    "log-variance.scale-invariance",
    "oja.mean-field",
    "oja.proportional",
    "oja.fixed-points",
    "oja.decay-scale",
    "oja.domain",
    "oja.minibatch-normalisation",
    "oja.stability",
    "oja.orbits",
    "oja.closed-form",
    "oja.norm-law",
    "oja.lyapunov",
    "oja.convergence",
    "oja.step-size",
    "oja.epsilon",
    "oja.many-units",
    "oja.many-units-threshold",
    "invariance.stop-gradient",
    "invariance.without-stop-gradient",
    "invariance.stationary",
    "covariance.minibatch",
    "covariance.one-sample",
    "covariance.one-sample-mean",
    "covariance.one-sample-bias",
    "covariance.third-factor",
    "covariance.local-exact",
    "covariance.third-factor-rotation",
    "covariance.gram",
    "covariance.scale",
    "total.sum",
    "total.local",
    "total.log-variance",
]

EQUATIONS = [
    pytest.param(equation, id=f"{claim.id}-{number}") for claim in CLAIMS for number, equation in enumerate(claim.holds)
]
AUTODIFF = [
    pytest.param(evidence, id=f"{claim.id}-{number}")
    for claim in CLAIMS
    for number, evidence in enumerate(claim.evidence)
    if isinstance(evidence, Autodiff)
]


def seeded(equation: Equation) -> list[Equation]:
    """The equation with a wrong factor, a wrong sign, and a term too many."""
    if equation.right == 0:
        return [replace(equation, right=S.One)]
    return [replace(equation, right=wrong) for wrong in (2 * equation.right, -equation.right, equation.right + 1)]


def test_every_promised_claim_is_there() -> None:
    ids = [claim.id for claim in CLAIMS]
    assert len(ids) == len(set(ids))
    assert set(PROMISED) <= set(ids)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_a_claim_has_three_kinds_of_evidence_and_rests_on_claims(claim: Claim) -> None:
    kinds = {check.kind for check in claim.checks}
    assert len(kinds) >= 3
    assert "symbolic" in kinds
    assert kinds & {"exact", "rational"}
    assert kinds & {"autodiff", "numerical"}
    assert set(claim.rests_on) <= {other.id for other in CLAIMS}


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_a_claim_rests_on_those_that_it_names(claim: Claim) -> None:
    """In its statement, in what is assumed and in its proof; so a status cannot say more than theirs."""
    words = " ".join((claim.tex, *claim.assumptions, claim.proof))
    named = {other.id for other in CLAIMS if re.search(rf"(?<![\w.-]){re.escape(other.id)}(?![\w-])", words)}
    assert named - {claim.id} <= set(claim.rests_on)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_a_derivative_is_compared_with_that_of_a_loss_written_separately(claim: Claim) -> None:
    if not any(side.has(D) for equation in claim.holds for side in (equation.left, equation.right)):
        pytest.skip("no derivative is stated")
    assert any(isinstance(check, Autodiff) for check in claim.evidence)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_names_claims_of_the_ledger(rule) -> None:
    assert rule.claims
    assert set(rule.claims) <= {claim.id for claim in CLAIMS}


@pytest.mark.parametrize("engine", [Symbolic, Exact])
@pytest.mark.parametrize("equation", EQUATIONS)
def test_an_engine_rejects_seeded_errors(equation: Equation, engine: type) -> None:
    if engine.kind not in equation.engines:
        pytest.skip(f"not decided by the {engine.kind} engine")
    for wrong in seeded(equation):
        with pytest.raises(Contradiction):
            engine((wrong,)).run()


@pytest.mark.parametrize("evidence", AUTODIFF)
def test_autodiff_rejects_seeded_errors(evidence: Autodiff) -> None:
    pytest.importorskip("autograd")
    for wrong in (2 * evidence.claimed, -evidence.claimed, evidence.claimed * S(3) / 2):
        with pytest.raises(Contradiction):
            replace(evidence, claimed=wrong).run()


def test_a_status_is_the_same_when_one_section_is_run_alone() -> None:
    """Then a claim's supports are not examined: that one of them is an argument in words must show in its own."""
    in_words = {claim.id for claim in CLAIMS if claim.argued}
    assert [claim.id for claim in CLAIMS if not claim.argued and in_words & set(claim.rests_on)] == []
    assert all("symbolic" in equation.engines for claim in CLAIMS for equation in claim.holds)
