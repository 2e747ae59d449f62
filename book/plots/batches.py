"""The mean update of log-variance over minibatches of few samples, against the mean field."""

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from matplotlib.figure import Figure

from lvicreg import rules

from .style import BLUE, DASHED, ORANGE, log_ticks, note, subplots

Array = np.ndarray[Any, Any]
SIZES = (3, 4, 5, 6, 8, 12, 16, 24, 32)
DRAWS = 200_000
FIELD = 3 / 5  # (C w)_2/σ² for both inputs and w = (1, 0)


def gaussian(key: Array, shape: tuple[int, int]) -> Array:
    """Two Gaussian inputs; the second is the first times 3/5, and noise of standard deviation 0.3."""
    first, noise = jax.random.normal(key, (2, *shape))
    return jnp.stack([first, FIELD * first + 0.3 * noise], axis=-1)


def cubic(key: Array, shape: tuple[int, int]) -> Array:
    """The first input is uniform between −1 and 1, the second its cube: the counterexample of oja.mean-field-batch."""
    first = jax.random.uniform(key, shape, minval=-1, maxval=1)
    return jnp.stack([first, first**3], axis=-1)


INPUTS = {"Gaussian": (gaussian, BLUE), "uniform, and its cube": (cubic, ORANGE)}


def mean_update(name: str, B: int, draws: int = DRAWS) -> tuple[float, float]:
    """Of the weight from the second input, for a linear unit w = (1, 0); and the mean's standard error."""
    x = INPUTS[name][0](jax.random.key(B), (draws, B))
    z = x[..., :1]
    update = jax.vmap(partial(rules.log_variance, epsilon=0.0))(x, z, jnp.ones_like(z))[:, 0, 1]
    return float(update.mean()), float(update.std() / np.sqrt(draws))


def batches() -> Figure:
    """The mean of the updates is the mean field for Gaussian input, for any number of samples from three."""
    figure, ax = subplots(1, 1, 4.8, 2.6)
    ax.axhline(FIELD, **DASHED)
    for name, (_, colour) in INPUTS.items():
        mean, error = np.array([mean_update(name, B) for B in SIZES]).T
        ax.errorbar(SIZES, mean, 2 * error, fmt="o-", color=colour, lw=1.4, ms=5, mec="white", mew=0.6)
    note(ax, "Gaussian", (14, FIELD), (0, 8), BLUE)
    note(ax, "uniform, and its cube", (13, 0.576), (0, -4), ORANGE)
    ax.set(xscale="log", xlabel="samples in a batch $B$", title="mean update of the second weight")
    log_ticks(ax.xaxis, SIZES)
    return figure
