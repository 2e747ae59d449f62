"""Principal components, one a unit: what the exact covariance rule finds on the digits, and the local rules do not."""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from sklearn.decomposition import PCA

from book.experiments import Array, digits, many_units, mean_correlation, same_covariance, threshold
from lvicreg import rules

from .style import GREY


def components_learned(axes: np.ndarray[Any, Any], x: Array, components: Array) -> None:
    """Which principal component each unit learned, for three covariance rules at the same β."""
    beta, start = 2 * threshold(x, 8), np.random.default_rng(0).normal(size=(8, 64)) / 8
    shared = same_covariance(x)
    runs = (
        ("exact covariance", many_units(rules.covariance, shared, start, beta, 300_000, 0.01)),
        ("one-sample rule", many_units(rules.covariance_one_sample, x, start, beta / (len(x) - 1), 20_000, 0.005)),
        ("third factor", many_units(rules.covariance_third_factor, x, start, beta / (len(x) - 1), 20_000, 0.005)),
    )
    for ax, (title, W) in zip(axes, runs, strict=True):
        norms = np.linalg.norm(W, axis=1)
        cosines = np.abs(W @ components.T) / norms[:, None]
        image = ax.imshow(cosines[np.argsort(cosines.argmax(axis=1))], vmin=0, vmax=1, cmap="Blues")
        ax.set(title=title, xticks=range(8), xticklabels=range(1, 9), yticks=[])
        summary = f"norms {norms.min():.2f} to {norms.max():.2f}\nmean |correlation| {mean_correlation(x @ W.T):.2f}"
        ax.set_xlabel(f"principal component\n\n{summary}")
    axes[0].set_ylabel("unit")
    axes[0].figure.colorbar(image, ax=list(axes), shrink=0.9, label=r"$|\cos|$")


def threshold_measured(ax: Axes, x: Array, components: Array) -> None:
    """From random starts: how well the last two of eight components are found, against β."""
    shared, ratios = same_covariance(x), (0.5, 0.8, 0.9, 0.95, 1.05, 1.1, 1.2, 1.5, 2.0)
    found = []
    for ratio in ratios:
        for seed in range(3):
            start = np.random.default_rng(seed).normal(size=(8, 64)) / 8
            W = many_units(rules.covariance, shared, start, ratio * threshold(x, 8), 300_000, 0.01)
            cosines = np.abs(W @ components.T) / np.linalg.norm(W, axis=1)[:, None]
            found.append(cosines.max(axis=0)[-2:].min())
    ax.plot(np.repeat(ratios, 3), found, "o", ms=5, mfc="#2171b5", mec="white", mew=0.6)
    ax.axvline(1, color=GREY, lw=0.8, ls=(0, (4, 3)))
    ax.set(xlabel=r"$\beta$ over $\lambda^2/(4\mu_7\mu_8)$", ylabel=r"$|\cos|$, worse of components 7 and 8", ylim=(0.4, 1.03))
    ax.set_title("exact covariance, random starts")


def principal_components() -> Figure:
    """Eight units with log-variance and decay, and a covariance term, on the handwritten digits."""
    x = digits()
    components = PCA(8).fit(x).components_
    figure = plt.figure(figsize=(12.5, 4), layout="constrained")
    left, right = figure.subfigures(1, 2, width_ratios=(2.7, 1))
    components_learned(left.subplots(1, 3), x, components)
    threshold_measured(right.subplots(), x, components)
    return figure
