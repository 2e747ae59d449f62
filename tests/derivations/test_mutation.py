"""Seeded errors in the claims: a sample is noticed, what is not noticed is said, and the record knows what it is about."""

from dataclasses import replace

import pytest
from sympy import Symbol

from derivations import SECTIONS
from derivations.checking import section
from derivations.mutation import Mutant, equivalent, record, symbolic
from derivations.mutation.__main__ import arguments, stale, survivors
from lvicreg.claims import Claim
from lvicreg.engines import Contradiction, Equation

y = Symbol("y")
CLAIM = Claim("a", "", holds=(Equation((y + 1) ** 2, y**2 + 2 * y + 1),))


def seeded(check) -> symbolic.Seeded:
    return symbolic.Seeded("a", "sign: y -> -y", (("exact", check), ("symbolic", lambda: "accepted")))


def rejected() -> None:
    raise Contradiction


def broken() -> None:
    raise ModuleNotFoundError("a bug in the check")


def test_a_fixed_sample_is_caught() -> None:
    mutants = symbolic.run(("invariance", "oja_flow"), sample=30)
    assert len({mutant.where for mutant in mutants}) > 10
    assert not survivors(mutants)


def test_equations_derivatives_and_definitions_are_broken() -> None:
    found = [error for subject in symbolic.subjects(("invariance",)) for error in subject()]
    assert {claim.id for claim in section("invariance").claims} <= {error.where for error in found}
    assert "definition z[b, i] = f(a[b, i])" in {error.where for error in found}
    assert {"(left of equation 1)", "(right of equation 1)", "(derivative)"} <= {
        error.change[error.change.rindex("(") :] for error in found if not error.where.startswith("definition")
    }


def test_every_engine_must_reject_an_equation() -> None:
    assert symbolic.judge(seeded(rejected)).outcome == "survived"
    assert symbolic.judge(replace(seeded(rejected), all_must=False)).outcome == "caught"
    assert symbolic.judge(replace(seeded(broken), all_must=False)).detail == "exact by error (ModuleNotFoundError)"


def test_what_is_equivalent_survives_unless_it_is_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    error = seeded(lambda: "accepted")
    assert symbolic.judge(error).outcome == "survived"
    monkeypatch.setitem(symbolic.SYMBOLIC, (error.where, error.change), "y is 0")
    assert symbolic.judge(error) == Mutant("a", error.change, "equivalent", "y is 0")


def test_an_equivalent_one_that_is_not_met_is_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = ("a", "sign: y -> -y")
    monkeypatch.setattr(equivalent, "SYMBOLIC", {entry: "y is 0"})
    monkeypatch.setattr(equivalent, "GENERATED", {}, raising=False)
    assert stale([Mutant(*entry, "equivalent", "y is 0")]) == []
    assert stale([Mutant(*entry, "caught", "exact by contradiction")]) == ["a: sign: y -> -y"]


def test_the_fingerprint_is_of_what_the_claim_says_in_symbols() -> None:
    (equation,) = CLAIM.holds
    assert record.fingerprint(replace(CLAIM, statement="in other words")) == record.fingerprint(CLAIM)
    for other in (replace(equation, right=equation.right + 0 * y + 1), replace(equation, sizes=({"N": 4},))):
        assert record.fingerprint(replace(CLAIM, holds=(other,))) != record.fingerprint(CLAIM)


@pytest.fixture
def no_record(monkeypatch: pytest.MonkeyPatch, tmp_path):
    """A record of its own, empty at first; what is written into it is read anew."""
    monkeypatch.setattr(record, "RECORD", tmp_path / "score.json")
    record._recorded.cache_clear()
    yield lambda text: (record.RECORD.write_text(text, encoding="utf-8"), record._recorded.cache_clear())
    record._recorded.cache_clear()


def test_the_record_is_of_the_claims_as_they_are(no_record) -> None:
    mutants = [Mutant("a", "1", "caught", ""), Mutant("a", "2", "equivalent", ""), Mutant("definition f", "3", "caught", "")]
    assert record.on_record(CLAIM) is None
    no_record(record.as_record(mutants, [CLAIM], whole=True))
    assert record.on_record(CLAIM) == {"mutants": 2, "caught": 1, "equivalent": 1}
    assert record.in_words([CLAIM]).startswith("Seeded errors on record: 3, all but 1 noticed; that one changes nothing.")
    changed = replace(CLAIM, holds=(replace(CLAIM.holds[0], engines=("exact",)),))
    assert record.on_record(changed) is None
    assert record.in_words([changed]).startswith("Seeded errors on record: 1, all noticed.")


def test_a_run_of_some_leaves_the_rest_on_record(no_record) -> None:
    other = replace(CLAIM, id="b")
    no_record(record.as_record([Mutant("a", "1", "caught", "")], [CLAIM, other], whole=True))
    no_record(record.as_record([Mutant("b", "1", "caught", "")] * 2, [CLAIM, other], whole=False))
    assert record.on_record(CLAIM) == {"mutants": 1, "caught": 1, "equivalent": 0}
    assert record.on_record(other) == {"mutants": 2, "caught": 2, "equivalent": 0}
    no_record(record.as_record([Mutant("b", "1", "caught", "")], [CLAIM, other], whole=True))
    assert record.on_record(CLAIM) is None


def test_parts_are_named_and_others_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert arguments(["oja", "rules"]).parts == ["oja", "rules"]
    assert arguments([]).parts == [*SECTIONS, "rules"]
    with pytest.raises(SystemExit):
        arguments(["ojas"])
    assert "unknown part ojas; choose from variance" in capsys.readouterr().err


def test_a_sample_is_not_put_on_record(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        arguments(["--sample", "3", "--write"])
    assert "not put on record" in capsys.readouterr().err
