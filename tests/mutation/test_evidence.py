"""Seeded errors in what is written separately: what calls it, who refuses them, and that a sample is refused."""

import ast

import pytest

from derivations import NOTE
from derivations.independent import losses
from lvicreg.engines import Autodiff, Fractions
from lvicreg.mutation import evidence
from lvicreg.mutation.code import Error, Place, drawn, subjects
from lvicreg.mutation.command import survivors
from lvicreg.mutation.listed import Listed

pytest.importorskip("cosmic_ray")

SCALE = Place("derivations.independent.covariance", "subsets_of_a_population", "derivations/independent/covariance.py")


def code(place: Place, wrong: str) -> Error:
    return Error(place, "wrong", wrong)


def test_a_fixed_sample_of_the_losses_is_refused() -> None:
    separate = subjects(NOTE.root, NOTE.independent, evidence.OPERATORS)
    losses_alone = [subject for subject in separate if subject.place.module == losses.__name__]
    mutants = evidence.judged(NOTE, drawn(losses_alone, Listed.of(NOTE, "evidence"), 12))
    assert len(mutants) > 8
    assert not survivors(mutants)


def test_a_sample_is_judged_by_other_processes() -> None:
    told: list[str] = []
    mutants = evidence.run(NOTE, sample=2, progress=told.append)
    assert mutants == evidence.run(NOTE, sample=2)
    assert {line.rpartition(": ")[2] for line in told} == {mutant.outcome for mutant in mutants}


def test_the_users_of_a_function_are_found_by_the_functions_that_they_call() -> None:
    assert {type(check) for _, check in evidence._users(NOTE)[SCALE.module, SCALE.name]} == {Fractions}
    assert {type(check) for _, check in evidence._users(NOTE)[losses.__name__, "hinge"]} == {Autodiff}


def test_a_wrong_loss_is_refused_and_taken_back() -> None:
    (wrong,) = evidence.judged(NOTE, [code(SCALE, "def subsets_of_a_population():\n    yield 1, 2")])
    assert (wrong.outcome, wrong.detail) == ("caught", "fractions in covariance.scale: by contradiction")
    (broken,) = evidence.judged(NOTE, [code(SCALE, "def subsets_of_a_population():\n    yield 1 / 0, 2")])
    assert broken.detail == "fractions in covariance.scale: by error (ZeroDivisionError)"
    (fewer,) = evidence.judged(NOTE, [code(SCALE, "def subsets_of_a_population():\n    yield 2, 2")])
    assert fewer.detail == "fractions in covariance.scale: it says 1 equal"
    (same,) = evidence.judged(NOTE, [code(SCALE, "def subsets_of_a_population():\n    yield from [(2, 2)] * 4")])
    assert same.outcome == "survived"
    ((_, check, said),) = evidence.users(NOTE, SCALE)
    assert check.run() == said == "4 equal"


def test_evidence_that_fails_by_itself_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = [("some.claim", Fractions(lambda: [(1, 2)]))]
    monkeypatch.setattr(evidence, "_users", lambda project: {(SCALE.module, SCALE.name): wrong})
    with pytest.raises(RuntimeError, match=r"without any change evidence of some\.claim fails"):
        evidence.users(NOTE, SCALE)


def test_a_counterexample_must_be_the_same() -> None:
    subject = next(evidence.counterexamples(NOTE))
    intact = subject.errors()[0]._replace(source=ast.unparse(subject.node))
    (same,) = evidence.judged(NOTE, [intact])
    assert same.outcome == "survived"
    (agree,) = evidence.judged(NOTE, [code(subject.place, "def counterexample():\n    left = right = 1")])
    assert agree.detail == f"NumPy in {subject.place.where}: by contradiction"
    (other,) = evidence.judged(NOTE, [code(subject.place, "def counterexample():\n    left, right = 1, 2")])
    assert other.detail == f"NumPy in {subject.place.where}: it says 1. ≠ 2."


def test_every_verdict_on_locality_is_exchanged_and_refused() -> None:
    found = list(evidence.exchanges(NOTE))
    assert {"local", "not local"} == {exchange.change.partition(":")[0] for exchange in found}
    assert {mutant.detail.partition(": ")[2] for mutant in evidence.judged(NOTE, found)} == {"by contradiction"}
