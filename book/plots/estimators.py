"""What the estimators of ``lvicreg.sklearn`` learn: components from minibatches, and slow features for each coefficient."""

import numpy as np
from matplotlib.figure import Figure

from book.estimators import minibatches, slowness

from .style import BLUE, DASHED, DOT, GREEN, GREY, log_ticks, note, subplots

COLOURS = {"LocalPCA": BLUE, "IncrementalPCA": GREY}
COEFFICIENTS = 10.0 ** np.arange(-2, 4)


def estimators() -> Figure:
    """Above the angle to the principal subspace after each minibatch; below the slowness of features."""
    figure, (ax, slow) = subplots(2, 1, 5.6, 7)
    for name, angles in minibatches().items():
        ax.loglog(np.arange(1, len(angles) + 1), angles, color=COLOURS[name], label=name)
    log_ticks(ax.xaxis, (1, 10, 100, 400))
    log_ticks(ax.yaxis, (1, 3, 10, 30, 90))
    ax.minorticks_off()
    ax.set(title="ten components of the digits", xlabel="minibatches of 200", ylabel="angle between subspaces, degrees")
    ax.legend(frameon=False)
    learned, solved, least = slowness(COEFFICIENTS)
    slow.semilogx(COEFFICIENTS, solved, color=GREEN, label="eigenvalue solver")
    slow.semilogx(COEFFICIENTS, learned, **DOT | {"color": GREEN, "label": "learned"})
    slow.axhline(least, **DASHED)
    note(slow, "slow feature analysis", (COEFFICIENTS[0], least), (0, 4), GREY)
    log_ticks(slow.xaxis, COEFFICIENTS[::2])
    slow.set(title="four features of a gaze", xlabel="invariance c", ylabel="mean Δ, small where they are slow")
    slow.legend(frameon=False)
    return figure
