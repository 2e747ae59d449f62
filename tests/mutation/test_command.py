"""The command that seeds errors: its parts, what is not noticed and why, and what is listed and no longer so."""

from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from derivations import NOTE
from lvicreg.mutation import command
from lvicreg.mutation.command import arguments, main, run, stale, survivors
from lvicreg.mutation.listed import Listed, entries
from lvicreg.project.record import Mutant, Record


def test_parts_are_named_and_others_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert arguments(NOTE, ["oja", "rules"]).parts == ["oja", "rules"]
    every = [*NOTE.sections, "evidence", "engines", "calculus", "claims", "rules"]
    assert arguments(NOTE, []).parts == every
    given = [], every, ["oja"], ["--missing"]
    assert [arguments(NOTE, parts).whole for parts in given] == [True, True, False, False]
    with pytest.raises(SystemExit):
        arguments(NOTE, ["ojas"])
    assert "unknown part ojas; choose from variance" in capsys.readouterr().err


def test_a_sample_is_not_put_on_record(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        arguments(NOTE, ["--sample", "3", "--write"])
    assert "not put on record" in capsys.readouterr().err


def test_only_what_is_not_on_record_can_be_broken(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(Record, "missing", {"oja.domain"})
    assert main(NOTE, ["--missing"]) == 0
    shown = capsys.readouterr().out
    assert "oja.domain" in shown
    assert "oja.stable" not in shown
    monkeypatch.setattr(Record, "missing", set())
    console = Console()
    assert all(run(NOTE, [part], None, console, only=set()) == [] for part in arguments(NOTE, []).parts)


def test_what_has_survivors_is_not_put_on_record_but_the_rest_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    caught = [Mutant(where, "1", "caught", "") for where in ("oja.domain", "oja.stable")]
    found = [*caught, Mutant("oja.stable", "2", "survived", "")]
    monkeypatch.setattr(command, "run", lambda *rest: found)
    monkeypatch.setattr(command, "entries", lambda project: [("oja.decay", "1")])
    project = replace(NOTE, root=tmp_path)
    project.record.mkdir(parents=True)
    assert main(project, ["oja", "--write"]) == 1
    assert Record(project).entries.keys() == {"oja.domain"}
    monkeypatch.setattr(command, "run", lambda *rest: caught)
    monkeypatch.setattr(command, "entries", lambda project: [("oja.stable", "1")])
    assert main(project, ["oja", "--write"]) == 1
    assert Record(project).entries.keys() == {"oja.domain"}
    monkeypatch.setattr(command, "entries", lambda project: [])
    assert main(project, ["oja", "--write"]) == 0
    assert Record(project).entries.keys() == {"oja.domain", "oja.stable"}


def test_what_is_known_and_open_is_no_survivor() -> None:
    listed = Listed(open={("a", "1"): "both sides change"})
    assert ("a", "1") in listed
    assert ("a", "2") not in listed
    known, unknown = (listed.judged("a", change, None) for change in "12")
    assert (known.outcome, known.detail) == ("open", "both sides change")
    assert survivors([known, unknown]) == [unknown]
    assert stale([known], listed.open) == []
    assert stale([listed.judged("a", "1", "a test")], listed.open) == [("a", "1")]


def test_an_equivalent_one_that_is_not_met_is_stale() -> None:
    entry = ("a", "sign: y -> -y")
    assert stale([Mutant(*entry, "equivalent", "y is 0")], [entry]) == []
    assert stale([Mutant(*entry, "caught", "exact by contradiction")], [entry]) == [entry]
    assert stale([], [entry]) == [entry]
    assert stale([Mutant("b", "1", "caught", "")], [entry], elsewhere={"a"}) == []
    assert stale([], [entry], elsewhere={"b"}) == [entry]


def test_every_part_of_the_note_has_its_list() -> None:
    listed = list(entries(NOTE))
    assert len(listed) == len(set(listed)) > 100
    for part in ("symbolic", "evidence", "engines", "generated"):
        found = Listed.of(NOTE, part)
        assert found.equivalent
        assert found.open
