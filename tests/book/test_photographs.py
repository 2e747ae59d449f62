"""Receptive fields from photographs: without the covariance term the units repeat each other."""

import re
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("sklearn")
pytest.importorskip("PIL", reason="scikit-learn reads its photographs with Pillow")
from threadpoolctl import threadpool_limits

from book.photographs import SIDE, correlation, learn, patches, receptive_fields

UNITS, BOOK = 16, Path(__file__).parents[2] / "book"


@pytest.fixture(scope="module")
def data():
    return patches()


@pytest.mark.parametrize(("lambda_cov", "repeats"), [(0.1, False), (0.0, True)])
def test_the_covariance_term_makes_receptive_fields_differ(data, lambda_cov, repeats):
    x, whitening = data
    with threadpool_limits(1):
        W = learn(x, UNITS, lambda_cov)
    assert np.maximum(x[1] @ W.T, 0).std(axis=0).min() >= 0.5  # no unit has collapsed
    assert (correlation(x, W) >= 0.35) == repeats  # 0.18 with, 0.50 without
    fields = receptive_fields(x, W, whitening).reshape(UNITS, -1)
    fields /= np.linalg.norm(fields, axis=1, keepdims=True)
    others = fields @ fields.T - 2 * np.eye(UNITS)
    twins = int((others.max(axis=1) >= 0.95).sum())
    assert twins >= 12 if repeats else twins <= 4  # 15, and 2
    rows = fields.reshape(UNITS, SIDE, SIDE).mean(axis=2)
    horizontal = int((SIDE * (rows**2).sum(axis=1) >= 0.75).sum())  # most of them is told by the height in the patch
    said = re.search(r"(\w+) of the sixteen learn a horizontal edge", (BOOK / "total.md").read_text(encoding="utf-8"))
    assert said
    assert (horizontal == 13 and said[1] == "thirteen") if repeats else horizontal <= 8
