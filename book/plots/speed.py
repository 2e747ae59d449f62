"""What was measured: times and memory against sizes, and what read-outs make of layers that learn by themselves."""

import json
from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from book.benchmarks import OURS, PRODUCTS, RECORD, curve, products, sizes

from .style import BLUE, DASHED, DOT, FAINT, GREEN, GREY, ORANGE, VIOLET, log_ticks, subplots

LAYERWISE = RECORD.with_name("layerwise.json")  # read here, since the experiment itself needs PyTorch
COLOURS = {
    "lightly": ORANGE,
    "facebook's form": VIOLET,
    "autodiff": ORANGE,
    "cheaper order": GREY,
    "by hand": GREEN,
    OURS: BLUE,
    PRODUCTS: FAINT,
}
STYLES = {"PyTorch": "-", "torch.compile": "--", "JAX": ":", "NumPy": "-."}


def _lines(ax: Axes, curves: Mapping[str, tuple[list[int], list[float]]], over: list[float] | None = None) -> None:
    """A line for each way, in units of ``over`` if given: a colour for who wrote it, a style for the library."""
    for way, (measured, values) in curves.items():
        shown = values if over is None else list(np.array(values) / over)
        who, library = way.split(", ")
        ax.loglog(measured, shown, color=COLOURS[who], ls=STYLES[library], lw=1.8, label=way, marker="o", ms=3.5)
    log_ticks(ax.xaxis, measured)


def vicreg() -> Figure:
    """Seconds of loss and gradient against the number of units, and of samples."""
    figure, axes = subplots(1, 2, 8, 5, sharey=True)
    panels = {"vicreg-N": ("units N, at B = 256", "256 samples"), "vicreg-B": ("samples B, at N = 2048", "2048 units")}
    for ax, (name, (label, title)) in zip(axes, panels.items(), strict=True):
        _lines(ax, curve(name))
        ax.set(xlabel=label, title=title)
    axes[0].set(ylabel="seconds")
    log_ticks(axes[0].yaxis, (0.001, 0.01, 0.1, 1, 10))
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=2, frameon=False)
    return figure


def memory() -> Figure:
    """Megabytes beyond the activities against the number of units."""
    figure, ax = subplots(1, 1, 5.6, 3.6)
    _lines(ax, {way: (sizes, [value / 1e6 for value in values]) for way, (sizes, values) in curve("vicreg-memory").items()})
    ax.set(xlabel="units N, at B = 256", ylabel="megabytes")
    log_ticks(ax.yaxis, (10, 100, 1000))
    ax.legend(frameon=False)
    return figure


def total() -> Figure:
    """An update's time over that of its matrix products in the library where these are fastest."""
    figure, ax = subplots(1, 1, 7, 5)
    yardstick = [products("total-N", size) for size in sizes("total-N")]
    _lines(ax, curve("total-N"), over=yardstick)
    ax.axhline(1, **DASHED)
    ax.set(xlabel="units N, and as many inputs, at B = 256", ylabel="time over that of the matrix products")
    log_ticks(ax.yaxis, (1, 2, 5, 10, 20))
    figure.legend(loc="outside lower center", ncols=2, frameon=False)
    return figure


def layerwise() -> Figure:
    """The accuracy of a linear read-out against the layer, with all labels and with few."""
    found = json.loads(LAYERWISE.read_text(encoding="utf-8"))["accuracy"]
    styles = dict(zip(found, ((GREY, "s"), (BLUE, "o"), (ORANGE, "^")), strict=True))
    figure, axes = subplots(1, 2, 8, 4.6)
    for ax, labels in zip(axes, next(iter(found.values()))[0], strict=True):
        for way, (colour, mark) in styles.items():
            runs = np.array([run[labels] for run in found[way]])
            ax.plot(np.median(runs, axis=0), color=colour, label=way, **DOT | {"marker": mark, "ls": "-"})
            ax.fill_between(range(runs.shape[1]), runs.min(axis=0), runs.max(axis=0), color=colour, alpha=0.15, lw=0)
        ax.set(title=labels, xticks=range(runs.shape[1]), xticklabels=["pixels", *range(1, runs.shape[1])], xlabel="layer")
        ax.yaxis.set_minor_locator(NullLocator())
    axes[0].set_ylabel("accuracy on the test half")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3, frameon=False)
    return figure
