"""The toy experiment of Latent Predictive Learning (Halvagal & Zenke 2023, Fig. 2), with the generated rules.

A linear unit with two inputs sees two clusters, at x = ±1 with noise of 0.1 along x, and with noise of σ_y along y. Consecutive
samples come from the same cluster. Batches have 200 samples, and weight decay is 0.15. A unit is *selective* when its activity
tells the clusters apart: its selectivity is the share of its variance that the clusters explain, 0 for none and 1 for all.
"""

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

from lvicreg import rules

Array = np.ndarray[Any, np.dtype[np.float64]]
BATCH, DECAY, NOISE = 200, 0.15, 0.1
RULES = ("Oja", "log-variance", "log-variance and invariance")


def pairs(key: Any, sigma_y: Any) -> tuple[Any, Any]:
    """A batch of samples and, for each, the one before it, from the same cluster."""
    cluster, noise = jax.random.split(key)
    centre = jnp.where(jax.random.bernoulli(cluster, shape=(BATCH,)), 1.0, -1.0)
    spread = jax.random.normal(noise, (2, BATCH, 2)) * jnp.stack([jnp.asarray(NOISE), sigma_y])
    x = spread + jnp.stack([centre, jnp.zeros(BATCH)], axis=-1)
    return x[0], x[1]


def update(rule: str, x: Any, before: Any, W: Any) -> Any:
    """The mean update over a batch."""
    z, slope = x @ W.T, jnp.ones((BATCH, 1))
    if rule == "Oja":
        return rules.oja(x, z, W) / BATCH
    change = rules.log_variance(x, z, slope) - DECAY * W
    return change if rule == "log-variance" else change + rules.invariance(x, z, before @ W.T, slope) / BATCH


@partial(jax.jit, static_argnames=("rule", "steps"))
@partial(jax.vmap, in_axes=(None, 0, None, None))  # over seeds
@partial(jax.vmap, in_axes=(None, None, 0, None))  # over σ_y
def _learned(rule: str, key: Any, sigma_y: Any, steps: int) -> Any:
    start, stream = jax.random.split(key)
    # Adam, since one learning rate cannot serve variances from 10⁻⁴ to 10⁴; it falls to zero, so that noise does not remain
    adam = optax.adam(optax.cosine_decay_schedule(0.02, steps))
    W = jax.random.normal(start, (1, 2))

    def step(state: Any, key: Any) -> Any:
        W, moments = state
        change, moments = adam.update(-update(rule, *pairs(key, sigma_y), W), moments)
        return (optax.apply_updates(W, change), moments), None

    return jax.lax.scan(step, (W, adam.init(W)), jax.random.split(stream, steps))[0][0]


def selectivity(W: Array, sigma_y: Array) -> Array:
    """The share of the variance of the activity that the clusters explain: w_x²/(w_x² (1 + 0.01) + w_y² σ_y²)."""
    squares = W[..., 0, :] ** 2
    clusters = squares[..., 0]
    return clusters / (clusters + squares[..., 0] * NOISE**2 + squares[..., 1] * sigma_y**2)


def experiment(rule: str, sigma_y: Array, seeds: int = 5, steps: int = 3000) -> Array:
    """The selectivity after learning, (seeds, noise levels)."""
    jax.config.update("jax_enable_x64", True)  # the same numbers whatever ran before
    keys = jax.random.split(jax.random.key(0), seeds)
    return selectivity(np.asarray(_learned(rule, keys, jnp.asarray(sigma_y), steps)), sigma_y)
