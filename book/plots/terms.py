"""What each term of the objective punishes, drawn with the generated losses in the colour that the term has in the book."""

from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.stats import norm

from lvicreg import losses

from .style import FAINT, GREY, note, subplots

VARIANCE, INVARIANCE, COVARIANCE = "#0b5fa5", "#a3296b", "#1a6b3c"
TARGET, EPSILON = 1.0, 0.0
DEVIATIONS = (0.3, 0.7, 1.3)  # of three units
COVARIANCES = (0.8, 0.0, -0.8)  # of two units of variance 1
REACH = {"variance": 2.5, "invariance": 0.5, "covariance": 8.0}  # an arrow over minus the gradient, so that it can be seen
EXTENT = (-1.5, 1.5)  # of the plane of two units
SMOOTH, JUMPING = (0.1, 0.3, 0.6, 0.8, 0.9, 0.8), (0.1, 0.8, 0.3, 0.9, 0.6, 0.8)  # the same activities in two orders
Array = np.ndarray[Any, Any]


def spread(deviation: float, count: int = 12) -> Array:
    """The activities of a unit, bell-shaped, of this standard deviation."""
    z = norm.ppf((np.arange(count) + 0.5) / count)
    return np.asarray(deviation * z / z.std(ddof=1))[:, None]


def hinge(deviation: float) -> float:
    """What the hinge charges a unit."""
    return float(losses.variance(spread(deviation), gamma=TARGET, epsilon=EPSILON)[0])


def logarithm(deviation: float) -> float:
    """What the log-variance charges it."""
    return float(losses.log_variance(spread(deviation), epsilon=EPSILON)[0])


def _units(ax: Axes) -> None:
    """The activities of the three units, a line each."""
    for place, deviation in enumerate(DEVIATIONS):
        ax.plot(spread(deviation), np.full(12, -place), "o", ms=4, mfc=VARIANCE, mec="white", mew=0.4)
        ax.plot([-deviation, deviation], [-place - 0.28] * 2, color=GREY, lw=1.5)
    ax.axvspan(-TARGET, TARGET, color=FAINT, alpha=0.35, lw=0)
    note(ax, r"$\pm\gamma$", (TARGET, 0.2), (3, 0), GREY)
    ax.set_yticks([-place for place in range(len(DEVIATIONS))], [rf"$\sigma = {deviation}$" for deviation in DEVIATIONS])
    ax.set(xlabel="activity", title="three units", ylim=(-2.6, 0.5))


def variance() -> Figure:
    """A unit is charged for what its standard deviation lacks of the target."""
    figure, (left, right) = subplots(1, 2, 4.8, 2.3)
    _units(left)
    sigma = np.linspace(0.01, 1.6, 160)
    right.plot(sigma, [hinge(each) for each in sigma], color=VARIANCE, lw=1.8)
    right.plot(DEVIATIONS, [hinge(each) for each in DEVIATIONS], "o", ms=7, mfc=VARIANCE, mec="white")
    right.set(xlabel=r"standard deviation $\sigma$", title="what each is charged", ylim=(-0.05, 1.05))
    return figure


def log_variance() -> Figure:
    """The logarithm charges without a target, and pulls the harder the less a unit varies."""
    figure, (left, right) = subplots(1, 2, 4.8, 2.3)
    sigma = np.linspace(0.25, 2, 176)
    for ax, of_log, of_hinge, title in (
        (left, [logarithm(each) for each in sigma], [hinge(each) for each in sigma], "the two losses"),
        (right, 1 / sigma, np.where(sigma < TARGET, 1.0, 0.0), "their pull"),
    ):
        ax.plot(sigma, of_hinge, color=GREY, lw=1.4, ls=(0, (4, 3)), label="hinge")
        ax.plot(sigma, of_log, color=VARIANCE, lw=1.8, label="logarithm")
        ax.set(xlabel=r"standard deviation $\sigma$", title=title)
    left.legend(frameon=False)
    return figure


def invariance() -> Figure:
    """Each step in time is charged for the square of its change."""
    figure, axes = subplots(1, 2, 4.8, 2.3, sharey=True)
    for ax, activity, title in zip(axes, (SMOOTH, JUMPING), ("slow", "fast"), strict=True):
        z = np.array(activity)[:, None]
        charged = float(losses.invariance(z[1:], z[:-1])[0])
        ax.plot(activity, "o-", color=GREY, ms=5, mec="white", lw=0.8)
        for time, (before, now) in enumerate(pairwise(activity), 1):
            ax.plot([time, time], [before, now], color=INVARIANCE, lw=3.5, alpha=0.75, solid_capstyle="butt")
        ax.set(xlabel="time t", title=f"{title}: {charged:.2f}", xlim=(-0.4, 5.4), xticks=range(6))
    axes[0].set_ylabel("activity")
    return figure


def covariance() -> Figure:
    """A pair is charged for its covariance, squared, whatever its sign."""
    figure, axes = subplots(1, 3, 4.8, 2.1, sharey=True)
    u = np.random.default_rng(1).normal(size=(60, 2))
    u = (u - u.mean(axis=0)) @ np.linalg.inv(np.linalg.cholesky(np.cov(u.T))).T  # exactly uncorrelated
    for ax, K in zip(axes, COVARIANCES, strict=True):
        z = u @ np.linalg.cholesky(np.array([[1, K], [K, 1]])).T
        charged = float(losses.covariance(z)[0])
        ax.plot(*z.T, "o", ms=4, mfc=COVARIANCE, mec="white", mew=0.4)
        ax.set(xlabel="unit 1", aspect="equal", xlim=(-3.4, 3.4), ylim=(-3.4, 3.4), xticks=(-2, 0, 2))
        ax.set_title(f"$K_{{12}} = {K:g}$")
        note(ax, f"{round(charged, 2) + 0:g}", (-3.1, 2.4), (0, 0), COVARIANCE)
    axes[0].set_ylabel("unit 2")
    return figure


def pulled() -> tuple[Array, Array, dict[str, Array]]:
    """Activities of two units on some samples, of the other view, and minus the gradient of each term for the first."""
    random = np.random.default_rng(4)
    z = random.normal(size=(14, 2)) @ np.array([[0.55, 0.4], [0.0, 0.35]])
    z_prev = z + 0.3 * random.normal(size=z.shape)
    gradients = {
        "variance": losses.variance(z, gamma=TARGET, epsilon=EPSILON)[1],
        "invariance": losses.invariance(z, z_prev)[1],
        "covariance": losses.covariance(z)[1],
    }
    return z, z_prev, {term: -gradient for term, gradient in gradients.items()}


def activity() -> Figure:
    """Where each term sends the activities of two units."""
    figure, axes = subplots(1, 3, 4.8, 2.1, sharey=True)
    z, z_prev, pulls = pulled()
    for ax, (term, pull), colour in zip(axes, pulls.items(), (VARIANCE, INVARIANCE, COVARIANCE), strict=True):
        if term == "invariance":
            ax.plot(*z_prev.T, "o", ms=4, mfc="white", mec=INVARIANCE, mew=0.8)
        ax.quiver(*z.T, *(REACH[term] * pull).T, color=colour, angles="xy", scale_units="xy", scale=1, width=0.012)
        ax.plot(*z.T, "o", ms=3, mfc=GREY, mec="white", mew=0.3)
        if term == "variance":
            ax.plot(*z.mean(axis=0), "+", ms=7, color="black")
        ax.set(xlabel="unit 1", title=term, aspect="equal", xlim=EXTENT, ylim=EXTENT, xticks=(-1, 0, 1))
    axes[0].set_ylabel("unit 2")
    return figure
