"""Receptive fields of ReLU units that learn from photographs with the total rule.

The photographs are the two that scikit-learn ships. A sample is a small patch, and the sample before it the same patch moved
by up to two pixels, so the invariance term asks for what stays while the eye moves.
"""

from typing import Any

import numpy as np
from sklearn.datasets import load_sample_images
from sklearn.decomposition import PCA

from lvicreg import rules

Array = np.ndarray[Any, np.dtype[np.float64]]
SIDE, SHIFT = 10, 2


def patches(samples: int = 12_000) -> tuple[Array, PCA]:
    """Pairs of grey patches, whitened on their leading principal components, (2, samples, 40); and the whitening.

    A patch is centred and divided by its contrast first.
    """
    photographs = np.stack([image.mean(axis=2) / 255 for image in load_sample_images().images])
    random, inside = np.random.default_rng(0), np.arange(SIDE)
    photograph = random.integers(len(photographs), size=samples)[:, None, None]
    corner = [random.integers(SHIFT, length - SIDE - SHIFT, size=samples) for length in photographs.shape[1:]]
    moved = random.integers(-SHIFT, SHIFT + 1, size=(2, samples))
    rows, columns = (np.stack([start, start + move])[..., None] + inside for start, move in zip(corner, moved, strict=True))
    found = photographs[photograph, rows[..., :, None], columns[..., None, :]].reshape(2, samples, -1)
    found = found - found.mean(axis=-1, keepdims=True)
    found = found / np.sqrt((found**2).mean(axis=-1, keepdims=True) + 0.03**2)
    whitening = PCA(40, whiten=True, svd_solver="full").fit(found.reshape(-1, SIDE * SIDE))
    return np.stack([whitening.transform(view) for view in found]), whitening


def learn(x: Array, units: int, lambda_cov: float, lambda_inv: float = 1.0, steps: int = 6000) -> Array:
    """The weights of ReLU units after single minibatches of 64 pairs by ``total_log_variance``."""
    random = np.random.default_rng(1)
    W = random.normal(size=(units, x.shape[2])) / np.sqrt(x.shape[2])
    for _ in range(steps):
        before, now = x[:, random.integers(x.shape[1], size=64)]
        a = now @ W.T
        activity, slope, previous = np.maximum(a, 0), (a > 0) * 1.0, np.maximum(before @ W.T, 0)
        coefficients = {"lambda_inv": lambda_inv, "lambda_var": 1.0, "lambda_cov": lambda_cov}
        W = W + 0.1 / 64 * rules.total_log_variance(now, activity, previous, slope, **coefficients)
    return W


def receptive_fields(x: Array, W: Array, whitening: PCA) -> Array:
    """What each unit answers to: the patches, each times the unit's centred activity, added up."""
    z = np.maximum(x[1] @ W.T, 0)
    seen = (z - z.mean(axis=0)).T @ whitening.inverse_transform(x[1])
    return seen.reshape(-1, SIDE, SIDE)


def correlation(x: Array, W: Array) -> float:
    """The mean |correlation| of two units."""
    z = np.maximum(x[1] @ W.T, 0)
    return float(np.abs(np.corrcoef(z.T)[np.triu_indices(len(W), 1)]).mean())
