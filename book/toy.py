"""The toy experiment of Latent Predictive Learning (Halvagal & Zenke 2023, Fig. 2): ``python -m book.toy`` writes ``toy.json``.

A linear unit with two inputs sees two clusters, at x = ±1 with noise of 0.1 along x, and with noise of σ_y along y. Each sample
follows one of the same cluster. A unit is *selective* when its activity tells the clusters apart: its selectivity is the share
of its variance that the clusters explain, 0 for none and 1 for all.

Five generated rules learn at fifty σ_y in 10,000 batches of 200, from eighty seeds each: 200 million steps, all in one compiled
program. But for the number of seeds, which were ten, the rules, these numbers, first weights, learning rates and weight decay
are those of the authors' notebook (fmi-basel/latent-predictive-learning at 226465f, notebooks/2 - Toy 2D.ipynb). Three things
differ. Noise is drawn once for each seed and step and scaled by σ_y: all rules and noise levels learn from the same numbers, so
levels are not independent. One rule maximises the variance without its logarithm, and its weights grow without bound; the
update being linear in them, they are divided by their norm now and then. And the notebook's selectivity is the distance between
the clusters' mean activities over the range of the activity.
"""

import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from rich.progress import track

from lvicreg import rules
from lvicreg.codegen.files import write

RECORD = Path(__file__).with_name("toy.json")
Array = np.ndarray[Any, np.dtype[Any]]
BATCH, DECAY, NOISE, ETA, EPSILON = 200, 0.15, 0.1, 0.01, 1e-8
RULES = ("Oja", "log-variance", "variance and invariance", "hinge and invariance", "log-variance and invariance")
LINEAR = RULES.index("variance and invariance")
SIGMA_Y, SEEDS, STEPS = np.geomspace(0.01, 100, 50), 80, 10_000
CHUNK = 100  # steps between two movements of the bar


def batches(key: Any, count: int, dtype: Any) -> Any:
    """Batches at σ_y = 1, (count, BATCH, 2). The first half of each is one cluster: so each sample follows one of its own."""
    # drawn in float32, so that weights of any precision see the same noise; with samples contiguous, which is faster
    noise = jax.random.normal(key, (count, 2, BATCH), np.float32)
    cluster = np.where(np.arange(BATCH) < BATCH // 2, 1, -1)
    x = noise * np.array([[NOISE], [1]], np.float32) + np.stack([cluster, 0 * cluster]).astype(np.float32)
    return x.astype(dtype).swapaxes(1, 2)


def update(rule: str, x: Any, before: Any, W: Any, scale: Any) -> Any:
    """The mean update of units that see the same samples, each with its own scale of the inputs; W and scale are (N, 2).

    To weigh s x by W is to weigh x by s W; and the gradient with respect to W is s times that with respect to s W.
    """
    seen = W * scale
    z = x @ seen.T
    slope = jnp.ones_like(z)
    if rule == "Oja":
        return scale * rules.oja(x, z, W / scale) / BATCH
    if rule == "hinge and invariance":
        change = rules.variance(x, z, slope, epsilon=EPSILON)
    elif rule == "variance and invariance":  # the variance that the slope of the logarithm divides by is held at one
        held = {"mean": z.mean(axis=0), "var": jnp.ones_like(z[0]), "alpha": 1 / (BATCH - 1)}
        change = 2 * rules.log_variance(x, z, slope, epsilon=0.0, **held)
    else:
        change = 2 * rules.log_variance(x, z, slope, epsilon=EPSILON)  # twice, since the authors' loss is without the ½
    if rule != "log-variance":
        change = change + rules.invariance(x, z, before @ seen.T, slope) / BATCH
    return scale * change


@partial(jax.jit, static_argnames=("levels", "dtype"))
@partial(jax.vmap, in_axes=(0, None, None))  # over seeds
def start(key: Any, levels: int, dtype: Any) -> Any:
    """The key to go on with, the batch before the first, and the first weights, (rules, noise levels, 2)."""
    key, first, weights = jax.random.split(key, 3)
    W = jax.random.uniform(weights, (len(RULES), levels, 2), jnp.float32, -1, 1) / np.float32(np.sqrt(2))
    return key, batches(first, 1, dtype)[0], W.astype(dtype)


@partial(jax.jit, static_argnames="steps")
@partial(jax.vmap, in_axes=(0, None, None))  # over seeds
def learn(state: Any, sigma_y: Any, steps: int) -> Any:
    """Some steps of all rules at all noise levels. No one learning rate serves all: it falls with the noise."""
    key, before, W = state
    key, stream = jax.random.split(key)
    scale = jnp.stack([jnp.ones_like(sigma_y), sigma_y], axis=1)
    eta = ETA / jnp.maximum(1, sigma_y)[:, None]

    def step(state: Any, x: Any) -> Any:
        before, W = state
        change = jnp.stack([update(rule, x, before, w, scale) for rule, w in zip(RULES, W, strict=True)])
        return (x, W + eta * (change - DECAY * W)), None

    (before, W), _ = jax.lax.scan(step, (before, W), batches(stream, steps, W.dtype))
    return key, before, W.at[LINEAR].divide(jnp.linalg.norm(W[LINEAR], axis=1, keepdims=True))


def selectivity(W: Array, sigma_y: Array) -> Array:
    """The share of the variance of the activity that the clusters explain: w_x²/(w_x² (1 + 0.01) + w_y² σ_y²)."""
    squares = np.asarray(W, np.float64) ** 2
    clusters = squares[..., 0]
    return clusters / (clusters * (1 + NOISE**2) + squares[..., 1] * sigma_y**2)


def experiment(
    sigma_y: Array = SIGMA_Y, seeds: int = SEEDS, steps: int = STEPS, dtype: Any = np.float32, show: bool = False
) -> dict[str, Array]:
    """The selectivity after learning by each rule, (seeds, noise levels); ``show`` shows how far it is."""
    state = start(jax.random.split(jax.random.key(0), seeds), len(sigma_y), dtype)
    for _ in track(range(steps // CHUNK), "learning", disable=not show):
        state = jax.block_until_ready(learn(state, jnp.asarray(sigma_y, dtype), CHUNK))
    return dict(zip(RULES, selectivity(np.asarray(state[2]).swapaxes(0, 1), sigma_y), strict=True))


def table(found: Mapping[str, Array], sigma_y: Array = SIGMA_Y, shown: tuple[int, ...] = (0, 24, 25, 37, 43, 49)) -> str:
    """The median selectivity of each rule at some noise levels."""
    head = "median selectivity at σ_y =".ljust(28) + "".join(f"{sigma_y[n]:8.3g}" for n in shown)
    rows = [name.ljust(28) + "".join(f"{np.median(found[name][:, n]):8.3f}" for n in shown) for name in found]
    return "\n".join([head, *rows])


def recorded() -> dict[str, Array]:
    """The selectivity of each rule that is on record, (seeds, noise levels)."""
    return {rule: np.array(runs) for rule, runs in json.loads(RECORD.read_text(encoding="utf-8")).items()}


if __name__ == "__main__":
    measured = experiment(show=True)
    write({RECORD: json.dumps({rule: runs.round(4).tolist() for rule, runs in measured.items()}, separators=(",", ":")) + "\n"})
    print(table(measured))
