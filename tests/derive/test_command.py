"""The command line: a file to start from, a package of sections, and what is not known."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lvicreg.derive.command import main

ROOT = Path(__file__).parents[2]


def run(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """``python -m …`` in a folder from which this package can be imported."""
    variables = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "120"}
    command = [sys.executable, "-m", *arguments]
    return subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)


def test_the_file_to_start_from_goes_the_whole_way(tmp_path: Path) -> None:
    assert run("lvicreg", "derive", "--new", "my_loss", folder=tmp_path).returncode == 0
    result = run("lvicreg", "derive", "my_loss.py", folder=tmp_path)
    assert result.returncode == 0, result.stdout
    assert "The rule is local." in result.stdout
    assert run("pytest", "-q", "-p", "no:cacheprovider", "my_loss", folder=tmp_path).returncode == 0
    again = run("lvicreg", "derive", "--new", "my_loss", folder=tmp_path)
    assert (again.returncode, "exists already" in again.stdout) == (1, True)


def test_a_package_of_sections_is_run_as_by_its_own_command() -> None:
    result = run("lvicreg", "derive", "derivations", "invariances", folder=ROOT)
    assert result.returncode == 2
    assert "unknown section invariances; choose from variance" in result.stderr


def test_what_is_not_known_is_said(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main([str(tmp_path / "a.py"), "--chek"]) == 2
    assert "--chek is not known here" in capsys.readouterr().out
    for arguments, code in ((("deriv",), 2), (("--help",), 0), ((), 0)):
        result = run("lvicreg", *arguments, folder=tmp_path)
        assert result.returncode == code
        assert "usage: lvicreg derive FILE" in result.stdout


def test_without_sympy_one_is_told_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "sympy.py").write_text("raise ImportError('hidden', name='sympy')\n", encoding="utf-8")
    variables = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    command = [sys.executable, "-m", "lvicreg", "derive", "a.py"]
    result = subprocess.run(command, cwd=tmp_path, env=variables, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert "sympy is not installed: pip install 'lvicreg[derive]'" in result.stdout
