"""The command line: drift, exit codes, the ledger as JSON, and the same bytes with every hash seed."""

import json
import os
import shutil
import signal
import subprocess
import sys
from concurrent.futures import Future
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from derivations import NOTE
from lvicreg.project.command import Run, arguments, finished

ROOT = Path(__file__).parents[2]


def run(*arguments: str, folder: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    """``python -m derivations`` in a folder."""
    return python("-m", "derivations", *arguments, folder=folder, **environment)


def python(*arguments: str, folder: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    """The interpreter in a folder whose packages it imports."""
    variables = {**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "200", **environment}
    return subprocess.run([sys.executable, *arguments], cwd=folder, env=variables, capture_output=True, text=True, check=False)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of what the command reads and writes."""
    for name in ("derivations", "lvicreg", "book"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "_build"))
    shutil.copy(ROOT / "README.md", tmp_path)
    return tmp_path


def replace_in(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_no_drift_and_a_complete_ledger(copy: Path, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in copy.rglob("*.*") if "__pycache__" not in path.parts}
    result = run("invariance", "--check", "--json", "ledger.json", folder=copy)
    assert result.returncode == 0, result.stdout + result.stderr
    entries = json.loads((copy / "ledger.json").read_text(encoding="utf-8"))
    assert [entry["id"] for entry in entries] == [
        "invariance.stop-gradient",
        "invariance.without-stop-gradient",
        "invariance.stationary",
        "invariance.linear",
    ]
    for entry in entries:
        assert {"id", "statement", "assumptions", "rests_on", "status", "evidence"} <= entry.keys()
        assert entry["status"] in ("machine-checked at every size", "steps machine-checked, argument in words")
        for finding in entry["evidence"]:
            assert {"kind", "engine", "outcome", "seconds"} <= finding.keys()
            assert finding["outcome"] == "passed"
    assert before.items() <= {path: path.read_bytes() for path in before}.items()


def test_a_wrong_sign_in_a_derivation_fails(copy: Path) -> None:
    replace_in(copy / "derivations" / "invariance.py", "(z[t, p] - z_prev[t, p])", "(z[t, p] + z_prev[t, p])")
    result = run("invariance", "--check", folder=copy)
    assert result.returncode == 1
    assert "invariance.stop-gradient failed" in result.stdout


def test_a_wrong_factor_in_a_loss_fails_and_writes_nothing(copy: Path) -> None:
    rule = copy / "lvicreg" / "rules" / "invariance.py"
    before = rule.read_bytes()
    replace_in(copy / "derivations" / "invariance.py", "one_sample_loss = Sigma((", "one_sample_loss = Sigma(2 * (")
    result = run("invariance", folder=copy)
    assert result.returncode == 1
    assert rule.read_bytes() == before


def test_a_changed_generated_file_is_drift_and_the_named_command_mends_it(copy: Path) -> None:
    rule = copy / "lvicreg" / "rules" / "invariance.py"
    before = rule.read_bytes()
    replace_in(rule, "-2 *", "2 *")
    result = run("invariance", "--check", folder=copy)
    assert result.returncode == 1
    assert "-    post = 2 *" in result.stdout
    assert "+    post = -2 *" in result.stdout
    assert "python -m derivations invariance" in result.stdout
    assert run("invariance", folder=copy).returncode == 0
    assert rule.read_bytes() == before


def test_a_run_that_was_killed_while_it_wrote_is_named_until_one_of_all_sections(copy: Path) -> None:
    generated = [copy / "lvicreg" / "rules" / "invariance.py", copy / "book" / "_generated" / "claims" / "invariance.linear.md"]
    before = generated[0].read_bytes()
    for path in generated:
        path.unlink()
    script = (
        "import os, signal, sys\nfrom derivations import NOTE\nfrom lvicreg.project.command import main\n"
        "replace = os.replace\n"
        "def replaced(*paths):\n"
        "    replace(*paths)\n"
        "    if paths[1].name == 'invariance.py': os.kill(os.getpid(), signal.SIGKILL)\n"
        "os.replace = replaced\n"
        "if __name__ == '__main__': main(NOTE, ['invariance'])\n"
    )
    assert python("-c", script, folder=copy).returncode == -signal.SIGKILL
    assert generated[0].read_bytes() == before
    assert not generated[1].exists()
    for options in (("--check",), (), ("--check",)):
        result = run("invariance", *options, folder=copy)
        assert result.returncode == 1
        assert "A run was cut off while it wrote" in result.stdout
        assert "To mend: python -m derivations\n" in result.stdout
    assert generated[1].exists()
    project = replace(NOTE, root=copy)
    console = Console(file=StringIO())
    assert not finished(project, console)
    assert Run(project, list(NOTE.sections), [], Future(), console).write({}, read=True)
    assert finished(project, console)


def test_an_unknown_section_is_refused() -> None:
    result = run("variances")
    assert result.returncode == 2
    assert "variances" in result.stderr
    assert "log_variance" in result.stderr


def test_the_same_bytes_with_every_hash_seed() -> None:
    script = (
        "from derivations import NOTE\n"
        "from lvicreg.project.outputs import derived_files, found_files\n"
        "from lvicreg.project.pages import theorems_of\n"
        "from lvicreg.project.record import Record\n"
        "theorems = theorems_of(NOTE, NOTE.sections, Record(NOTE))\n"
        "from lvicreg.claims import Entry, Finding\n"
        "claims = NOTE.claims\n"
        "found = [[Finding(check.kind, '', 'passed', '', 0.0) for check in claim.checks] for claim in claims]\n"
        "entries = [Entry(*pair) for pair in zip(claims, map(tuple, found))]\n"
        "files = derived_files(NOTE, NOTE.sections) | found_files(NOTE, NOTE.sections, entries, theorems)\n"
        "for path, text in files.items(): print(path, text)\n"
    )
    first, second = (python("-c", script, PYTHONHASHSEED=seed) for seed in ("1", "2"))
    assert first.returncode == 0, first.stderr
    assert first.stdout == second.stdout
    assert "def total(" in first.stdout
    assert "prf:theorem} Only a simple leading eigenvector is linearly stable" in first.stdout


def test_an_engine_that_is_missing_is_not_shown_as_passed(tmp_path: Path) -> None:
    (tmp_path / "autograd.py").write_text("raise ImportError('hidden', name='autograd')\n", encoding="utf-8")
    script = (
        "from derivations import NOTE\n"
        "from lvicreg.claims import measure\n"
        "entry = next(iter(measure(NOTE.section('invariance').claims)))\n"
        "print(entry.status, [f.outcome for f in entry.findings], sorted(entry.kinds))\n"
    )
    result = python("-c", script, PYTHONPATH=f"{tmp_path}{os.pathsep}{ROOT}")
    assert result.stdout.strip() == "machine-checked at every size ['passed', 'passed', 'not run'] ['exact', 'symbolic']", (
        result.stderr
    )


def test_a_stranger_among_the_generated_files_is_reported(copy: Path) -> None:
    (copy / "lvicreg" / "rules" / "handmade.py").write_text("", encoding="utf-8")
    result = run("invariance", "--check", folder=copy)
    assert result.returncode == 1
    assert "lvicreg/rules/handmade.py" in result.stdout


def test_a_deleted_rule_is_written_again(copy: Path) -> None:
    rule = copy / "lvicreg" / "rules" / "invariance.py"
    before = rule.read_bytes()
    rule.unlink()
    assert run("invariance", "--check", folder=copy).returncode == 1
    assert run("invariance", folder=copy).returncode == 0
    assert rule.read_bytes() == before


def test_changed_words_must_be_approved_by_name(copy: Path) -> None:
    source, record = copy / "derivations" / "invariance.py", copy / "derivations" / "record" / "approved.json"
    replace_in(source, "exactly half of the full one", "a third of the full one")
    before = record.read_bytes()
    for options in (("--check",), (), ("--approve", "invariance.linear")):
        result = run("invariance", *options, folder=copy)
        assert result.returncode == 1
        assert '-  "statement":' in result.stdout
        assert "a third of the full one" in result.stdout
        assert "python -m derivations --approve invariance.stationary" in result.stdout
        assert record.read_bytes() == before
    assert run("invariance", "--approve", "invariance.stationary", folder=copy).returncode == 0
    assert "a third of the full one" in record.read_text(encoding="utf-8")
    assert run("invariance", "--check", folder=copy).returncode == 0


def test_an_approval_of_no_claim_is_refused(copy: Path) -> None:
    result = run("--approve", "invariance.stationery", folder=copy)
    assert result.returncode == 2
    assert "there is no claim invariance.stationery to approve" in result.stderr
    result = run("invariance", "--approve", "oja.domain", folder=copy)  # which this run does not check
    assert result.returncode == 2
    assert "there is no claim oja.domain to approve in invariance" in result.stderr


def test_only_what_has_changed_is_examined(copy: Path) -> None:
    remember = (
        "from derivations import NOTE\n"
        "from lvicreg.claims import Entry\n"
        "from lvicreg.project.changed import Changes\n"
        "Changes(NOTE).remember([Entry(claim, ()) for claim in NOTE.claims], NOTE.sections)\n"
    )
    assert python("-c", remember, folder=copy).returncode == 0
    assert run("--changed", "--check", folder=copy).stdout == "Nothing is seen to have changed since it was last found fit.\n"
    source = copy / "derivations" / "published_error.py"
    replace_in(source, "(B - 1) / B", "(B - 2) / B")
    for _ in range(2):  # what failed is not remembered
        result = run("--changed", "--check", folder=copy)
        assert "published-error.loss failed" in result.stdout
        assert "oja.stability" not in result.stdout
    replace_in(source, "(B - 2) / B", "(B - 1) / B")
    assert run("published_error", "--check", folder=copy).returncode == 0
    replace_in(source, '"""', '"""As before: ')
    result = run("--changed", "--check", folder=copy)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "published-error.loss" in result.stdout
    assert "Nothing is seen to have changed" in run("--changed", "--check", folder=copy).stdout


@pytest.mark.parametrize("named", [["oja"], ["--approve", "oja.stability"]])
def test_what_has_changed_is_not_chosen_by_name(named: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        arguments(NOTE, ["--changed", *named])
    assert "--changed chooses the sections itself" in capsys.readouterr().err


def test_a_ledger_that_cannot_be_written_is_found_out_before_claims_are_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        arguments(NOTE, ["--check", "--json", str(tmp_path)])
    assert stopped.value.code == 2
    assert "is a folder: give the name of a file in it" in capsys.readouterr().err
