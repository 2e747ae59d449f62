"""Log-variance with decay against Oja's rule: the same orbits and fixed points, on the plane and on handwritten digits."""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import NullLocator
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA

from book.experiments import orbit_errors, plane_samples, run

from .style import FAINT, GREY

RULES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {  # line, mark
    "log_variance_decay": (
        {"color": "#8fb8de", "lw": 4.5},
        {"marker": "o", "ms": 7.0, "mfc": "#1f5fa8", "mec": "white", "mew": 0.8},
    ),
    "oja": ({"color": "#d95f02", "lw": 1.3}, {"marker": "^", "ms": 6.5, "mfc": "#d95f02", "mec": "white", "mew": 0.7}),
}


def phase_portrait(ax: Axes) -> None:
    """Runs of both rules from the same starts, over the direction that their mean fields share."""
    x, V = plane_samples((1.8, 0.6), angle=np.deg2rad(28))
    C = x.T @ x / (len(x) - 1)
    limit = 1.9
    grid = np.stack(np.meshgrid(*[np.linspace(-limit, limit, 16)] * 2), axis=-1)
    field = grid @ C - np.einsum("...i,ij,...j->...", grid, C, grid)[..., None] * grid
    field = field / np.linalg.norm(field, axis=-1, keepdims=True)
    ax.quiver(*np.moveaxis(grid, -1, 0), *np.moveaxis(field, -1, 0), color=FAINT, pivot="mid", scale=24, width=0.0045)

    marks = np.arange(40, 201, 40)
    for start in (
        V @ np.array(c) for c in ((0.3, 1.9), (-0.12, 1.55), (0.06, 0.2), (0.12, -1.85), (-1.6, -1.15), (-0.07, -0.25))
    ):
        for rule, (line, mark) in RULES.items():
            path = run(rule, x, start, 1500, eta=0.01)
            ax.plot(*path.T, **line)
            ax.plot(*path[marks].T, ls="", **mark)
        ax.plot(*start, "o", ms=6.5, mfc="white", mec=GREY, mew=1.2, zorder=5)
    for k, fill, away in ((0, "black", 1.27), (1, "white", 0.74)):
        for sign in (1, -1):
            ax.plot(*(sign * V[:, k]), "D", ms=8.5, mfc=fill, mec="black", mew=1.4, zorder=6)
            label = rf"${'+' if sign > 0 else '-'}v_{k + 1}$"
            ax.annotate(label, sign * V[:, k] * away, ha="center", va="center", fontsize=12, zorder=7)
    ax.set(xlim=(-limit, limit), ylim=(-limit, limit), aspect="equal", xlabel="$w_1$", ylabel="$w_2$")
    ax.set(xticks=(-1, 0, 1), yticks=(-1, 0, 1), title=r"Same orbits, same fixed points ($\lambda=1$)")
    labels = {"log_variance_decay": "log-variance + decay", "oja": "Oja"}
    handles = [
        Line2D([], [], label=f"{labels[rule]}, a mark every 40 steps", **line, **mark) for rule, (line, mark) in RULES.items()
    ]
    handles += [
        Line2D([], [], ls="", marker="D", ms=7, mfc=fill, mec="black", label=label)
        for fill, label in (("black", "stable"), ("white", "saddle"))
    ]
    ax.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.5, -0.12), ncol=2, frameon=False, handlelength=2.2)


def digits_curves(top: Axes, bottom: Axes) -> None:
    """On the handwritten digits: the direction and the norm, for three strengths of the decay."""
    x = load_digits().data
    x = x - x.mean(axis=0)
    first = PCA(1).fit(x).components_[0]
    start = np.random.default_rng(0).normal(size=64)
    start *= 3.0 / np.linalg.norm(start)
    for decay, text, colour in ((0.25, "1/4", "#41ab9b"), (1.0, "1", "#2171b5"), (4.0, "4", "#3f2a7a")):
        path = run("log_variance_decay", x, start, 4000, eta=0.05, decay=decay)
        norm = np.linalg.norm(path, axis=1)
        steps = np.arange(len(path)) + 1
        top.plot(steps, np.abs(path @ first) / norm, color=colour, lw=2.2)
        bottom.plot(steps, norm, color=colour, lw=2.2)
        bottom.axhline(1 / np.sqrt(decay), color=GREY, lw=0.8, ls=(0, (4, 3)), zorder=0)
        bottom.annotate(rf"$\lambda={text}$", (4400, 1 / np.sqrt(decay)), color=colour, va="center", annotation_clip=False)
    top.axhline(1, color=GREY, lw=0.8, ls=(0, (4, 3)), zorder=0)
    for ax in (top, bottom):
        ax.set(xscale="log", xlim=(1, 4000))
    top.set(ylim=(0, 1.05), ylabel=r"$|\cos(w, v_1)|$", title="Log-variance + decay on handwritten digits")
    top.tick_params(labelbottom=False)
    bottom.set(
        ylim=(0, 3.1),
        yticks=(0, 0.5, 1, 2, 3),
        yticklabels=("0", "½", "1", "2", "3"),
        ylabel=r"$\|w\|\to 1/\sqrt{\lambda}$",
        xlabel="step",
    )


def log_variance_is_oja() -> Figure:
    """Log-variance with weight decay against Oja's rule."""
    figure = plt.figure(figsize=(10, 5.4))
    grid = figure.add_gridspec(
        2, 2, width_ratios=(1.12, 1), left=0.06, right=0.93, top=0.93, bottom=0.19, wspace=0.2, hspace=0.14
    )
    phase_portrait(figure.add_subplot(grid[:, 0]))
    digits_curves(figure.add_subplot(grid[0, 1]), figure.add_subplot(grid[1, 1]))
    return figure


def discretisation() -> Figure:
    """How far discrete steps are from the orbits, against the learning rate."""
    figure, ax = plt.subplots(figsize=(5.6, 4.2), layout="constrained")
    etas = 0.2 / 2.0 ** np.arange(6)
    for rule, label in (("log_variance_decay", "log-variance + decay"), ("oja", "Oja")):
        errors = orbit_errors(rule, etas)
        order = np.log2(errors[-2] / errors[-1])
        ax.loglog(etas, errors, color=RULES[rule][1]["mfc"], label=f"{label}, order {order:.2f}", lw=1.5, **RULES[rule][1])
    ax.loglog(etas, errors[-1] * etas / etas[-1] / 2, color=GREY, lw=0.8, ls=(0, (4, 3)), label="order 1")
    ax.set(xlabel=r"learning rate $\eta$, halved from point to point", ylabel="largest distance to the orbit")
    ax.set(xticks=etas, xticklabels=[f"1/{round(1 / eta)}" for eta in etas], title="Discrete steps on the digits")
    ax.xaxis.set_minor_locator(NullLocator())
    ax.legend(frameon=False)
    return figure
