"""The runner of seeded errors in the generated functions: what it changes, what it says of it, and what it leaves as it is."""

import inspect
import sys
from pathlib import Path

import pytest

from derivations import NOTE
from lvicreg import rules
from lvicreg.mutation import generated, tested
from lvicreg.mutation.code import Error, Place, Subject
from lvicreg.mutation.command import stale
from lvicreg.mutation.generated import run
from lvicreg.mutation.listed import Listed
from lvicreg.mutation.tested import mutants
from lvicreg.project.record import Mutant

pytest.importorskip("cosmic_ray")

NONE = Listed()
TESTS = NOTE.root / "tests"
QUICK = [TESTS / "rules" / "test_rules_invariance.py::test_textbook_sum"]
SIGN = "post = -2 * (z - z_prev) * slope → post = -2 * (z + z_prev) * slope"
PLACE = Place("lvicreg.rules.invariance", "invariance", "invariance")
INTACT = Error(PLACE, "nothing", inspect.getsource(rules.invariance))


@pytest.fixture
def invariance_alone(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """One function, nothing listed as equivalent, and every change caught without a test being run."""
    monkeypatch.setattr(generated, "subjects", lambda project: [subject("invariance")])
    monkeypatch.setattr(Listed, "of", classmethod(lambda cls, project, part: NONE))
    caught = lambda changes, *_: [Mutant(e.place.where, e.change, "caught", "a test") for e in changes]  # noqa: E731
    monkeypatch.setattr(tested, "mutants", caught)
    return monkeypatch


def subject(name: str) -> Subject:
    """A rule, to be broken."""
    return generated.subject(name, getattr(rules, name))


def files() -> dict[Path, bytes]:
    """The rules and their tests as they are on disk."""
    folders = NOTE.root / "lvicreg", TESTS / "rules"
    return {path: path.read_bytes() for folder in folders for path in folder.rglob("*.py")}


# --- the changes ---------------------------------------------------------------------------------------------------------
def test_changes_are_of_the_formula_alone() -> None:
    changes = {error.change for error in subject("invariance").errors()}
    assert {SIGN, "post = -2 * (z - z_prev) * slope → post = 2 * (z - z_prev) * slope"} < changes
    assert all(change.startswith("post = -2 * (z - z_prev) * slope → post = ") for change in changes)


def test_default_values_are_changed_and_the_signature_is_not() -> None:
    found = subject("covariance_third_factor").errors()
    assert {"beta = 1.0 → beta = 2.0", "beta = 1.0 → beta = 0.0"} < {error.change for error in found}
    assert all("*, mean: Any=None, beta: float=" in " ".join(error.source.split()) for error in found)


def test_no_two_changes_are_the_same() -> None:
    found = subject("invariance").errors()
    assert len({error.change for error in found}) == len({error.source for error in found}) == len(found)


def test_without_cosmic_ray_one_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cosmic_ray.mutating", None)
    with pytest.raises(ImportError, match=r"pip install -e '\.\[mutation\]'"):
        run(NOTE, sample=1)


# --- their outcomes ------------------------------------------------------------------------------------------------------
def test_a_wrong_sign_is_caught_an_intact_function_is_not_and_no_file_is_touched() -> None:
    before = files()
    (wrong,) = (error for error in subject("invariance").errors() if error.change == SIGN)
    broken = Error(PLACE, "no function", "1 / 0")
    outcomes = mutants([wrong, INTACT, broken], QUICK, NONE)
    caught = next(outcomes)
    assert files() == before  # while the others run
    assert caught.outcome == "caught"
    assert caught.detail.startswith("tests/rules/test_rules_invariance.py::test_textbook_sum")
    survived, unloadable = outcomes
    assert (survived.change, survived.outcome) == ("nothing", "survived")
    assert (unloadable.outcome, unloadable.detail) == ("caught", "it cannot be loaded: division by zero")
    assert files() == before


@pytest.mark.parametrize("content", ["def test_wrong():\n    assert False\n", "1 / 0\n"], ids=["failing", "not loaded"])
def test_tests_that_fail_without_a_change_prove_nothing(tmp_path: Path, content: str) -> None:
    (tmp_path / "test_wrong.py").write_text(content)
    with pytest.raises(RuntimeError, match=r"without any change .*test_wrong.* fails"):
        list(mutants([INTACT], [tmp_path], NONE))


# --- the whole run -------------------------------------------------------------------------------------------------------
def test_a_sample_is_reproducible(invariance_alone: pytest.MonkeyPatch) -> None:
    every, sample = run(NOTE), run(NOTE, sample=5)
    assert len(sample) == 5
    assert sample == run(NOTE, sample=5)
    assert set(sample) < set(every)
    assert set(run(NOTE, sample=1000)) == set(every)


def test_a_sample_is_of_what_is_to_be_noticed(invariance_alone: pytest.MonkeyPatch) -> None:
    listed = Listed({("invariance", SIGN): "a wrong reason"})
    invariance_alone.setattr(Listed, "of", classmethod(lambda cls, project, part: listed))
    assert SIGN not in {mutant.change for mutant in run(NOTE, sample=1000)}


def test_progress_is_told_for_every_mutant(invariance_alone: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    run(NOTE, sample=2, progress=told.append)
    assert [line.split()[0] for line in told] == ["1/2", "2/2"]


@pytest.mark.parametrize("change", [SIGN, "no such change"])
def test_what_is_caught_or_does_not_arise_is_not_equivalent(invariance_alone: pytest.MonkeyPatch, change: str) -> None:
    listed = Listed({("invariance", change): "a wrong reason"})
    invariance_alone.setattr(Listed, "of", classmethod(lambda cls, project, part: listed))
    assert stale(run(NOTE), listed.equivalent, elsewhere={"a"}) == [("invariance", change)]
