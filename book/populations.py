"""What the covariance rules do to a population: the error of the third factor, and what each rule can decorrelate."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from book.experiments import threshold
from lvicreg import rules

Array = np.ndarray[Any, np.dtype[np.float64]]
DRAW: dict[str, tuple[Callable[..., Array], float]] = {  # independent sources of variance 1, and their kurtosis
    "Gaussian": (lambda random, size: random.normal(size=size), 3.0),
    "Laplace": (lambda random, size: random.laplace(scale=np.sqrt(0.5), size=size), 6.0),
}
RULES = {
    "exact": rules.covariance,
    "one-sample": rules.covariance_one_sample,
    "third factor": rules.covariance_third_factor,
}
UNITS, SPECTRUM = 6, 0.8 ** np.arange(12)


def update_error(name: str, units: int, samples: int = 40_000) -> float:
    """By how much the third factor's update is too large along a unit's own weights, relative to the one-sample rule's."""
    x = DRAW[name][0](np.random.default_rng(2), (samples, units))
    mean, slope = np.zeros(units), np.ones_like(x)
    exact, third = (RULES[rule](x, x, slope, mean=mean) for rule in ("one-sample", "third factor"))
    return float(np.diagonal(third).sum() / np.diagonal(exact).sum() - 1)


@partial(jax.jit, static_argnames=("rule", "steps", "every"))
@partial(jax.vmap, in_axes=(None, None, None, None, 0, None, None))  # over β
def _trained(rule: str | None, x: Any, W: Any, eta: float, beta: Any, steps: int, every: int) -> Any:
    slope = jnp.ones((x.shape[0], W.shape[0]))

    def step(W: Any, _: Any) -> Any:
        z = x @ W.T
        update = rules.log_variance_decay(x, z, slope, W, epsilon=0.0)
        if rule:
            update = update + RULES[rule](x, z, slope, beta=beta if rule == "exact" else beta / (x.shape[0] - 1))
        return W + eta * update, None

    def several(W: Any, _: Any) -> Any:
        return jax.lax.scan(step, W, None, length=every)[0], jnp.cov((x @ W.T).T)

    return jax.lax.scan(several, W, None, length=steps // every)[1]


def trained(rule: str | None, times: Sequence[float] = (2.0,), steps: int = 6000, every: int = 50) -> Array:
    """The covariance of ``UNITS`` linear units while they learn, (strengths, steps / every, units, units).

    They learn on Gaussian input, whose spectrum is ``SPECTRUM``, with log-variance, decay and a covariance rule. The strengths
    β are multiples of the threshold above which the principal components are stable points of the exact rule
    (oja.many-units-threshold).
    """
    jax.config.update("jax_enable_x64", True)
    random, inputs = np.random.default_rng(3), len(SPECTRUM)
    x = random.normal(size=(1000, inputs))
    x = np.linalg.qr(x - x.mean(axis=0))[0] * np.sqrt(999) * np.sqrt(SPECTRUM)
    W = random.normal(size=(UNITS, inputs)) / np.sqrt(inputs)
    beta = jnp.asarray(times) * threshold(x, UNITS)
    return np.asarray(_trained(rule, jnp.asarray(x), jnp.asarray(W), 0.01, beta, steps, every))


def mean_correlation(K: Array) -> Array:
    """The mean |correlation| of two units, of each of several covariance matrices."""
    deviation = np.sqrt(np.diagonal(K, axis1=-2, axis2=-1))
    correlation = K / deviation[..., :, None] / deviation[..., None, :]
    return np.abs(correlation[..., ~np.eye(K.shape[-1], dtype=bool)]).mean(axis=-1)
