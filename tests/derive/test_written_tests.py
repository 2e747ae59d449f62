"""The tests that are written beside a rule turn red for an error in the rule, and their own errors show too."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lvicreg.derive.command import main

GALLERY = Path(__file__).parents[1] / "gallery"
IN_THE_RULE = {
    "bcm": [
        ("xp.matmul(post.T, x)", "1.000001 * xp.matmul(post.T, x)"),
        ('B = minibatch_size("bcm", x, theta=theta)', "B = 5"),
        ("if theta is None:", "if True:"),
        ("return xp.matmul", "x, post = x.astype('float32'), post.astype('float32')\n    return xp.matmul"),
    ],
    "clapp": [
        ("xp.where(s * y >= 1, 0.0, c * slope * y / B)", "c * slope * y / B"),
        ("B = x.shape[0]", "B = 5"),
        ("B = x.shape[0]", "B = x.shape[1] + 1"),
        ("s * y >= 1", "s * y >= 1.5"),
    ],
    "similarity_matching": [("- 2 * L", "- 2 * L.T"), ("matmul(post.T, y)", "matmul(y.T, post).T * 1.00001")],
}
QUICK = "not by_jax and not by_torch and not test_it_is_the_same_in_every_library"


@pytest.fixture(scope="module")
def derived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folders of three losses."""
    folder = tmp_path_factory.mktemp("derived")
    for name in IN_THE_RULE:
        path = folder / f"{name}.py"
        path.write_text((GALLERY / f"{name}.py").read_text(encoding="utf-8"), encoding="utf-8")
        assert main([str(path)]) == 0
    return folder


def copy(folder: Path, to: Path) -> None:
    """The code that was written, to be changed."""
    for path in folder.glob("*.py"):
        (to / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")


def outcome(folder: Path, only: str = QUICK) -> tuple[int, str]:
    """The exit code of the written tests, and what they say."""
    variables = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command = [sys.executable, "-m", "pytest", "-vv", "-c", os.devnull, "--rootdir", str(folder), "-p", "no:cacheprovider"]
    ran = subprocess.run([*command, "-k", only, str(folder)], env=variables, capture_output=True, text=True, check=False)
    return ran.returncode, ran.stdout


@pytest.mark.parametrize(("name", "change"), [(name, change) for name in IN_THE_RULE for change in IN_THE_RULE[name]], ids=str)
def test_an_error_in_the_rule_is_noticed(derived: Path, name: str, change: tuple[str, str], tmp_path: Path) -> None:
    copy(derived / name, tmp_path)
    assert outcome(tmp_path)[0] == 0
    rule = tmp_path / "rule.py"
    right = rule.read_text(encoding="utf-8")
    assert right.count(change[0]) == 1
    rule.write_text(right.replace(*change), encoding="utf-8")
    code, said = outcome(tmp_path)
    assert code == 1, said


def test_a_loss_that_is_constant_for_the_tests_is_noticed(derived: Path, tmp_path: Path) -> None:
    """Then nothing that is broken is noticed, and no derivative is other than 0."""
    copy(derived / "bcm", tmp_path)
    tests = tmp_path / "test_rule.py"
    text = tests.read_text(encoding="utf-8")
    tests.write_text(text.replace("    return ((z**2).mean", "    return 0 * ((z**2).mean"), encoding="utf-8")
    code, said = outcome(tmp_path)
    assert code == 1
    assert "the derivative is 0 at all values that are drawn" in said


def test_what_breaks_the_rule_covers_every_operation_comparison_and_number(derived: Path, tmp_path: Path) -> None:
    """With tests that compare nothing, each of them survives."""
    copy(derived / "clapp", tmp_path)
    tests = tmp_path / "test_rule.py"
    text = tests.read_text(encoding="utf-8")
    blind = text.replace("if not np.allclose(found, expected", "if False and not np.allclose(found, expected")
    assert blind != text
    tests.write_text(blind, encoding="utf-8")
    code, said = outcome(tmp_path, "test_seeded_errors_are_noticed")
    assert code == 1
    for broken in ("s * y <= 1", ": 2'", ": 1.0'", "s / y", "slope * y * B", "c / slope"):
        assert broken in said
