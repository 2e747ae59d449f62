"""Learning layer by layer: what is on record, and a short run, which already makes better features than random ones."""

import json

import numpy as np
import pytest

pytest.importorskip("sklearn")
pytest.importorskip("torch")
import torch

from book import layerwise
from book.layerwise import COEFFICIENTS, RECORD, SIZES, WAYS, accuracies, digits, layer_by_layer, shifted, untrained


def test_a_short_run_is_better_than_random_features():
    train, *_ = digits()
    learned, random = (accuracies(learn(train, 0, 60), 0) for learn in (layer_by_layer, untrained))
    for labels, ours in learned.items():
        assert ours[0] == random[labels][0]  # the input, which is the same
        assert np.mean(ours[1:]) > np.mean(random[labels][1:]), labels


def test_nothing_is_propagated_back(monkeypatch):
    """Not even within a layer: autograd records nothing, and later layers change nothing in earlier ones."""
    monkeypatch.setattr(torch.Tensor, "backward", None)
    monkeypatch.setattr(torch.autograd, "grad", None)
    train, *_ = digits()
    deep = layer_by_layer(train, 0, 5)
    monkeypatch.setattr(layerwise, "SIZES", SIZES[:2])
    (alone,) = layer_by_layer(train, 0, 5)
    assert torch.equal(alone.weight, deep[0].weight)
    assert not torch.equal(alone.weight, untrained(train, 0, 0)[0].weight)


def test_views_are_shifted_by_a_pixel_at_most(monkeypatch):
    monkeypatch.setattr(layerwise, "NOISE", 0.0)
    image = torch.zeros(1, 8, 8)
    image[0, 4, 4] = 1.0
    views = shifted(image.reshape(1, 64).repeat(200, 1), torch.Generator().manual_seed(0)).reshape(-1, 8, 8)
    places = {tuple(place) for place in views.nonzero()[:, 1:].tolist()}
    assert places == {(row, column) for row in (3, 4, 5) for column in (3, 4, 5)}


def test_what_is_on_record():
    """Every way and layer; the page's sentences about them."""
    record = json.loads(RECORD.read_text(encoding="utf-8"))
    assert list(record["accuracy"]) == list(WAYS)
    assert record["coefficients"] == COEFFICIENTS
    median = {
        way: {labels: np.median([run[labels] for run in runs], axis=0) for labels in runs[0]}
        for way, runs in record["accuracy"].items()
    }
    random, local, whole = median.values()
    for labels in local:
        assert len(local[labels]) == len(SIZES)
        assert (local[labels][1:] > random[labels][1:]).all()
        assert (whole[labels][1:] > local[labels][1:]).all()
