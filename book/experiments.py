"""Runs of the generated rules that the figures show and the tests measure."""

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from sklearn.datasets import load_digits

from lvicreg import rules

Array = np.ndarray[Any, np.dtype[np.float64]]
Rule = Callable[..., Any]


def digits() -> Array:
    """Scikit-learn's handwritten digits, centred, scaled to a leading variance of 1."""
    x = load_digits().data
    x = x - x.mean(axis=0)
    return x / np.linalg.norm(x, 2) * np.sqrt(len(x) - 1)


def run(rule: str, x: Array, start: Array, steps: int, eta: float, decay: float = 1.0, epsilon: float = 1e-4) -> Array:
    """The weights of one linear unit before each step of a generated rule on all of the data, and after the last."""
    W, slope = start[None, :], np.ones((len(x), 1))
    path = [start]
    for _ in range(steps):
        z = x @ W.T
        if rule == "oja":
            W = W + eta / (len(x) - 1) * rules.oja(x, z, W)
        else:
            W = W + eta * rules.log_variance_decay(x, z, slope, W, decay=decay, epsilon=epsilon)
        path.append(W[0])
    return np.array(path)


def plane_samples(mu: tuple[float, float], angle: float, n: int = 400) -> tuple[Array, Array]:
    """Gaussian samples whose own covariance has the eigenvalues ``mu``, and its eigenvectors as columns."""
    g = np.random.default_rng(0).normal(size=(n, 2))
    g = np.linalg.qr(g - g.mean(axis=0))[0] * np.sqrt(n - 1)
    V = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return g * np.sqrt(mu) @ V.T, V


# --- discrete steps and the orbits of the flows -------------------------------------------------------------------------------


def orbit(C: Array, start: Array, time: float, points: int = 4000) -> Array:
    """The common orbit of both flows for λ = 1, up to a time of Oja's flow: claims oja.closed-form and oja.orbits."""
    spectrum, vectors = np.linalg.eigh(C)
    g = np.exp(np.linspace(0, time, points)[:, None] * spectrum) * (start @ vectors)
    return g / np.sqrt(1 + (g**2).sum(axis=1, keepdims=True) - start @ start) @ vectors.T


def distances(points: Array, curve: Array) -> Array:
    """The distance of each point to a curve, a chain of segments."""
    origin, step = curve[:-1], np.diff(curve, axis=0)
    found = []
    for point in points:
        along = np.clip(((point - origin) * step).sum(axis=1) / (step**2).sum(axis=1), 0, 1)
        found.append(np.linalg.norm(origin + along[:, None] * step - point, axis=1).min())
    return np.array(found)


def orbit_errors(rule: str, etas: Array, seed: int = 0) -> Array:
    """The largest distance of discrete steps on the digits to the orbit of the flow, for each learning rate."""
    x = digits()
    start = np.random.default_rng(seed).normal(size=x.shape[1])
    start *= 2 / np.linalg.norm(start)
    curve = orbit(x.T @ x / (len(x) - 1), start, time=20.0)
    paths = (run(rule, x, start, steps=round(6 / eta), eta=eta, epsilon=0.0) for eta in etas)
    return np.array([distances(path, curve).max() for path in paths])


# --- many units: log-variance and decay, with a covariance term ---------------------------------------------------------------


def same_covariance(x: Array) -> Array:
    """One sample more than there are inputs, centred, with exactly the covariance of ``x``.

    Enough for rules that depend on nothing else, such as the exact covariance rule, and faster.
    """
    n = x.shape[1]
    _, singular, rotation = np.linalg.svd(x, full_matrices=False)
    noise = np.random.default_rng(0).normal(size=(n + 1, n))
    frame = np.linalg.qr(np.hstack([np.ones((n + 1, 1)), noise]))[0][:, 1:]
    return frame * singular * np.sqrt(n / (len(x) - 1)) @ rotation


@partial(jax.jit, static_argnames=("rule", "steps"))
def _descend(rule: Rule, x: Any, W: Any, eta: float, beta: float, steps: int) -> Any:
    slope = jnp.ones((x.shape[0], W.shape[0]))

    def step(_: int, W: Any) -> Any:
        z = x @ W.T
        return W + eta * (rules.log_variance_decay(x, z, slope, W, epsilon=0.0) + rule(x, z, slope, beta=beta))

    return jax.lax.fori_loop(0, steps, step, W)


def many_units(rule: Rule, x: Array, W: Array, beta: float, steps: int, eta: float) -> Array:
    """The weights of linear units after steps on all of the data, with λ = 1 and a covariance rule."""
    jax.config.update("jax_enable_x64", True)
    return np.asarray(_descend(rule, jnp.asarray(x), jnp.asarray(W), eta, beta, steps))


def threshold(x: Array, units: int) -> float:
    """λ²/(4 μ_{N−1} μ_N) for λ = 1: above it principal components are stable (oja.many-units-threshold)."""
    spectrum = np.linalg.svd(x, compute_uv=False) ** 2 / (len(x) - 1)
    return float(1 / (4 * spectrum[units - 2] * spectrum[units - 1]))


def mean_correlation(z: Array) -> float:
    """The mean |correlation| of two units."""
    return float(np.abs(np.corrcoef(z.T)[np.triu_indices(z.shape[1], 1)]).mean())


# --- the published error: squares of products before the mean over samples, or after -----------------------------------------


def off_diagonal_mean(matrix: Array) -> float:
    """The mean over ordered pairs of units."""
    return float(matrix[~np.eye(len(matrix), dtype=bool)].mean())


def decorrelation_losses(z: Array) -> tuple[float, float, float]:
    """LPL's decorrelation loss as printed, as corrected, and the average of the printed one (published-error.bias).

    The average is over Gaussian activity of the same covariance.
    """
    count, C = len(z), np.cov(z.T)
    squares = (z - z.mean(axis=0)) ** 2
    variances = np.outer(np.diagonal(C), np.diagonal(C))
    gaussian = (count - 1) / count * off_diagonal_mean(variances + 2 * C**2)
    return off_diagonal_mean(squares.T @ squares / (count - 1)), off_diagonal_mean(C**2), gaussian


def standardised(z: Array) -> Array:
    """Every unit of variance 1."""
    return z / z.std(axis=0, ddof=1)


def principal_activity(x: Array, units: int) -> Array:
    """The leading principal components as decorrelated units of variance 1."""
    return standardised(x @ np.linalg.svd(x, full_matrices=False)[2][:units].T)
