"""A rule one sample at a time: the filters follow from what the statistics mean."""

import ast
from pathlib import Path

import numpy as np
import pytest

from lvicreg.derive.answer import Answer
from lvicreg.derive.command import main
from lvicreg.derive.reading import read
from lvicreg.derive.stream import has_stream, stream

HEAD = """\
from sympy import IndexedBase, sqrt

from lvicreg.calculus import Sigma
from lvicreg.calculus.layer import B, K, N, alpha, b, i, k, mean, network, sigma, u, var, x, z

theta, r = IndexedBase("theta"), IndexedBase("r")
"""
STREAMS = {
    "a mean and a variance": "loss = Sigma(var[i] ** 2, i)\nstatistics = (mean, var, alpha)\n",
    "a covariance": "loss = Sigma(K[i, k] ** 2, i, k)\nstatistics = (mean, K, alpha)\n",
    "half an average": (
        "layer = network.replace({theta[i]: Sigma(z[b, i] ** 2, b) / (2 * B)})\n"
        "loss = Sigma(theta[i] ** 2, i) / 2\nstatistics = (theta,)\n"
    ),
    "weighted by a number of each sample": (
        "layer = network.replace({theta[i]: Sigma(r[b] ** 2 * z[b, i], b) / B})\n"
        "loss = Sigma(theta[i] ** 2, i) / 2\nstatistics = (theta,)\n"
    ),
}
NONE = {
    "a sum": (
        "layer = network.replace({theta[i]: Sigma(z[b, i] ** 2, b)})\n"
        "loss = Sigma(theta[i] ** 2, i) / 2\nstatistics = (theta,)\n"
    ),
    "no statistics": "loss = Sigma(var[i] ** 2, i)\n",
    "a root of an average": "loss = Sigma(sigma[i] ** 3, i)\noptions = {}\nstatistics = (sigma,)\n".replace(
        "options = {}", "from lvicreg.calculus.layer import epsilon\noptions = {epsilon: 0.1}"
    ),
}


def answered(folder: Path, body: str) -> Answer:
    path = folder / "small.py"
    path.write_text(HEAD + body, encoding="utf-8")
    return Answer(read(path))


@pytest.mark.parametrize("body", STREAMS.values(), ids=STREAMS)
def test_a_stream_is_written_and_its_test_passes(body: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = answered(tmp_path, body)
    assert has_stream(answer)
    assert main([str(answer.problem.path)]) == 0
    assert "stream.py in" in capsys.readouterr().out.replace("\n", " ")
    tests = (tmp_path / "small" / "test_rule.py").read_text(encoding="utf-8")
    assert "def test_a_stream_descends_by_the_rule_and_averages" in tests


@pytest.mark.parametrize("body", NONE.values(), ids=NONE)
def test_without_averages_there_is_none(body: str, tmp_path: Path) -> None:
    assert not has_stream(answered(tmp_path, body))


def test_the_rule_reads_what_was_before_and_the_filters_take_the_sample_in(tmp_path: Path) -> None:
    """By hand, for the variance about a slow mean."""
    answer = answered(tmp_path, STREAMS["a mean and a variance"])
    names = {"small": lambda x, z, slope, *, mean, var, alpha: (mean + var)[:, None] * x * alpha}
    source = stream(answer, "").replace("from rule import small\n", "")
    exec(compile(ast.parse(source), "stream", "exec"), names)
    rng = np.random.default_rng(0)
    W, mean, var, x, z = (
        rng.normal(size=(2, 3)),
        rng.normal(size=2),
        rng.uniform(size=2),
        rng.normal(size=3),
        rng.normal(size=2),
    )
    after = names["step"](names["State"](W, mean, var), x, z, 1 - z**2, eta=0.5, weight=0.25)
    np.testing.assert_allclose(after.W, W + 0.5 * 0.25 * np.outer(mean + var, x))
    np.testing.assert_allclose(after.mean, 0.75 * mean + 0.25 * z)
    np.testing.assert_allclose(after.var, 0.75 * var + 0.25 * (z - mean) ** 2)


def test_a_filter_with_an_error_is_noticed(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch) -> None:
    """By the tests beside the rule, before anything is written."""
    from lvicreg.derive import folder

    right = folder.stream
    for old, new in (("(1 - weight) * mean", "mean"), ("(1 - weight) * var", "var"), ("+ weight", "- weight"), ("eta * ", "")):
        monkeypatch.setattr(folder, "stream", lambda *given, old=old, new=new: right(*given).replace(old, new))
        answer = answered(tmp_path, STREAMS["a mean and a variance"])
        assert main([str(answer.problem.path)]) == 1
        assert "test_a_stream_descends_by_the_rule_and_averages would fail" in capsys.readouterr().out
