"""The two flows of a linear unit with two weights: phase portraits, and how fast each runs along an orbit that they share."""

from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from book.experiments import Array, plane_samples
from lvicreg import rules

from .style import BLUE, GREY, ORANGE, note, subplots

TITLES = {"log_variance_decay": "log-variance + decay", "oja": "Oja"}
COLOURS = {"log_variance_decay": BLUE, "oja": ORANGE}
SPECTRUM, ANGLE = (1.8, 0.6), np.deg2rad(28)
STARTS = ((0.3, 1.9), (-0.12, 1.55), (0.06, 0.2), (0.12, -1.85), (-1.6, -1.15), (-0.07, -0.25), (1.7, 0.9))


def field(rule: str, x: Array, points: Array) -> Array:
    """The mean update at each of the points, by the generated rule: every point is a unit by itself."""
    z = x @ points.T
    if rule == "oja":
        return np.asarray(rules.oja(x, z, points)) / (len(x) - 1)
    return np.asarray(rules.log_variance_decay(x, z, np.ones_like(z), points, decay=1.0, epsilon=0.0))


def flow(rule: str, x: Array, starts: Array, time: float, steps: int) -> Array:
    """The flows from all starts, by the midpoint rule: (steps + 1, starts, 2)."""
    path, h = [starts], time / steps
    for _ in range(steps):
        half = path[-1] + h / 2 * field(rule, x, path[-1])
        path.append(path[-1] + h * field(rule, x, half))
    return np.array(path)


def lyapunov(C: Array, points: Array) -> Array:
    """L(w) for λ = 1: claim oja.lyapunov."""
    return -np.log(np.einsum("...i,ij,...j->...", points, C, points)) / 2 + (points**2).sum(axis=-1) / 2


def portrait(ax: Axes, rule: str, x: Array, V: Array) -> None:
    """Orbits over the loss, with a mark at equal times."""
    C, limit = x.T @ x / (len(x) - 1), 2.0
    grid = np.stack(np.meshgrid(*[np.linspace(-limit, limit, 160)] * 2), axis=-1)
    surface = lyapunov(C, grid)
    ax.contourf(*np.moveaxis(grid, -1, 0), surface, levels=np.quantile(surface, np.linspace(0, 1, 13)), cmap="Greys", alpha=0.5)
    starts = np.array(STARTS) @ V.T
    path = flow(rule, x, starts, time=8.0, steps=800)
    for n, start in enumerate(starts):
        ax.plot(*path[:, n].T, color=COLOURS[rule], lw=1.8)
        ax.plot(*path[50:401:50, n].T, "o", ms=4.5, mfc=COLOURS[rule], mec="white", mew=0.7)
        ax.plot(*start, "o", ms=5.5, mfc="white", mec=GREY, mew=1.2, zorder=5)
    for k, fill in ((0, "black"), (1, "white")):
        for sign in (1, -1):
            ax.plot(*(sign * V[:, k]), "D", ms=7.5, mfc=fill, mec="black", mew=1.3, zorder=6)
    ax.set(xlim=(-limit, limit), ylim=(-limit, limit), aspect="equal", xlabel="$w_1$", title=TITLES[rule])
    ax.set(xticks=(-1, 0, 1), yticks=(-1, 0, 1))


def portraits() -> Figure:
    """Both flows from the same starts over the loss that both descend (λ = 1)."""
    x, V = plane_samples(SPECTRUM, ANGLE)
    figure, axes = subplots(1, 2, 8, 4.6, sharey=True)
    for ax, rule in zip(axes, TITLES, strict=True):
        portrait(ax, rule, x, V)
    axes[0].set_ylabel("$w_2$")
    note(axes[0], "stable", tuple(V[:, 0]), (8, -14), "black")
    note(axes[0], "saddle", tuple(V[:, 1]), (8, -4), "black")
    return figure


def along_an_orbit() -> dict[str, dict[str, Any]]:
    """For each flow from one start: times, arc length, and the speed of both fields at the points passed."""
    x, V = plane_samples(SPECTRUM, ANGLE)
    found, start = {}, V @ np.array([0.1, 1.7])
    for rule in TITLES:
        path = flow(rule, x, start[None, :], 9.0, 1800)
        points = path[:, 0]
        arc = np.concatenate([[0], np.cumsum([np.linalg.norm(b - a) for a, b in pairwise(points)])])
        speeds = {other: np.linalg.norm(field(other, x, points), axis=1) for other in TITLES}
        variance = np.einsum("...i,ij,...j->...", points, x.T @ x / (len(x) - 1), points)
        found[rule] = {"time": np.linspace(0, 9.0, 1801), "arc": arc, "speeds": speeds, "variance": variance}
    return found


def speeds() -> Figure:
    """The same orbit at two speeds: their ratio is the unit's variance."""
    runs = along_an_orbit()
    figure, (left, right) = subplots(1, 2, 8, 3.6)
    one = runs["log_variance_decay"]
    shown = slice(0, None, 60)
    ratio = one["speeds"]["oja"] / one["speeds"]["log_variance_decay"]
    moving = one["arc"] < one["arc"][-1] - 1e-3  # at the fixed point both speeds are zero
    left.plot(one["arc"], one["variance"], color=GREY, lw=1.6, label=r"$\sigma^2 = w^TCw$")
    left.plot(
        one["arc"][moving][shown],
        ratio[moving][shown],
        "o",
        ms=5,
        mfc=BLUE,
        mec="white",
        label="Oja's speed over log-variance's",
    )
    left.set(xlabel="arc length along the orbit", ylim=(0, None), title="ratio of the speeds")
    left.legend(frameon=False, loc="lower right")
    for rule, run in runs.items():
        right.plot(run["time"], run["arc"], color=COLOURS[rule], lw=2)
    right.set(xlabel="time", ylabel="arc length travelled", title="when they arrive", ylim=(0, None))
    for rule, at in (("log_variance_decay", 1.0), ("oja", 2.6)):
        run = runs[rule]
        place = np.searchsorted(run["time"], at)
        right.annotate(TITLES[rule], (at, run["arc"][place]), xytext=(8, -12), textcoords="offset points", color=COLOURS[rule])
    return figure
