"""A deep network that learns layer by layer, without a backward pass: ``python -m book.layerwise`` writes ``layerwise.json``.

Three ReLU layers of 256 units see scikit-learn's digits. The two views of a digit are shifted by up to one pixel each way, with
noise of 0.1. Each layer learns by the generated total rule (``lvicreg.torch.local_gradient``) from the activities of the layer
before it, as they come; Adam takes the steps. For comparison the layers stay as they were drawn (random features), or learn
together, from ``lvicreg.torch.VICRegLoss`` at the last by back-propagation. Then a linear read-out is fitted to each layer on
the training half, also shifted, with all labels and with the first 100, and scored on the other half.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from rich.progress import track
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import Tensor, nn
from torch.nn.functional import pad

from lvicreg.codegen.files import write
from lvicreg.online import relu
from lvicreg.torch import VICRegLoss, local_gradient

RECORD = Path(__file__).with_name("layerwise.json")
SIZES = (64, 256, 256, 256)
BATCH, RATE, NOISE, FEW = 256, 1e-3, 0.1, 100
COEFFICIENTS = {"lambda_inv": 1.0, "lambda_var": 1.0, "lambda_cov": 0.1}
Layers = list[nn.Linear]


def digits() -> tuple[Tensor, Tensor, np.ndarray, np.ndarray]:
    """Images of a training and a test half, values from 0 to 1, and their labels."""
    images, labels = load_digits(return_X_y=True)
    train, test, of_train, of_test = train_test_split(images / 16, labels, test_size=0.5, random_state=0, stratify=labels)
    return torch.tensor(train, dtype=torch.float32), torch.tensor(test, dtype=torch.float32), of_train, of_test


def shifted(images: Tensor, random: torch.Generator) -> Tensor:
    """Each image shifted by −1, 0 or 1 pixel in both directions, with noise."""
    framed = pad(images.reshape(-1, 8, 8), (1, 1, 1, 1))
    corner = torch.randint(0, 3, (len(images), 2), generator=random)
    rows, columns = corner[:, :1] + torch.arange(8), corner[:, 1:] + torch.arange(8)
    moved = framed[torch.arange(len(images))[:, None, None], rows[:, :, None], columns[:, None, :]]
    return moved.reshape(len(images), 64) + NOISE * torch.randn(len(images), 64, generator=random)


def network(seed: int) -> Layers:
    """The layers, not yet trained."""
    torch.manual_seed(seed)
    return [nn.Linear(before, after) for before, after in pairwise(SIZES)]


def activities(layers: Layers, x: Tensor) -> list[Tensor]:
    """The activity of every layer."""
    found = []
    for layer in layers:
        x, _ = relu(layer(x))
        found.append(x)
    return found


def pairs(images: Tensor, seed: int, steps: int) -> Any:
    """Two views of a batch of images, for each step."""
    random = torch.Generator().manual_seed(seed)
    for _ in range(steps):
        batch = images[torch.randint(0, len(images), (BATCH,), generator=random)]
        yield shifted(batch, random), shifted(batch, random)


def untrained(images: Tensor, seed: int, steps: int) -> Layers:
    """Random features."""
    return network(seed)


def layer_by_layer(images: Tensor, seed: int, steps: int) -> Layers:
    """Every layer by the total rule; nothing is propagated back."""
    layers = network(seed)
    optimisers = [torch.optim.Adam(layer.parameters(), RATE) for layer in layers]
    for x, x_prev in pairs(images, seed, steps):
        for layer, optimiser in zip(layers, optimisers, strict=True):
            x, x_prev = local_gradient(layer, x, x_prev, activation=relu, **COEFFICIENTS)
            optimiser.step()
    return layers


def end_to_end(images: Tensor, seed: int, steps: int) -> Layers:
    """All layers by back-propagation from the VICReg loss of the last."""
    layers, loss = network(seed), VICRegLoss()
    optimiser = torch.optim.Adam([parameter for layer in layers for parameter in layer.parameters()], RATE)
    for views in pairs(images, seed, steps):
        optimiser.zero_grad()
        loss(*(activities(layers, x)[-1] for x in views)).backward()
        optimiser.step()
    return layers


WAYS: dict[str, Callable[[Tensor, int, int], Layers]] = {
    "random features": untrained,
    "layer by layer, no backward pass": layer_by_layer,
    "end to end": end_to_end,
}


def accuracies(layers: Layers, seed: int) -> dict[str, list[float]]:
    """The accuracy of a linear read-out of the input and of every layer, with all labels and with few."""
    train, test, of_train, of_test = digits()
    random = torch.Generator().manual_seed(1000 + seed)
    with torch.no_grad():
        seen = [
            [x.numpy() for x in (images, *activities(layers, images))]
            for images in (shifted(train, random), shifted(test, random))
        ]
    found = {}
    for name, count in (("all labels", len(train)), (f"{FEW} labels", FEW)):
        found[name] = [
            float(
                make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=500))
                .fit(fit[:count], of_train[:count])
                .score(score, of_test)
            )
            for fit, score in zip(*seen, strict=True)
        ]
    return found


def main(seeds: int = 5, steps: int = 400) -> dict[str, Any]:
    """Learn in every way from several seeds; write and return the accuracies."""
    torch.set_num_threads(1)  # layers are small: threads would wait for each other, and round differently
    train, *_ = digits()
    found: dict[str, Any] = {way: [] for way in WAYS}
    for seed in track(range(seeds), description="learning"):
        for way, learn in WAYS.items():
            found[way].append(accuracies(learn(train, seed, steps), seed))
    measured = {"seeds": seeds, "steps": steps, "coefficients": COEFFICIENTS, "accuracy": found}
    write({RECORD: json.dumps(measured, indent=1) + "\n"})
    return found


if __name__ == "__main__":
    for way, runs in main().items():
        for labels in runs[0]:
            print(
                f"{way}, {labels}: "
                + ", ".join(f"{np.median(layer):.3f}" for layer in zip(*(r[labels] for r in runs), strict=True))
            )
