"""Sentences that once stood here and said too much, each with numbers that show it, in plain NumPy.

The words are looked for where they stood, so that they do not come back.
"""

import re
from pathlib import Path

import numpy as np
import pytest

from derivations import NOTE
from lvicreg import rules

ROOT = Path(__file__).parents[2]
CLAIMS = {claim.id: claim for claim in NOTE.claims}
SAID = {
    "README.md": ["no decorrelation", "share no algorithm", "the others do not", "its own score"],
    "book/trust.md": ["share no algorithm", "and in sum", "do not even read"],
    "derivations/published_error.py": ["no decorrelation makes vanish"],
    "lvicreg/rules/log_variance.py": ["give alpha = 1: then"],
}


@pytest.mark.parametrize("path", SAID)
def test_the_words_are_gone(path: str) -> None:
    text = " ".join((ROOT / path).read_text(encoding="utf-8").split())
    assert not [words for words in SAID[path] if words in text]


def test_every_kind_of_evidence_is_explained() -> None:
    text = (ROOT / "book" / "trust.md").read_text(encoding="utf-8")
    for kind in {check.kind for claim in CLAIMS.values() for check in claim.checks}:
        assert f"**{kind}**" in text or re.search(rf"^\| [a-z, ]*\b{kind}\b[a-z, ]* \|", text, re.MULTILINE), kind


def printed(u: np.ndarray) -> float:
    """LPL Methods Eq. 6, as printed, of two units."""
    return 2 * np.sum(u[:, 0] ** 2 * u[:, 1] ** 2) / ((len(u) - 1) * 2)


def test_the_printed_loss_vanishes_for_a_sparse_code() -> None:
    sparse, dense = np.array([[1, 0], [-1, 0], [0, 1], [0, -1]]), np.array([[1, 1], [1, -1], [-1, 1], [-1, -1]])
    assert sparse[:, 0] @ sparse[:, 1] == dense[:, 0] @ dense[:, 1] == 0
    assert printed(sparse) == 0
    assert printed(dense) == pytest.approx(4 / 3)
    statement = CLAIMS["published-error.loss"].tex
    assert "$4/3$ for" in statement
    assert "sparse code" in statement


def test_a_linear_unit_needs_equal_second_moments() -> None:
    x = np.random.default_rng(0).normal(size=(7, 3))
    before, w = x / 2, np.array([1.0, -2.0, 0.5])
    stopped = 2 * np.mean((x @ w - before @ w)[:, None] * x, axis=0)
    full = 2 * np.mean((x @ w - before @ w)[:, None] * (x - before), axis=0)
    C = x.T @ x / 7
    np.testing.assert_allclose(2 * stopped, 2.0 * C @ w)
    np.testing.assert_allclose(full, 0.5 * C @ w)
    assert any("x_{t-1} = x_t/2" in assumption for assumption in CLAIMS["invariance.linear"].assumptions)


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_a_mean_that_has_taken_in_the_sample_scales_the_gradient(share: float) -> None:
    x, w, mean, var, alpha = np.array([0.4, -1.0]), np.array([0.3, 0.2]), 0.05, 0.5, 0.1

    def loss(weights: np.ndarray) -> float:
        u, held = (1 - share) * (weights @ x - mean), (1 - share) * (w @ x - mean)
        return -np.sqrt(alpha * u**2 + (var - alpha * held**2))

    slope = np.array([(loss(w + h) - loss(w - h)) / 2e-6 for h in 1e-6 * np.eye(2)])
    centred = mean + (w @ x - mean) * (1 - share)
    rule = rules.variance(
        x, np.array([centred]), np.ones(1), mean=np.array([mean]), var=np.array([var]), alpha=alpha, epsilon=0.0
    )
    np.testing.assert_allclose(-slope, (1 - share) * rule[0], rtol=1e-6)


def test_log_variance_with_given_statistics_sees_the_scale() -> None:
    x, W = np.random.default_rng(1).normal(size=(9, 3)), np.ones((2, 3))
    given = {"mean": np.zeros(2), "var": np.ones(2), "alpha": 0.1, "epsilon": 0.0}
    own, outside = (
        [rules.log_variance(s * x, s * x @ W.T, np.ones((9, 2)), **options) for s in (1, 3)]
        for options in ({"epsilon": 0.0}, given)
    )
    np.testing.assert_allclose(own[0], own[1])
    np.testing.assert_allclose(outside[1], 9 * outside[0])


def test_one_sample_with_decay_is_as_the_docstring_says() -> None:
    x, W = np.array([0.4, -1.0, 2.0]), np.array([[0.3, 0.2, -0.1]])
    z, slope, var = W @ x, np.array([0.7]), np.array([2.0])
    update = rules.log_variance_decay(x, z, slope, W, mean=np.array([0.1]), var=var, alpha=1.0, decay=0.3, epsilon=0.5)
    np.testing.assert_allclose(update, ((z - 0.1) * slope / (var + 0.5))[:, None] * x - 0.3 * W)
    assert "update of one sample is u f'(a) x/(v + ε) − λ W" in " ".join((rules.log_variance_decay.__doc__ or "").split())


def test_identical_units_may_differ_in_sign() -> None:
    rng = np.random.default_rng(2)
    W, C = rng.normal(size=(3, 4)), np.diag([3.0, 1.0, 0.5, 0.2])

    def loss(W: np.ndarray) -> float:
        K = W @ C @ W.T
        return float(np.sum(-np.log(np.diag(K))) / 2 + np.sum(W**2) / 2 + 0.3 * (np.sum(K**2) - np.sum(np.diag(K) ** 2)))

    assert loss(np.diag([1.0, -1.0, 1.0]) @ W) == pytest.approx(loss(W))
    assert "up to their signs" in CLAIMS["oja.many-units-identical"].tex
