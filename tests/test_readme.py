"""What the README and the page on conventions show runs, in the order in which it stands there."""

import re
import tomllib
from pathlib import Path

import numpy as np
import pytest

from lvicreg import rules
from lvicreg.derive.command import main

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def run(text: str, blocks: int) -> None:
    """The examples of a page, one after the other."""
    names: dict[str, object] = {}
    found = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len(found) == blocks
    for block in found:
        exec(block, names)


def test_the_example_runs_and_prints_what_it_promises(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("sklearn")
    run(README, 1)
    assert capsys.readouterr().out == "cosine 1.000000, norm 1.000000\n"
    assert "# 1.000000 and 1.000000" in README


def test_the_theorem_is_true_of_the_rules() -> None:
    """Both sides, read as they stand, are the mean update of log-variance with decay 1, at a point."""
    left, right = re.findall(r"> by the unit's variance: (.*?) = (.*?)\. So wherever", README)[0]
    x = np.random.default_rng(0).normal(size=(50, 3)) @ np.diag([1.0, 2.0, 3.0])
    x, w = x - x.mean(axis=0), np.array([0.3, -0.2, 0.5])
    C = x.T @ x / (len(x) - 1)
    found = rules.log_variance_decay(x, (x @ w)[:, None], np.ones((len(x), 1)), w[None], epsilon=0.0)[0]
    for side in (left, right):
        code = side.replace("wᵀCw", "w@C@w").replace("Cw", "C@w").replace("−", "-").replace(") w", ")*w")
        np.testing.assert_allclose(eval(code, {"C": C, "w": w}), found, rtol=1e-12)


def test_the_examples_of_conventions_run(capsys: pytest.CaptureFixture[str]) -> None:
    run((ROOT / "book" / "conventions.md").read_text(encoding="utf-8"), 2)
    printed = capsys.readouterr().out
    assert "{'invariance': Fraction(51200, 1), 'variance': Fraction(50, 1), 'covariance': Fraction(1, 1)}" in printed
    assert "a step of shape (5, 20) down lightly's loss" in printed


def test_the_loss_of_one_s_own_goes_the_whole_way(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (text,) = re.findall(r"```py\n(.*?)```", README, re.DOTALL)
    for claimed, code, said in (("claimed = ", 0, "✓ bcm.claimed"), ("claimed = 2 * ", 1, "refuted: bcm.claimed")):
        (tmp_path / "bcm.py").write_text(text.replace("claimed = ", claimed), encoding="utf-8")
        assert main([str(tmp_path / "bcm.py"), "--out", str(tmp_path / f"out{code}")]) == code
        assert said in capsys.readouterr().out
        assert (tmp_path / f"out{code}" / "stream.py").exists() == (code == 0)


def test_its_numbers_are_those_of_the_project() -> None:
    from derivations import NOTE

    gallery = [path.stem for path in (ROOT / "tests" / "gallery").glob("*.py") if not path.stem.startswith("test_")]
    assert (len(gallery), "fourteen, from Barlow Twins" in " ".join(README.split())) == (14, True)
    assert min(len({check.kind for check in claim.checks}) for claim in NOTE.claims) == 3
    assert "claim has at least three kinds of evidence" in README
    oldest = dict(re.findall(r"^([\w-]+)==([\d.]+)$", (ROOT / "tests" / "oldest.txt").read_text(), re.MULTILINE))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    words = " ".join(README.split())
    assert f"Python {project['requires-python'].removeprefix('>=')} or newer" in words
    numpy, compat, jax, sympy = (oldest[name] for name in ("numpy", "array-api-compat", "jax", "sympy"))
    assert f"NumPy {numpy.removesuffix('.0')}, array-api-compat {compat} and JAX {jax} on" in words
    (pinned,) = (need for need in project["optional-dependencies"]["derive"] if need.startswith("sympy=="))
    assert (
        f"derived with SymPy {pinned.removeprefix('sympy==').removesuffix('.0')}, and with the same meaning from {sympy} on"
        in words
    )


def test_it_fits_on_one_screen() -> None:
    """The tables of claims and conventions are in the book."""
    assert len(README.encode()) <= 8_000


def test_every_link_leads_to_a_file() -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", README)
    assert len(links) >= 8
    for link in links:
        assert (ROOT / link).exists(), link
