"""What the README shows runs, in the order in which it stands there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_examples_run_and_print_what_they_promise(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("sklearn")
    names: dict[str, object] = {}
    blocks = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert len(blocks) == 5
    for block in blocks:
        exec(block, names)
    printed = capsys.readouterr().out
    assert "cosine with the first component 1.000000, norm 1.000000" in printed
    assert "{'invariance': Fraction(51200, 1), 'variance': Fraction(50, 1), 'covariance': Fraction(1, 1)}" in printed
    assert re.search(r"norm of the weights \d", printed)
    assert "a step of shape (5, 20) down lightly's loss" in printed
    assert "two points of norm 0.494382, stable (learning rates below 0.256)" in printed


def test_every_link_leads_to_a_file() -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", README)
    assert len(links) >= 8
    for link in links:
        assert (ROOT / link).exists(), link
