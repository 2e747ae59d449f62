"""Other people's losses, each in one file, from the loss to a rule whose own tests pass.

``oja_reconstruction`` claims a rule that is half of the gradient, and is refuted; without that claim it goes the whole way too.
"""

import re
from pathlib import Path

import pytest

from tests.processes import run

FOLDER = Path(__file__).parent
LOSSES = sorted(path for path in FOLDER.glob("*.py") if not path.name.startswith("test_"))
LOCAL = {"bcm", "clapp", "forward_forward", "similarity_matching"}
TRANSCENDENTAL = {"forward_forward", "infonce", "sigreg"}
REFUTED = {"oja_reconstruction"}


@pytest.mark.parametrize("path", LOSSES, ids=lambda path: path.stem)
def test_a_loss_goes_the_whole_way(path: Path, tmp_path: Path) -> None:
    name, text = path.stem, path.read_text(encoding="utf-8")
    (tmp_path / path.name).write_text(text, encoding="utf-8")
    if name in REFUTED:
        result = run("lvicreg", "derive", path.name, folder=tmp_path)
        assert result.returncode == 1
        assert re.search(rf"refuted: {name}\.claimed is not minus the gradient of the loss: \S+ ≠ \S+ at B = 3", result.stdout)
        assert not (tmp_path / name).exists()
        (tmp_path / path.name).write_text(re.sub(r"claimed = .*\n", "", text), encoding="utf-8")
    result = run("lvicreg", "derive", path.name, folder=tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr
    engines = {"symbolic", "enclosure" if name in TRANSCENDENTAL else "exact", "autodiff"}
    (line,) = (line for line in result.stdout.splitlines() if f"{name}.gradient" in line)
    assert line.startswith("✓")
    assert engines <= set(line.split())
    assert ("The rule is local" in result.stdout) == (name in LOCAL)
    assert {found.name for found in (tmp_path / name).iterdir()} == {
        "__init__.py", "rule.py", "test_rule.py", "derivation.md", "derivation.tex", "ledger.json",
        *["stream.py"] * ("statistics = " in text),
    }  # fmt: skip
    (told,) = re.findall(r"The rule is (.*)\n", result.stdout)
    assert told[:40] in (tmp_path / name / "rule.py").read_text(encoding="utf-8")
    assert "lvicreg" not in re.sub("# Generated.*", "", (tmp_path / name / "rule.py").read_text(encoding="utf-8"))
    tests = run("pytest", "-q", "-p", "no:cacheprovider", name, folder=tmp_path)
    assert tests.returncode == 0, tests.stdout


@pytest.mark.parametrize("name", ["bcm", "predictive_coding", "clapp", "forward_forward", "similarity_matching"])
def test_a_rule_that_is_claimed_is_refuted_where_a_factor_is_wrong(name: str, tmp_path: Path) -> None:
    text = (FOLDER / f"{name}.py").read_text(encoding="utf-8")
    wrong, number = re.subn(r"^claimed = (.*)$", r"claimed = 2 * (\1)", text, flags=re.MULTILINE)
    assert number == 1
    (tmp_path / f"{name}.py").write_text(wrong, encoding="utf-8")
    result = run("lvicreg", "derive", f"{name}.py", folder=tmp_path)
    assert result.returncode == 1
    assert "≠" in result.stdout
    assert "Minus the gradient is 1/2 times what is claimed." in result.stdout
    assert not (tmp_path / name).exists()


def test_a_wrong_loss_in_numpy_is_noticed(tmp_path: Path) -> None:
    text = (FOLDER / "bcm.py").read_text(encoding="utf-8")
    (tmp_path / "bcm.py").write_text(text.replace("(z**3).sum() / (3", "(z**3).sum() / (4"), encoding="utf-8")
    result = run("lvicreg", "derive", "bcm.py", folder=tmp_path)
    assert result.returncode == 1
    assert "autograd and the claim differ" in result.stdout
    assert not (tmp_path / "bcm").exists()
