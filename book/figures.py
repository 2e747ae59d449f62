"""The figures of the documentation, drawn from runs of the generated rules: ``python -m book.figures``."""

from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import NullLocator
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA

from book.experiments import (
    decorrelation_losses,
    digits,
    many_units,
    mean_correlation,
    orbit_errors,
    plane_samples,
    principal_activity,
    run,
    same_covariance,
    standardised,
    threshold,
)
from book.plots.style import FAINT, GREY, STYLE
from lvicreg import rules

FIGURES = Path(__file__).parent / "figures"
RULES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {  # line, mark
    "log_variance_decay": (
        {"color": "#8fb8de", "lw": 4.5},
        {"marker": "o", "ms": 7.0, "mfc": "#1f5fa8", "mec": "white", "mew": 0.8},
    ),
    "oja": ({"color": "#d95f02", "lw": 1.3}, {"marker": "^", "ms": 6.5, "mfc": "#d95f02", "mec": "white", "mew": 0.7}),
}

Array = np.ndarray[Any, np.dtype[np.float64]]


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


def losses_against_correlation(ax: Axes) -> None:
    """Both losses for two Gaussian units of variance 1 in minibatches of 20: claimed on average, and drawn at random."""
    count, rho = 20, np.linspace(0, 1, 101)
    printed, corrected = (count - 1) / count * (1 + 2 * rho**2), rho**2 + (1 + rho**2) / (count - 1)
    random = np.random.default_rng(0)
    for line, colour, name in ((printed, "#d95f02", "as printed"), (corrected, "#1f5fa8", "as corrected")):
        ax.plot(rho, line, color=colour, lw=1.6, label=name)
    for correlation in np.linspace(0, 1, 11):
        mixing = np.array([[1, 0], [correlation, np.sqrt(1 - correlation**2)]])
        found = [decorrelation_losses(random.normal(size=(count, 2)) @ mixing.T)[:2] for _ in range(4000)]
        for mean, colour in zip(np.mean(found, axis=0), ("#d95f02", "#1f5fa8"), strict=True):
            ax.plot(correlation, mean, "o", ms=5, mfc=colour, mec="white", mew=0.6)
    ax.plot(rho, rho**2, color=GREY, lw=0.9, ls=(0, (4, 3)), label=r"$\rho^2$, the aim")
    ax.set(xlabel=r"correlation $\rho$ of two Gaussian units", ylabel="loss, variances 1", ylim=(0, 3))
    ax.legend(frameon=False)
    ax.set_title("what the loss charges for")


def losses_on_digits(ax: Axes) -> None:
    """Both losses on the digits, for decorrelated and for random units of variance 1."""
    x = digits()
    random = [x @ np.random.default_rng(seed).normal(size=(8, 64)).T for seed in range(20)]
    groups = {
        "principal\ncomponents": [principal_activity(x, 8)],
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
    ax.set(ylabel="loss, variances 1", ylim=(-0.04, None))
    ax.set_title("eight units on the digits")
    handles = [Line2D([], [], ls="", marker=m, color=c) for m, c in (("o", "#d95f02"), ("_", "black"), ("o", "#1f5fa8"))]
    ax.legend(handles, ["as printed", "as printed, if Gaussian", "as corrected"], frameon=False, loc="center right")


def published_error() -> Figure:
    """The decorrelation loss as printed in the LPL paper and as corrected in its erratum."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(10.5, 4), layout="constrained")
    losses_against_correlation(left)
    losses_on_digits(right)
    return figure


FIGURE = {
    "log_variance_is_oja": log_variance_is_oja,
    "discretisation": discretisation,
    "principal_components": principal_components,
    "published_error": published_error,
}


def main() -> None:
    FIGURES.mkdir(exist_ok=True)
    with plt.rc_context(STYLE):
        for name, draw in FIGURE.items():
            print(f"drawing {name}.svg")
            draw().savefig(FIGURES / f"{name}.svg", metadata={"Date": None})


if __name__ == "__main__":
    main()
