"""What the total rule learns: receptive fields from photographs, and selectivity in the toy experiment of LPL."""

import numpy as np
from matplotlib.figure import Figure

from book.photographs import correlation, learn, patches, receptive_fields
from book.toy import RULES, SIGMA_Y, recorded

from .style import BLUE, DASHED, DOT, GREEN, GREY, ORANGE, VIOLET, log_ticks, subplots

UNITS = 16
# widths, since they coincide in places
LINES = dict(zip(RULES, ((ORANGE, 6.0), (BLUE, 2.6), (GREEN, 2.0), (GREY, 6.0), (VIOLET, 2.6)), strict=True))


def photographs() -> Figure:
    """Sixteen units that learned from photographs, with and without the covariance term."""
    x, whitening = patches()
    figure, axes = subplots(1, 2, 8, 4.4)
    figure.get_layout_engine().set(wspace=0.1)  # more than between two fields
    for ax, lambda_cov, title in zip(axes, (0.1, 0.0), ("with covariance term", "without"), strict=True):
        W = learn(x, UNITS, lambda_cov)
        fields = receptive_fields(x, W, whitening)
        fields = fields / np.abs(fields).max(axis=(1, 2), keepdims=True)
        framed = np.pad(fields, ((0, 0), (1, 1), (1, 1)), constant_values=np.nan).reshape(4, 4, *np.array(fields.shape[1:]) + 2)
        ax.imshow(framed.transpose(0, 2, 1, 3).reshape(4 * framed.shape[2], -1), cmap="gray", vmin=-1, vmax=1)
        ax.set(title=f"{title}: mean |correlation| {correlation(x, W):.2f}")
        ax.axis("off")
    return figure


def toy() -> Figure:
    """Selectivity for the clusters against the noise across them, as ``python -m book.toy`` put it on record."""
    found = recorded()
    figure, ax = subplots(1, 1, 7, 3.9)
    for rule, (colour, width) in LINES.items():
        ax.semilogx(SIGMA_Y, np.median(found[rule], axis=0), color=colour, lw=width, label=rule)
        ax.fill_between(SIGMA_Y, *np.quantile(found[rule], (0.25, 0.75), axis=0), color=colour, alpha=0.18, lw=0)
    for rule in RULES[-2:]:  # these find the clusters, but for single runs
        seed, level = np.nonzero(found[rule] < 0.9)
        ax.plot(SIGMA_Y[level], found[rule][seed, level], **DOT | {"color": LINES[rule][0]})
    ax.axvline(1, **DASHED)
    ax.annotate("as much noise\nas signal", (1, 0.5), xytext=(24, 0), textcoords="offset points", color=GREY)
    log_ticks(ax.xaxis, (0.01, 0.1, 1, 10, 100))
    ax.set(xlabel=r"noise across the clusters, $\sigma_y$", ylabel="share of variance explained by cluster", ylim=(-0.03, 1.03))
    ax.legend(frameon=False, loc="lower left", bbox_to_anchor=(0, 0.1))
    return figure
