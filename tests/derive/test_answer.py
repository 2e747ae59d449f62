"""What is said of a rule that was claimed, and what the rule that is derived looks like."""

import re
from pathlib import Path

import pytest
from sympy import Symbol, simplify, sympify

from lvicreg.derive.command import main
from tests.derive.test_problem import HEAD, LOSS, written


def test_a_loss_that_is_not_the_one_in_numpy_is_said_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Before the rule is said to be refuted, which was claimed for the other."""
    body = LOSS + "claimed = Sigma(-2 * z[b, p] * x[b, q], b) / B\n"
    body += "def independent(np, W, data):\n    return ((data.x @ W.T) ** 2).sum() / len(data.x)\n"
    assert main([str(written(tmp_path, body))]) == 1
    said = " ".join(capsys.readouterr().out.split())
    assert "at random values, f being tanh, the loss is" in said
    assert "they are not one function" in said
    assert "refuted" not in said


@pytest.mark.parametrize("factor", ["3", "B", "1 / B", "-(N - 1) / 2", "1 / (8 * (B - 1))"])
def test_the_factor_by_which_a_claim_is_wrong_is_said(factor: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    claimed = f"claimed = -2 * Sigma(z[b, p] * slope[b, p] * x[b, q], b) / B / ({factor})\n"
    assert main([str(written(tmp_path, LOSS + claimed))]) == 1
    (said,) = re.findall(r"Minus the gradient is (.*) times what is claimed", " ".join(capsys.readouterr().out.split()))
    sizes = {name: Symbol(name) for name in "BN"}
    assert simplify(sympify(said, sizes) - sympify(factor, sizes)) == 0


def test_a_claim_that_differs_at_kinks_only_is_not_refuted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    body = "loss = Sigma(relu(1 - z[b, i]), b, i)\nclaimed = Sigma((1 - H(z[b, p] - 1)) * slope[b, p] * x[b, q], b)\n"
    assert main([str(written(tmp_path, body))]) == 1
    said = " ".join(capsys.readouterr().out.split())
    assert "They differ where something in a hinge or a step is just 0, and at no other values that were tried" in said
    assert "refuted" not in said


def test_squares_of_differences_stay_as_they_are(tmp_path: Path) -> None:
    """And what they are called is made of the user's names."""
    body = "y = IndexedBase('y')\nlayer = network.replace({y[b]: Sigma((z[b, i] - x[b, i]) ** 2, i)})\n"
    body = body.replace("x[b, i]", "r[b, i]").replace("y = ", "r = IndexedBase('r')\ny = ")
    body += "loss = Sigma(relu(1 + y[b] - Sigma((z[b, i] + r[b, i]) ** 2, i)), b)\n"
    assert main([str(written(tmp_path, body))]) == 0
    rule = (tmp_path / "small" / "rule.py").read_text(encoding="utf-8")
    assert "xp.sum((z - r) ** 2" in rule.replace("(z - r)**2", "(z - r) ** 2")
    assert "several_samples" not in rule
    page = (tmp_path / "small" / "derivation.md").read_text(encoding="utf-8")
    assert r"\left(z_{i}^{b} - r_{i}^{b}\right)^{2}" in page


def test_what_a_name_means_here_is_what_the_docstring_says(tmp_path: Path) -> None:
    body = (
        "layer = network.replace({mean[i]: Sigma(z[b, i], b) / (2 * B)})\nloss = Sigma(mean[i] ** 2, i)\nstatistics = (mean,)\n"
    )
    assert main([str(written(tmp_path, body))]) == 0
    rule = (tmp_path / "small" / "rule.py").read_text(encoding="utf-8")
    assert "long-term" not in rule
    assert "/(2 B)" in rule


def test_lateral_weights_are_weights(tmp_path: Path) -> None:
    body = (
        "L, s = IndexedBase('L'), Idx('s', N)\nfrom lvicreg.calculus import Synapse\n"
        "loss = Sigma(L[i, k] * z[b, i] * z[b, k], b, i, k) / B + Sigma(L[i, k] ** 2, i, k)\ntarget = L[p, s]\n"
        "synapse = Synapse(L[i, k], b, pre=(z[b, k],), post=(z[b, i],), inputs=((W[i, j], x[b, j]),))\n"
    )
    assert main([str(written(tmp_path, body))]) == 0
    page = (tmp_path / "small" / "derivation.md").read_text(encoding="utf-8")
    assert "with respect to one weight" in page
    assert "with i, j for p, s" in page


def test_terms_that_are_no_product_of_one_input_are_added(tmp_path: Path) -> None:
    """Two of either sign: once a plus was left out between them."""
    body = "G = IndexedBase('G')\nlayer = Definitions({G[i, k]: Sigma(W[i, j] * W[k, j], j)})\n"
    for name, sign in (("less", "-"), ("more", "")):
        path = tmp_path / f"{name}.py"
        path.write_text(f"{HEAD}{body}loss = {sign}Sigma(G[i, k] ** 2, i, k) / 4\n", encoding="utf-8")
        assert main([str(path)]) == 0
