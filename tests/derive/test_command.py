"""The command line: a file to start from, a package of sections, and what is not known."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lvicreg._files import name_of_draft
from lvicreg.derive.answer import Answer
from lvicreg.derive.command import main
from lvicreg.derive.folder import NAMES, UNFINISHED
from lvicreg.derive.reading import read
from tests.processes import ROOT, run


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


def test_a_number_a_sample_is_tested_as_such(tmp_path: Path) -> None:
    """With a loss in NumPy and without, and where there are as many samples as units."""
    text = (
        "from sympy import IndexedBase\nfrom lvicreg.calculus import Sigma\nfrom lvicreg.calculus.layer import B, b, i, z\n"
        'y = IndexedBase("y")\nloss = Sigma(y[b] * z[b, i] ** 2, b, i) / (2 * B)\n'
    )
    independent = (
        "def independent(np, W, data):\n    return (data.y[:, None] * np.tanh(data.x @ W.T) ** 2).sum() / (2 * len(data.y))\n"
    )
    folders = ("labelled", "twice")
    for name, body in zip(folders, (text, text + independent), strict=True):
        (tmp_path / f"{name}.py").write_text(body, encoding="utf-8")
        assert run("lvicreg", "derive", f"{name}.py", folder=tmp_path).returncode == 0
    assert run("pytest", "-q", "-p", "no:cacheprovider", *folders, folder=tmp_path).returncode == 0
    for name in folders:
        tests = tmp_path / name / "test_rule.py"
        tests.write_text(tests.read_text(encoding="utf-8").replace("B=5", "B=3"), encoding="utf-8")
    assert run("pytest", "-q", "-p", "no:cacheprovider", *folders, folder=tmp_path).returncode == 0


def test_a_folder_that_is_no_project_and_a_file_in_the_way(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 1
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "__init__.py").write_text("")
    assert main([str(tmp_path / "package")]) == 1
    assert "is no package with a Project" in capsys.readouterr().out
    assert main(["--new", str(tmp_path / "n-1")]) == 1
    assert main(["--new", str(tmp_path / "mine")]) == 0
    for inside in ("mine.py", "mine.py/folder"):
        assert main([str(tmp_path / "mine.py"), "--out", str(tmp_path / inside)]) == 1
        assert "mine.py is no folder: choose another one with --out" in capsys.readouterr().out.replace("\n", " ")
    assert main([str(tmp_path / "mine.py"), "--out", str(tmp_path / "mine-2")]) == 1
    assert "its name is none of Python's: choose another one with --out" in capsys.readouterr().out.replace("\n", " ")
    assert main(["--new", "."]) == 1
    assert "is the name of no file: give one, such as my_loss.py" in capsys.readouterr().out


def test_what_was_written_is_imported_and_tested_beside_another(tmp_path: Path) -> None:
    """As packages, beside the files of the same names that they were derived from."""
    for name in ("mine", "yours"):
        assert main(["--new", str(tmp_path / name)]) == 0
        assert main([str(tmp_path / f"{name}.py")]) == 0
    result = run("pytest", "-q", "-p", "no:cacheprovider", "mine", "yours", folder=tmp_path)
    assert result.returncode == 0, result.stdout
    code = "from mine import mine; from yours.stream import State, step; print(mine.__name__, step.__name__)"
    command = [sys.executable, "-c", code]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False).stdout == "mine step\n"


def test_what_was_written_from_a_file_is_written_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.py"
    assert main(["--new", str(path)]) == 0
    assert main([str(path)]) == 0
    rule = (tmp_path / "mine" / "rule.py").read_text(encoding="utf-8")
    path.write_text(path.read_text(encoding="utf-8").replace("My loss", "Mine"), encoding="utf-8")
    assert main([str(path)]) == 0
    assert (tmp_path / "mine" / "rule.py").read_text(encoding="utf-8") == rule.replace("My loss", "Mine")
    for name, text in (("notes.txt", "of the reader"), ("rule.py", "another")):
        (tmp_path / "mine" / name).write_text(text, encoding="utf-8")
        assert main([str(path)]) == 1
        assert "is not empty" in capsys.readouterr().out
        assert (tmp_path / "mine" / name).read_text(encoding="utf-8") == text
        (tmp_path / "mine" / "notes.txt").unlink(missing_ok=True)


@pytest.mark.parametrize("written", [0, 1, 3])
def test_a_run_that_was_killed_while_it_wrote_is_made_good_by_the_next(written: int, tmp_path: Path) -> None:
    assert main(["--new", str(tmp_path / "mine")]) == 0
    script = (
        "import os, signal, sys\nfrom lvicreg.__main__ import main\n"
        "replace, done = os.replace, []\n"
        "def replaced(*paths):\n"
        "    if 'mine' in str(paths[1]) and len(done) > NUMBER: os.kill(os.getpid(), signal.SIGKILL)\n"
        "    replace(*paths), 'mine' in str(paths[1]) and done.append(paths)\n"
        "os.replace = replaced\nsys.exit(main())\n"
    ).replace("NUMBER", str(written))
    variables = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", script, "derive", "mine.py"]
    assert subprocess.run(command, cwd=tmp_path, env=variables, check=False).returncode == -signal.SIGKILL
    folder = tmp_path / "mine"
    assert "mine.py by `lvicreg derive`: change that file and run" in (folder / UNFINISHED).read_text(encoding="utf-8")
    assert len([name for name in NAMES if (folder / name).exists()]) == written
    (tmp_path / "yours.py").write_bytes((tmp_path / "mine.py").read_bytes())
    assert main([str(tmp_path / "yours.py"), "--out", str(folder)]) == 1  # what is of another file stays
    assert main([str(tmp_path / "mine.py")]) == 0
    assert {path.name for path in folder.iterdir() if name_of_draft(path.name) is None} == set(NAMES)


def test_another_sympy_is_said_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sympy.__version__", "1.9")
    assert main([str(tmp_path / "missing.py")]) == 1
    assert capsys.readouterr().out.count("SymPy 1.9 is installed") == 1


def test_in_forty_columns_a_claim_has_two_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    assert main(["--new", str(tmp_path / "mine")]) == 0
    assert main([str(tmp_path / "mine.py")]) == 0
    assert re.search(r"^✓ mine\.gradient\n  symbolic exact autodiff +\d+\.\d s\n", capsys.readouterr().out, re.MULTILINE)


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


UNDECIDED = """\
from lvicreg.calculus import Sigma
from lvicreg.calculus.layer import b, slope, i, p, q, x, z

loss = Sigma(1 / (1 + z[b, i] ** 2), b, i)
one_less = 1 - 1 / (1 + z[b, p] ** 2)
claimed = Sigma(2 * one_less / z[b, p] / (1 + z[b, p] ** 2) * slope[b, p] * x[b, q], b)
"""


def test_what_the_normal_form_does_not_show_is_called_undecided(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "quotient.py"
    path.write_text(UNDECIDED, encoding="utf-8")
    assert main([str(path)]) == 1
    shown = capsys.readouterr().out
    assert "Not decided: both sides are equal wherever evaluated" in shown
    assert "Nothing was written, since a claim was not decided." in shown
    path.write_text(UNDECIDED.replace("Sigma(2", "Sigma(3"), encoding="utf-8")
    assert main([str(path)]) == 1
    assert "refuted: quotient.claimed" in capsys.readouterr().out


def test_a_rule_without_the_weights_or_a_unit_is_checked_against_numpy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "linear.py"
    path.write_text(
        "from lvicreg.calculus import Sigma\n"
        "from lvicreg.calculus.layer import W, b, i, j, x\n\n"
        "loss = Sigma(W[i, j] * x[b, j], b, i, j)\n\n\n"
        "def independent(np, W, data):\n"
        "    return 1.0 * (data.x @ W.T).sum()\n",
        encoding="utf-8",
    )
    main([str(path)])
    assert "✓ linear.gradient                      symbolic exact autodiff" in capsys.readouterr().out
    path.write_text(path.read_text(encoding="utf-8").replace("1.0 *", "2.0 *"), encoding="utf-8")
    assert main([str(path)]) == 1
    assert "autograd and the claim differ" in capsys.readouterr().out


def test_nothing_is_said_of_a_rule_without_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "linear.py"
    path.write_text(
        "from lvicreg.calculus import Sigma\nfrom lvicreg.calculus.layer import W, b, i, j, x\n\n"
        "loss = Sigma(W[i, j] * x[b, j], b, i, j)\n",
        encoding="utf-8",
    )
    assert main([str(path)]) == 1
    shown = capsys.readouterr().out
    assert "does not depend on b" in shown
    assert "The rule is" not in shown


def test_no_two_axes_have_one_size_wherever_an_equation_is_evaluated(tmp_path: Path) -> None:
    path = tmp_path / "axes.py"
    path.write_text(
        "from sympy import Idx, IndexedBase, Symbol\n"
        "from lvicreg.calculus import Sigma\nfrom lvicreg.calculus.layer import b, i, z\n\n"
        "axes = [Idx(name.lower(), Symbol(name, integer=True, positive=True)) for name in ('O', 'L', 'P')]\n"
        "Q, U, V = map(IndexedBase, 'QUV')\n"
        "loss = Sigma(V[i, axes[0]] * U[i, axes[1]] * Q[i, axes[2]] * z[b, i], b, i, *axes)\n",
        encoding="utf-8",
    )
    sizes = Answer(read(path)).sizes
    assert set(sizes[0]) == {"N", "M", "B", "O", "L", "P"}
    columns = {tuple(each[name] for each in sizes) for name in sizes[0]}
    assert len(columns) == len({column[:2] for column in columns}) == 6
    assert len(set(sizes[-1].values())) == 6
