"""The record of seeded errors knows what it is about, and what has changed since has nothing on it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sympy import Symbol

from derivations import NOTE
from lvicreg.claims import Claim
from lvicreg.engines import Counterexample, Equation
from lvicreg.project import record
from lvicreg.project.record import Mutant, Record

y = Symbol("y")
CLAIM = Claim("a", "Title", "", "A proof.", holds=(Equation((y + 1) ** 2, y**2 + 2 * y + 1),))


@pytest.fixture
def kept(tmp_path: Path) -> Callable[..., Record]:
    """A record of its own, empty at first; what a run has found is put on it."""
    project = replace(NOTE, root=tmp_path)
    project.record.mkdir(parents=True)

    def keep(mutants: list[Mutant], claims: list[Claim], whole: bool = True) -> Record:
        record = Record(project, claims)
        record.path.write_text(record.updated(mutants, whole), encoding="utf-8")
        return Record(project, claims)

    return keep


def test_the_fingerprint_is_of_what_the_claim_says_in_symbols() -> None:
    (equation,) = CLAIM.holds
    assert record.fingerprint(replace(CLAIM, statement="in other words")) == record.fingerprint(CLAIM)
    for other in (replace(equation, right=equation.right + 0 * y + 1), replace(equation, sizes=({"N": 4},))):
        assert record.fingerprint(replace(CLAIM, holds=(other,))) != record.fingerprint(CLAIM)


def test_the_record_tells_the_kinds_apart() -> None:
    kinds = {
        "claims": ("oja.domain", "what fails in oja.domain"),
        "evidence": ("evidence of oja.epsilon", "derivations/independent/oja.py"),
        "engines": ("lvicreg/engines/evaluation/surds.py", "lvicreg/calculus/canonical.py", "lvicreg/claims/ledger.py"),
        "functions": ("variance", "losses.variance"),
        "definitions": ("definition alpha = 1/(step + 1)",),
    }
    assert tuple(kinds) == record.KINDS
    assert {where: Record(NOTE).kind(where) for some in kinds.values() for where in some} == {
        where: kind for kind, some in kinds.items() for where in some
    }


def test_the_record_is_of_the_claims_as_they_are(kept: Callable[..., Record]) -> None:
    mutants = [Mutant("a", "1", "caught", ""), Mutant("a", "2", "equivalent", ""), Mutant("definition f", "3", "caught", "")]
    assert kept([], []).of(CLAIM) is None
    found = kept(mutants, [CLAIM])
    assert found.of(CLAIM) == {"mutants": 2, "caught": 1, "equivalent": 1, "open": 0}
    told = "Seeded errors on record: 2 in claims, all noticed but 1 that changes nothing."  # no claim has the definition now
    assert found.in_words == told
    changed = replace(CLAIM, holds=(replace(CLAIM.holds[0], engines=("exact",)),))
    assert found.of(changed) is None
    nothing = "Nothing is on record of 1 that are new or have changed: python -m derivations.mutation --missing --write"
    then = Record(found.project, [changed])
    assert then.in_words == f"Seeded errors on record: none. {nothing}"
    assert (found.missing, then.missing, then.places.keys()) == (set(), {"a"}, {"a"})


def test_all_of_a_claim_is_on_its_record_or_nothing(kept: Callable[..., Record]) -> None:
    both = replace(CLAIM, fails=(Equation((y + 1) ** 2, y**2 + 1),), evidence=(Counterexample("left, right = 1, 2"),))
    assert kept([Mutant("a", "1", "caught", ""), Mutant("what fails in a", "2", "caught", "")], [both]).of(both) is None
    found = kept([Mutant("evidence of a", "3", "equivalent", "")], [both], whole=False)
    assert found.of(both) == {"mutants": 3, "caught": 2, "equivalent": 1, "open": 0}
    assert found.of(replace(both, evidence=(Counterexample("left, right = 1, 3"),))) is None


def test_a_run_of_some_leaves_the_rest_on_record(kept: Callable[..., Record]) -> None:
    other = replace(CLAIM, id="b")
    kept([Mutant("a", "1", "caught", "")], [CLAIM, other])
    found = kept([Mutant("b", "1", "caught", "")] * 2, [CLAIM, other], whole=False)
    assert found.of(CLAIM) == {"mutants": 1, "caught": 1, "equivalent": 0, "open": 0}
    assert found.of(other) == {"mutants": 2, "caught": 2, "equivalent": 0, "open": 0}
    assert kept([], [other], whole=False).entries.keys() == {"b"}  # the other is no more
    assert kept([Mutant("b", "1", "caught", "")], [CLAIM, other]).of(CLAIM) is None


def test_files_and_functions_are_on_it_too(tmp_path: Path) -> None:
    project = replace(NOTE, root=tmp_path)
    for name in ("lvicreg/engines/one.py", "derivations/independent/two.py", "lvicreg/rules/three.py"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text("def rule(x):\n    return x\n", encoding="utf-8")
    assert Record(project, []).in_words.startswith("Seeded errors on record: none. Nothing is on record of 3 ")


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


def test_the_record_of_a_file_is_of_its_code_alone(tmp_path: Path) -> None:
    path = tmp_path / "some.py"
    path.write_text('"""Says."""\n\nLIMIT = "# 2"  # why\n\n\ndef f(x):\n    """Two\n    lines."""\n    return x  # so\n')
    assert record.code_of(path) == 'LIMIT = "# 2"\ndef f(x):\n    return x'
