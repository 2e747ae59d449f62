"""How the figures look: one style, and one colour and mark for each rule."""

from collections.abc import Sequence
from typing import Any

import matplotlib
import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

STYLE = {
    "svg.hashsalt": "lvicreg",
    "svg.fonttype": "path",
    "font.family": "DejaVu Sans",
    "font.size": 10.5,
    "mathtext.fontset": "dejavusans",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 11.5,
    "axes.titlelocation": "left",
    "figure.facecolor": "white",
}
GREY, FAINT = "#666666", "#d2d2d2"
BLUE, ORANGE, GREEN, VIOLET = "#1f5fa8", "#d95f02", "#1b8a6b", "#6a3d9a"
# what was measured, over what is claimed
DOT: dict[str, Any] = {"marker": "o", "ls": "", "ms": 5, "mec": "white", "mew": 0.6}
DASHED: dict[str, Any] = {"color": GREY, "lw": 0.9, "ls": (0, (4, 3))}


def log_ticks(axis: Axis, values: Sequence[float]) -> None:
    """These values as the ticks of a logarithmic axis, in plain numbers."""
    axis.set_ticks(values, [f"{value:g}" for value in values])
    axis.set_minor_locator(NullLocator())


def note(ax: Axes, text: str, at: tuple[float, float], shift: tuple[float, float], colour: str) -> None:
    """A label in the colour of what it names, shifted by some points from a place in the data."""
    ax.annotate(text, at, xytext=shift, textcoords="offset points", color=colour)


def subplots(rows: int, columns: int, width: float, height: float, **options: Any) -> tuple[Figure, Any]:
    """Axes of a figure in the common style."""
    matplotlib.rcParams.update(STYLE)
    return plt.subplots(rows, columns, figsize=(width, height), layout="constrained", **options)
