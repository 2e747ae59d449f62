"""What ``lvicreg.sklearn`` learns, and what it costs, beside PCA and the generalised eigenvalue solver.

The data are those that scikit-learn ships: its digits, and patches of one of its photographs, drawn at random or seen one after
another by a gaze that wanders over it.
"""

import time
import tracemalloc
from collections.abc import Callable
from functools import cache, partial
from typing import Any

import numpy as np
import scipy.linalg
from scipy.ndimage import gaussian_filter1d
from sklearn.base import clone
from sklearn.datasets import load_digits, load_sample_image
from sklearn.decomposition import PCA, IncrementalPCA
from threadpoolctl import threadpool_limits

from book.benchmarks import rounded, table
from lvicreg.sklearn import LocalPCA, SlowFeatures

Array = np.ndarray[Any, np.dtype[np.float64]]
SIDE, UNITS, SLOW = 8, 10, 4


def patches(corners: Array) -> Array:
    """Grey patches of the photograph of a temple, from their upper left corners, (samples, 2)."""
    photograph, inside = load_sample_image("china.jpg").mean(axis=2) / 255, np.arange(SIDE)
    rows, columns = (corners[:, axis, None] + inside for axis in (0, 1))
    return photograph[rows[:, :, None], columns[:, None, :]].reshape(len(corners), -1)


@cache
def data() -> dict[str, Array]:
    """The digits, and 5,000 patches."""
    corners = np.random.default_rng(0).integers(np.array([427, 640]) - SIDE, size=(5000, 2))
    return {"digits": load_digits().data, "patches": patches(corners)}


@cache
def gaze(moments: int = 3000) -> Array:
    """What is seen while a gaze wanders over the photograph, by a few pixels a moment; at the edges it turns back."""
    path = gaussian_filter1d(np.cumsum(np.random.default_rng(1).normal(size=(moments, 2)), axis=0), 5, axis=0)
    edges = np.array([427, 640]) - SIDE
    path = 4 * (path - path.min(axis=0)) % (2 * edges)
    return patches(np.minimum(path, 2 * edges - path).astype(int))


def angle(first: Array, second: Array) -> float:
    """The largest angle between the subspaces that rows span, in degrees."""
    return float(np.rad2deg(scipy.linalg.subspace_angles(first.T, second.T)[0]))


def at_rest(X: Array, invariance: float) -> tuple[Array, Array]:
    """From an eigenvalue solver: the μ of ``C v = μ A v`` from the largest on, and the v, one a row."""
    C, steps = np.cov(X.T), np.diff(X, axis=0)
    A = np.eye(len(C)) + invariance * len(C) / np.trace(C) * steps.T @ steps / (len(X) - 1)
    mu, V = scipy.linalg.eigh(C, A)
    return mu[::-1], V.T[::-1]


def minibatches(calls: int = 400, size: int = 200) -> dict[str, list[float]]:
    """Angles to the first ten components of all digits after each minibatch, which are drawn anew."""
    X, random = data()["digits"], np.random.default_rng(0)
    components = PCA(UNITS, svd_solver="full").fit(X).components_
    learners = {"LocalPCA": LocalPCA(UNITS, random_state=0), "IncrementalPCA": IncrementalPCA(UNITS)}
    found: dict[str, list[float]] = {name: [] for name in learners}
    with threadpool_limits(1):
        for _ in range(calls):
            batch = X[random.integers(len(X), size=size)]
            for name, learner in learners.items():
                found[name].append(angle(learner.partial_fit(batch).components_, components))
    return found


def slowness(coefficients: Array) -> tuple[list[float], list[float], float]:
    """Mean Δ of four features for each ``invariance``, as learned and by the solver; and the least that any four have."""
    X = gaze()
    C, steps = np.cov(X.T), np.diff(X, axis=0)
    D = steps.T @ steps / (len(X) - 1)
    solved = [np.mean([v @ D @ v / (v @ C @ v) for v in at_rest(X, c)[1][:SLOW]]) for c in coefficients]
    with threadpool_limits(1):
        layers = [SlowFeatures(SLOW, invariance=c, random_state=0, max_iter=50_000).fit(X) for c in coefficients]
    return [layer.delta_values_.mean() for layer in layers], solved, scipy.linalg.eigh(D, C, eigvals_only=True)[:SLOW].mean()


def cost(fit: Callable[[], Any], repeats: int = 3) -> tuple[float, int]:
    """Seconds, the least of some runs, and the most bytes that are held beyond the data."""
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        fit()
        seconds.append(time.perf_counter() - start)
    tracemalloc.start()
    fit()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return min(seconds), most


@cache
def compared() -> list[tuple[str, int, float, str, float, float, float]]:
    """Data and learner, steps, angle, the peer and its angle, and time and memory over the peer's; now, on one core."""
    rows = []
    with threadpool_limits(1):
        for name, X in data().items():
            exact, ours = PCA(UNITS, svd_solver="full").fit(X), LocalPCA(UNITS, random_state=0)
            seconds, most = cost(partial(ours.fit, X))
            for peer in (IncrementalPCA(UNITS), clone(exact)):
                theirs = cost(partial(peer.fit, X))
                angles = [angle(each.components_, exact.components_) for each in (ours, peer)]
                rows.append(
                    (name, ours.n_iter_, angles[0], type(peer).__name__, angles[1], seconds / theirs[0], most / theirs[1])
                )
        white = PCA(16, whiten=True, svd_solver="full").fit_transform(gaze())
        for name, X in (("gaze", gaze()), ("gaze, whitened", white)):
            slow = SlowFeatures(SLOW, random_state=0)
            seconds, most = cost(partial(slow.fit, X))
            theirs = cost(partial(at_rest, X, slow.invariance))
            found = angle(slow.components_, at_rest(X, slow.invariance)[1][:SLOW])
            rows.append((name, slow.n_iter_, found, "eigenvalue solver", 0.0, seconds / theirs[0], most / theirs[1]))
    return rows


def comparison() -> str:
    """The same as an HTML table."""
    rows = [
        [name, f"{steps:,}", degrees(ours), peer, degrees(theirs), rounded(seconds), rounded(most)]
        for name, steps, ours, peer, theirs, seconds, most in compared()
    ]
    return table(["data", "steps", "our angle", "peer", "its angle", "our time / its", "our memory / its"], rows)


def degrees(value: float) -> str:
    """Two digits, where there are any."""
    return f"{value:.2g}°" if value >= 1e-6 else "0°"
