"""The decorrelation loss of the LPL paper, as printed and as corrected, on Gaussian units and on the digits."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from book.experiments import decorrelation_losses, digits, principal_activity, standardised

from .style import GREY

BATCH, BATCHES, UNITS = 20, 4000, 8


def losses_against_correlation(ax: Axes) -> None:
    """Both losses for two Gaussian units of variance 1 in minibatches: claimed on average, and drawn at random."""
    count, rho = BATCH, np.linspace(0, 1, 101)
    printed, corrected = (count - 1) / count * (1 + 2 * rho**2), rho**2 + (1 + rho**2) / (count - 1)
    random = np.random.default_rng(0)
    for line, colour, name in ((printed, "#d95f02", "as printed"), (corrected, "#1f5fa8", "as corrected")):
        ax.plot(rho, line, color=colour, lw=1.6, label=name)
    for correlation in np.linspace(0, 1, 11):
        mixing = np.array([[1, 0], [correlation, np.sqrt(1 - correlation**2)]])
        found = [decorrelation_losses(random.normal(size=(count, 2)) @ mixing.T)[:2] for _ in range(BATCHES)]
        for mean, colour in zip(np.mean(found, axis=0), ("#d95f02", "#1f5fa8"), strict=True):
            ax.plot(correlation, mean, "o", ms=5, mfc=colour, mec="white", mew=0.6)
    ax.plot(rho, rho**2, color=GREY, lw=0.9, ls=(0, (4, 3)), label=r"$\rho^2$, the aim")
    ax.set(xlabel=r"correlation $\rho$ of two Gaussian units", ylabel="loss (all variances 1)", ylim=(0, 3))
    ax.legend(frameon=False)
    ax.set_title("what the loss charges for")


def losses_on_digits(ax: Axes) -> None:
    """Both losses on the digits, for decorrelated and for random units of variance 1."""
    x = digits()
    random = [x @ np.random.default_rng(seed).normal(size=(UNITS, 64)).T for seed in range(20)]
    groups = {
        "principal\ncomponents": [principal_activity(x, UNITS)],
        "random,\nlinear": [standardised(a) for a in random],
        "random,\ntanh": [standardised(np.tanh(standardised(a))) for a in random],
        "random,\nReLU": [standardised(np.maximum(standardised(a), 0)) for a in random],
    }
    for place, activities in enumerate(groups.values()):
        losses = np.array([decorrelation_losses(z) for z in activities])
        shift = np.linspace(-0.16, 0.16, len(losses)) if len(losses) > 1 else np.zeros(1)
        for column, marker, colour in ((0, "o", "#d95f02"), (1, "o", "#1f5fa8"), (2, "_", "black")):
            ax.plot(place + shift, losses[:, column], marker, ms=5 if column < 2 else 8, mfc=colour, mec=colour, alpha=0.75)
    ax.set_xticks(range(len(groups)), list(groups))
    ax.set(ylabel="loss (all variances 1)", ylim=(-0.04, None))
    ax.set_title("eight units on the digits")
    handles = [Line2D([], [], ls="", marker=m, color=c) for m, c in (("o", "#d95f02"), ("_", "black"), ("o", "#1f5fa8"))]
    ax.legend(handles, ["as printed", "as printed, if Gaussian", "as corrected"], frameon=False, loc="center right")


def published_error() -> Figure:
    """The decorrelation loss as printed in the LPL paper and as corrected in its erratum."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(10.5, 4), layout="constrained")
    losses_against_correlation(left)
    losses_on_digits(right)
    return figure
