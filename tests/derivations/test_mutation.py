"""Seeded errors in the claims: a sample is noticed, what is not noticed is said, and the record knows what it is about."""

from dataclasses import replace
from pathlib import Path

import pytest
from sympy import Symbol

from derivations import SECTIONS
from derivations.checking import section
from derivations.mutation import Mutant, equivalent, record, symbolic
from derivations.mutation.__main__ import arguments, stale, survivors
from lvicreg.claims import Claim
from lvicreg.engines import Contradiction, Counterexample, Equation

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
    for table in ("EVIDENCE", "ENGINES", "GENERATED", "OPEN"):
        monkeypatch.setattr(equivalent, table, {})
    monkeypatch.setattr(equivalent, "SYMBOLIC", {entry: "y is 0"})
    assert stale([Mutant(*entry, "equivalent", "y is 0")]) == []
    assert stale([Mutant(*entry, "caught", "exact by contradiction")]) == ["a: sign: y -> -y"]


def test_the_fingerprint_is_of_what_the_claim_says_in_symbols() -> None:
    (equation,) = CLAIM.holds
    assert record.fingerprint(replace(CLAIM, statement="in other words")) == record.fingerprint(CLAIM)
    for other in (replace(equation, right=equation.right + 0 * y + 1), replace(equation, sizes=({"N": 4},))):
        assert record.fingerprint(replace(CLAIM, holds=(other,))) != record.fingerprint(CLAIM)


def test_what_fails_is_broken_and_another_counterexample_notices_it() -> None:
    fails = Equation((y + 1) ** 2, y**2 + 1)
    (found,) = {m.where for m in map(symbolic.judge, symbolic._of_failing("a", 1, fails))}
    outcomes = {error.change: symbolic.judge(error) for error in symbolic._of_failing("a", 1, fails)}
    assert found == "what fails in a"
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


def test_the_record_tells_the_kinds_apart() -> None:
    kinds = {
        "claims": ("oja.domain", "what fails in oja.domain"),
        "evidence": ("evidence of oja.epsilon", "derivations/independent/oja.py"),
        "engines": ("lvicreg/engines/surds.py", "lvicreg/calculus/canonical.py", "lvicreg/claims/ledger.py"),
        "functions": ("variance", "losses.variance"),
        "definitions": ("definition alpha = 1/(step + 1)",),
    }
    assert tuple(kinds) == record.KINDS
    assert {where: record.kind(where) for some in kinds.values() for where in some} == {
        where: kind for kind, some in kinds.items() for where in some
    }


def test_all_of_a_claim_is_on_its_record_or_nothing(no_record) -> None:
    both = replace(CLAIM, fails=(Equation((y + 1) ** 2, y**2 + 1),), evidence=(Counterexample("left, right = 1, 2"),))
    parts = [Mutant("a", "1", "caught", ""), Mutant("what fails in a", "2", "caught", "")]
    no_record(record.as_record(parts, [both], whole=True))
    assert record.on_record(both) is None
    no_record(record.as_record([Mutant("evidence of a", "3", "equivalent", "")], [both], whole=False))
    assert record.on_record(both) == {"mutants": 3, "caught": 2, "equivalent": 1, "open": 0}
    assert record.on_record(replace(both, evidence=(Counterexample("left, right = 1, 3"),))) is None


@pytest.mark.parametrize(
    ("equal", "known", "said"),
    [
        (0, 0, "9, all noticed."),
        (1, 0, "9, all noticed but 1 that changes nothing."),
        (2, 1, "9, all noticed but 2 that change nothing and 1 that is open."),
        (0, 3, "9, all noticed but 3 that are open."),
    ],
)
def test_what_is_not_noticed_is_told(equal: int, known: int, said: str) -> None:
    assert record.as_sentence({"mutants": 9, "caught": 9 - equal - known, "equivalent": equal, "open": known}) == said


def test_what_is_known_and_open_is_no_survivor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(equivalent.OPEN, ("a", "1"), "both sides change")
    known, unknown = (equivalent.judged("a", change, None, {}) for change in "12")
    assert (known.outcome, known.detail) == ("open", "both sides change")
    assert survivors([known, unknown]) == [unknown]
    assert stale([known], whole=False) == []
    assert stale([equivalent.judged("a", "1", "a test", {})], whole=False) == ["a: 1"]


def test_the_record_of_a_file_is_of_its_code_alone(tmp_path: Path) -> None:
    path = tmp_path / "some.py"
    path.write_text('"""Says."""\n\nLIMIT = "# 2"  # why\n\n\ndef f(x):\n    """Two\n    lines."""\n    return x  # so\n')
    assert record.code_of(path) == 'LIMIT = "# 2"\ndef f(x):\n    return x'


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
    assert record.on_record(CLAIM) == {"mutants": 2, "caught": 1, "equivalent": 1, "open": 0}
    told = "Seeded errors on record: 2 in claims, all noticed but 1 that changes nothing."  # no claim has the definition now
    assert record.in_words([CLAIM]).startswith(f"{told} Nothing is on record of ")
    changed = replace(CLAIM, holds=(replace(CLAIM.holds[0], engines=("exact",)),))
    assert record.on_record(changed) is None
    assert record.in_words([changed]).startswith("Seeded errors on record: none. Nothing is on record of ")


def test_a_run_of_some_leaves_the_rest_on_record(no_record) -> None:
    other = replace(CLAIM, id="b")
    no_record(record.as_record([Mutant("a", "1", "caught", "")], [CLAIM, other], whole=True))
    no_record(record.as_record([Mutant("b", "1", "caught", "")] * 2, [CLAIM, other], whole=False))
    assert record.on_record(CLAIM) == {"mutants": 1, "caught": 1, "equivalent": 0, "open": 0}
    assert record.on_record(other) == {"mutants": 2, "caught": 2, "equivalent": 0, "open": 0}
    no_record(record.as_record([Mutant("b", "1", "caught", "")], [CLAIM, other], whole=True))
    assert record.on_record(CLAIM) is None


def test_parts_are_named_and_others_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert arguments(["oja", "rules"]).parts == ["oja", "rules"]
    assert arguments([]).parts == [*SECTIONS, "evidence", "engines", "calculus", "claims", "rules"]
    with pytest.raises(SystemExit):
        arguments(["ojas"])
    assert "unknown part ojas; choose from variance" in capsys.readouterr().err


def test_a_sample_is_not_put_on_record(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        arguments(["--sample", "3", "--write"])
    assert "not put on record" in capsys.readouterr().err
