"""A rule one sample at a time: the filters follow from what the statistics mean."""

import ast
from pathlib import Path

import numpy as np
import pytest

from lvicreg.codegen.averages import NoStream
from lvicreg.derive.answer import Answer
from lvicreg.derive.command import main
from lvicreg.derive.reading import read
from lvicreg.derive.stream import Streamed, streamed

HEAD = """\
from sympy import IndexedBase, Symbol, sqrt

from lvicreg.calculus import SG, Sigma
from lvicreg.calculus.layer import B, K, N, W, a, alpha, b, i, j, k, mean, network, sigma, u, var, x, z

theta, r, rc, C, tm = IndexedBase("theta"), IndexedBase("r"), IndexedBase("rc"), IndexedBase("C"), Symbol("tm")
"""
STREAMS = {
    "a mean and a variance": "loss = Sigma(var[i] ** 2, i)\nstatistics = (mean, var, alpha)\n",
    "a covariance": "loss = Sigma(K[i, k] ** 2, i, k)\nstatistics = (mean, K, alpha)\n",
    "an average of what only the filter needs": (
        "layer = network.replace({theta[i]: Sigma(z[b, i] + SG(r[b]), b) / B})\n"
        "loss = Sigma(theta[i] ** 2, i) / 2\nstatistics = (theta,)\n"
    ),
    "half an average": (
        "layer = network.replace({theta[i]: Sigma(z[b, i] ** 2, b) / (2 * B)})\n"
        "loss = Sigma(theta[i] ** 2, i) / 2\nstatistics = (theta,)\n"
    ),
    "weighted by a number of each sample": (
        "layer = network.replace({theta[i]: Sigma(r[b] ** 2 * z[b, i], b) / B})\n"
        "loss = Sigma(theta[i] ** 2, i) / 2\nstatistics = (theta,)\n"
    ),
    "of linear units, from the weights": (
        "layer = network.replace({z[b, i]: a[b, i], theta[i]: Sigma(z[b, i] ** 2, b) / B})\n"
        "loss = Sigma(theta[i] ** 2, i) / 4\nstatistics = (theta,)\n"
    ),
    "a covariance with a teacher, its means their own filters": (
        "layer = network.replace({tm: Sigma(r[b], b) / B, rc[b]: r[b] - tm, C[i]: Sigma(u[b, i] * rc[b], b) / B})\n"
        "loss = -Sigma(C[i] ** 2, i) / 2\nstatistics = (C, tm)\n"
    ),
    "a number for all units": (
        "layer = network.replace({tm: Sigma(z[b, i] ** 2, b, i) / B})\nloss = tm**2 / 4 + Sigma(mean[i] ** 2, i) / 2\n"
        "statistics = (mean, tm)\n"
    ),
    "terms of the average beside terms of the variance": (
        "loss = Sigma((z[b, i] - 1) ** 2, b, i) / B + Sigma((var[i] - 1) ** 2, i) / 4\nstatistics = (mean, var, alpha)\n"
    ),
}
NONE = {
    "a sum": (
        "layer = network.replace({theta[i]: Sigma(z[b, i] ** 2, b)})\n"
        "loss = Sigma(theta[i] ** 2, i) / 2\nstatistics = (theta,)\n",
        "theta[i] is no average over samples",
    ),
    "no statistics": ("loss = Sigma(var[i] ** 2, i)\n", "no statistic is declared that a filter could give"),
    "a root of an average": (
        "from lvicreg.calculus.layer import epsilon\n"
        "loss = Sigma(sigma[i] ** 3, i)\noptions = {epsilon: 0.1}\nstatistics = (sigma,)\n",
        "sigma[i] is no average over samples",
    ),
    "a sum that stays": (
        "loss = Sigma(var[i] ** 2, i) / 4 - Sigma(u[b, i] * r[b], b, i) / B\nstatistics = (mean, var, alpha)\n",
        "the rule takes Σ_b r^b from the minibatch: write the loss with a name for that average",
    ),
    "a statistic that is not declared": (
        "layer = network.replace({theta[i]: Sigma(z[b, i] ** 2, b) / B})\n"
        "loss = Sigma(theta[i] ** 2, i) / 4 + Sigma(mean[i] ** 3, i)\nstatistics = (mean,)\n",
        "the rule takes Σ_b (z_i^b)² from the minibatch: declare theta in statistics",
    ),
    "a mean that is not declared": (
        "loss = Sigma(var[i] ** 2, i)\nstatistics = (var, alpha)\n",
        "the rule takes Σ_b z_i^b from the minibatch: declare mean in statistics",
    ),
    "terms of the sum beside a decay": (
        "loss = Sigma(SG(mean[i]) * z[b, i], b, i) + Sigma(W[i, j] ** 2, i, j)\nstatistics = (mean,)\n",
        "some terms of the rule grow with the number of samples and others do not: write the loss as an average",
    ),
    "an average of what no rule takes": (
        "layer = network.replace({theta[i]: Sigma(r[b], b) / B * SG(var[i]) + mean[i]})\n"
        "loss = Sigma(theta[i] ** 2, i)\nstatistics = (theta,)\n",
        "theta[i] is no average over samples",
    ),
    "an average of what depends on the number of samples": (
        "layer = network.replace({theta[i]: Sigma(z[b, i] ** 2 + B * z[b, i], b) / B})\n"
        "loss = Sigma(theta[i] ** 2, i) / 2\nstatistics = (theta,)\n",
        "depends on the number of samples B",
    ),
    "a term that is no multiple of a power of B": (
        "loss = Sigma(mean[i] ** 2, i) / (1 + B)\nstatistics = (mean,)\n",
        "is no multiple of a power of the number of samples",
    ),
    "a number of samples that is not declared": (
        "loss = Sigma(var[i] ** 2, i)\nstatistics = (mean, var)\n",
        "the rule divides by B - 1: declare what does in statistics",
    ),
}


def answered(folder: Path, body: str) -> Answer:
    path = folder / "small.py"
    path.write_text(HEAD + body, encoding="utf-8")
    return Answer(read(path))


@pytest.mark.parametrize("body", STREAMS.values(), ids=STREAMS)
def test_a_stream_is_written_and_its_test_passes(body: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = answered(tmp_path, body)
    assert isinstance(streamed(answer), Streamed)
    assert main([str(answer.problem.path)]) == 0
    assert "stream.py in" in capsys.readouterr().out.replace("\n", " ")
    tests = (tmp_path / "small" / "test_rule.py").read_text(encoding="utf-8")
    assert "def test_a_stream_descends_by_the_rule_and_averages" in tests


@pytest.mark.parametrize(("body", "why"), NONE.values(), ids=NONE)
def test_why_there_is_none(body: str, why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = answered(tmp_path, body)
    reason = streamed(answer)
    assert isinstance(reason, NoStream)
    assert why in str(reason).replace("\N{NO-BREAK SPACE}", " ")
    assert main([str(answer.problem.path)]) == 0
    assert not (tmp_path / "small" / "stream.py").exists()
    told = " ".join(f"There is no stream.py: {reason}.".split())
    assert (told in " ".join(capsys.readouterr().out.split())) == bool(answer.problem.statistics)


def test_what_an_earlier_run_wrote_and_this_one_does_not_is_gone(tmp_path: Path) -> None:
    for body, there in ((STREAMS["a covariance"], True), ("loss = Sigma(K[i, k] ** 2, i, k)\n", False)):
        assert main([str(answered(tmp_path, body).problem.path)]) == 0
        assert (tmp_path / "small" / "stream.py").exists() == there


def test_the_rule_reads_what_was_before_and_the_filters_take_the_sample_in(tmp_path: Path) -> None:
    """By hand, for the variance about a slow mean."""
    answer = answered(tmp_path, STREAMS["a mean and a variance"])
    names = {"small": lambda x, z, slope, *, mean, var, alpha: (mean + var)[:, None] * x * alpha}
    source = Streamed.of(answer).source.replace("from .rule import small\n", "from lvicreg._precision import summed\n")
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


def test_a_sample_has_the_weight_1_in_an_average_and_w_in_a_sum(tmp_path: Path) -> None:
    for body, weight in (
        (STREAMS["terms of the average beside terms of the variance"], "alpha=1.0"),
        (STREAMS["a mean and a variance"], "alpha=weight"),
        ("loss = Sigma((z[b, i] - 1) ** 2, b, i) + Sigma(var[i] ** 2, i)\nstatistics = (mean, var, alpha)\n", "alpha=weight"),
        (STREAMS["a mean and a variance"].replace("2, i)", "2, i) + Sigma(W[i, j] ** 2, i, j)"), "alpha=1.0"),
    ):
        assert f"{weight})" in Streamed.of(answered(tmp_path, body)).source


def test_a_filter_with_an_error_is_noticed(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch) -> None:
    """By the tests beside the rule, before anything is written."""
    right = Streamed.source.fget
    for old, new in (
        ("(1 - weight) * mean", "mean"),
        ("(1 - weight) * var", "var"),
        ("+ weight", "- weight"),
        ("eta * ", ""),
        ("u = z - mean", "u = z"),
        ("u = z - mean", "u = z + mean"),
    ):
        wrong = property(lambda self, old=old, new=new: right(self).replace(old, new))
        monkeypatch.setattr(Streamed, "source", wrong)
        answer = answered(tmp_path, STREAMS["a mean and a variance"])
        assert main([str(answer.problem.path)]) == 1
        assert "test_a_stream_descends_by_the_rule_and_averages would fail" in capsys.readouterr().out


def test_terms_in_a_wrong_proportion_are_noticed(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch) -> None:
    """An α that is w beside 1/B that is 1, and α that is 1 beside a sum."""
    mixed = STREAMS["terms of the average beside terms of the variance"]
    for body, weighed in ((mixed, True), (mixed.replace(", b, i) / B", ", b, i)"), False)):
        monkeypatch.setattr("lvicreg.derive.stream.is_weighed", lambda *_, weighed=weighed: weighed)
        answer = answered(tmp_path, body)
        assert main([str(answer.problem.path)]) == 1
        assert "test_the_steps_of_a_stream_have_the_direction_of_the_minibatch_s would fail" in capsys.readouterr().out
