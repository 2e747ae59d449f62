"""The toy experiment of LPL at full size: how long it takes, and as many steps by PyTorch's automatic differentiation."""

import time
from itertools import pairwise

import numpy as np
import pytest

pytest.importorskip("jax")
pytest.importorskip("torch")
import jax
import torch

from book.toy import DECAY, ETA, RULES, SEEDS, SIGMA_Y, STEPS, batches, experiment, update

LPL = "log-variance and invariance"


def samples(count: int) -> np.ndarray:
    """Batches at σ_y = 1, in turn."""
    return np.asarray(batches(jax.random.key(0), count, np.float32))


def autograd(x: np.ndarray, W: np.ndarray) -> np.ndarray:
    """The weights of one unit after steps of an optimiser down the loss of log-variance and invariance, differentiated."""
    weights = torch.tensor(W, requires_grad=True)
    descent = torch.optim.SGD([weights], lr=ETA, weight_decay=DECAY)
    stream = torch.tensor(x)
    for before, now in pairwise(stream):
        z, z_prev = now @ weights.T, (before @ weights.T).detach()
        loss = ((z - z_prev) ** 2).mean() - torch.log(z.var(dim=0) + 1e-8).sum()
        descent.zero_grad()
        loss.backward()
        descent.step()
    return weights.detach().numpy()


def test_the_steps_agree() -> None:
    """What is compared in time is the same step."""
    x, W = samples(2), np.array([[0.5, -0.3]], np.float32)
    change = update(LPL, *map(jax.numpy.asarray, (x[1], x[0], W, np.ones_like(W))))
    np.testing.assert_allclose(autograd(x, W), W + ETA * (np.asarray(change) - DECAY * W), rtol=1e-5)


def test_the_whole_experiment(measure, note) -> None:
    """All of it, drawing of the samples included; the first time is of a program that is not compiled yet."""
    taken, steps = [], 300
    x, W = samples(steps + 1), np.array([[0.5, -0.3]], np.float32)

    def whole() -> None:
        begin = time.perf_counter()
        experiment()
        taken.append(time.perf_counter() - begin)

    each = len(RULES) * len(SIGMA_Y) * SEEDS * STEPS
    measure("toy-autograd", whole, lambda: autograd(x, W), each=each, other=steps, rounds=3)
    note.target("toy", taken[0])
