"""The commands of the project are written once: the Makefile has those that CONTRIBUTING and CI name, and the README's own."""

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TARGETS = set(re.findall(r"^([a-z0-9]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def command(*arguments: str) -> str:
    """What ``make`` would run."""
    if shutil.which("make") is None:
        pytest.skip("not run: make is not installed")
    alone = {"PATH": os.environ["PATH"]}  # what a make that runs the tests was given is not for this one
    command = ["make", "-n", *arguments]
    return subprocess.run(command, cwd=ROOT, env=alone, capture_output=True, text=True, check=True).stdout.strip()


def named(path: str) -> set[str]:
    """The commands that a file names, by what it says or runs."""
    text = (ROOT / path).read_text(encoding="utf-8")
    return set(re.findall(r"(?:`|^|time |then |\{ |\(|&& )make (?:-n )?([a-z0-9]+)", text, re.MULTILINE))


def test_contributing_names_every_command_and_no_other() -> None:
    assert named("CONTRIBUTING.md") == TARGETS


def test_ci_runs_them() -> None:
    expected = {"derive", "proofs", "oldest", "newest", "brian2", "mutation", "lint", "book", "published", "test"}
    assert named(".ci/run") == expected <= TARGETS


@pytest.mark.parametrize("target", ["derive", "test", "book"])
def test_the_commands_of_the_readme_are_taken_word_for_word(target: str) -> None:
    blocks = re.findall(r"```sh\n(.*)\n```", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert command(target) in blocks
    assert command(target, "ARGS=--more") in [f"{block} --more" for block in blocks]


def test_the_pythons_that_are_declared_are_those_that_are_tested() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {each.rpartition(" ")[2] for each in project["classifiers"] if re.search(r":: 3\.\d+$", each)}
    assert declared == {command(target).split()[0].removeprefix("python") for target in ("oldest", "newest")}
    assert f"python{project['requires-python'].removeprefix('>=')} " in command("oldest")
