"""Seeded errors in the claims: a sample is noticed, and what is not noticed is said."""

from dataclasses import replace

import pytest
from sympy import Symbol

from derivations import NOTE
from lvicreg.engines import Contradiction, Equation
from lvicreg.mutation import symbolic
from lvicreg.mutation.command import survivors
from lvicreg.mutation.listed import Listed
from lvicreg.project.record import Mutant

y = Symbol("y")
NONE = Listed()


def seeded(check) -> symbolic.Seeded:
    return symbolic.Seeded("a", "sign: y -> -y", (("exact", check), ("symbolic", lambda: "accepted")))


def rejected() -> None:
    raise Contradiction


def broken() -> None:
    raise ModuleNotFoundError("a bug in the check")


def test_a_fixed_sample_is_caught() -> None:
    mutants = symbolic.run(NOTE, ("invariance", "oja_flow"), sample=30)
    assert len({mutant.where for mutant in mutants}) > 10
    assert not survivors(mutants)


def test_equations_derivatives_and_definitions_are_broken() -> None:
    found = [error for subject in symbolic.subjects(NOTE, ("invariance",)) for error in subject.errors()]
    assert {claim.id for claim in NOTE.section("invariance").claims} <= {error.where for error in found}
    assert "definition z[b, i] = f(a[b, i])" in {error.where for error in found}
    assert {"(left of equation 1)", "(right of equation 1)", "(derivative)"} <= {
        error.change[error.change.rindex("(") :] for error in found if not error.where.startswith("definition")
    }


def test_every_engine_must_reject_an_equation() -> None:
    assert symbolic.judge(seeded(rejected), NONE).outcome == "survived"
    assert symbolic.judge(replace(seeded(rejected), all_must=False), NONE).outcome == "caught"
    assert symbolic.judge(replace(seeded(broken), all_must=False), NONE).detail == "exact by error (ModuleNotFoundError)"


def test_what_is_equivalent_survives_unless_it_is_listed() -> None:
    error = seeded(lambda: "accepted")
    assert symbolic.judge(error, NONE).outcome == "survived"
    assert symbolic.judge(error, Listed({(error.where, error.change): "y is 0"})) == Mutant(
        "a", error.change, "equivalent", "y is 0"
    )


def test_what_fails_is_broken_and_another_counterexample_notices_it() -> None:
    fails = Equation((y + 1) ** 2, y**2 + 1)
    outcomes = {error.change: symbolic.judge(error, NONE) for error in symbolic._of_failing("a", 1, fails)}
    assert {mutant.where for mutant in outcomes.values()} == {"what fails in a"}
    assert not survivors(list(outcomes.values()))
    assert (
        outcomes["dropped term: 1 (right of equation 1)"].detail == "exact by contradiction"
    )  # y**2 is another's counterexample
    same = symbolic._same_counterexample
    assert same(fails) is None
    with pytest.raises(Contradiction, match="another counterexample"):
        same(fails, right=y**2 + 2)
    with pytest.raises(Contradiction, match="no counterexample was found"):
        same(fails, right=y**2 + 2 * y + 1)
