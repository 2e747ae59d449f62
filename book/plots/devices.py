"""The time of a step against the number of devices, in the model of ``book.machine``: four rules, three ways to split them."""

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from book.machine import LARGE, Machine
from lvicreg import rules

from .style import BLUE, GREEN, GREY, ORANGE, log_ticks, subplots

COUNTS = sorted(2**i * 5**j for i in range(10) for j in range(4) if 2**i * 5**j <= 1000)  # with meshes of many shapes
PANELS = (
    (rules.log_variance, False, "log_variance: local"),
    (rules.total, False, "total: one shared factor"),
    (rules.covariance, False, "covariance, N < 2 B"),
    (rules.covariance, True, "covariance, N ≥ 2 B"),
)
LINES = {
    "both": (GREEN, 3.6, "best mesh of both"),
    "units": (BLUE, 2.0, "units split"),
    "samples": (ORANGE, 1.6, "samples split"),
}
ALGORITHMS = {"-": (True, "rings"), ":": (False, "halving and doubling")}


def devices() -> Figure:
    """Milliseconds a step, by rings and by halving and doubling, against what the products alone would take."""
    figure, axes = subplots(2, 2, 8, 7, sharex=True, sharey=True)
    for ax, (rule, few, title) in zip(axes.flat, PANELS, strict=True):
        sizes = LARGE[few]
        ideal = [1e3 * Machine().computing(rule, sizes, p, 1) for p in COUNTS]
        ax.loglog(COUNTS, ideal, color="black", lw=0.9, ls=(0, (4, 3)))
        for style, (ring, _) in ALGORITHMS.items():
            machine = Machine(ring=ring)
            for layout, (colour, width, _) in LINES.items():
                shapes = [machine.mesh(layout, rule, sizes, p) for p in COUNTS]
                both = (machine.computing, machine.communicating)
                step = [1e3 * sum(time(rule, sizes, *shape) for time in both) for shape in shapes]
                ax.plot(COUNTS, step, style, color=colour, lw=width, alpha=0.5 if layout == "both" else 1)
        ax.set_title(title)
        log_ticks(ax.xaxis, (1, 10, 100, 1000))
        log_ticks(ax.yaxis, (0.01, 0.1, 1, 10, 100))
    for ax in axes[1]:
        ax.set_xlabel("devices")
    for ax in axes[:, 0]:
        ax.set_ylabel("milliseconds a step")
    named = [Line2D([], [], color=colour, lw=width, label=label) for colour, width, label in LINES.values()]
    named += [Line2D([], [], color=GREY, ls=style, lw=1.6, label=label) for style, (_, label) in ALGORITHMS.items()]
    named += [Line2D([], [], color="black", lw=0.9, ls=(0, (4, 3)), label="products alone, all divided")]
    figure.legend(handles=named, loc="outside lower center", ncols=2, frameon=False)
    return figure
