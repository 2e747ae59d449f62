"""The covariance term one sample at a time: its bias, and what a third factor does to a population."""

import numpy as np
from matplotlib.figure import Figure

from book.populations import DRAW, mean_correlation, pair, push, trained, update_error

from .style import BLUE, DASHED, DOT, GREEN, GREY, ORANGE, VIOLET, log_ticks, subplots

COLOURS = {"Gaussian": ORANGE, "Laplace": VIOLET}
OF_RULE = {"exact": BLUE, "one-sample": ORANGE, "third factor": GREEN, None: GREY}


def bias() -> Figure:
    """What one sample's squared product charges for, and what it does to units that are decorrelated already."""
    figure, (left, right) = subplots(1, 2, 8, 3.7)
    rho = np.linspace(0, 1, 51)
    left.plot(rho, rho**2, **DASHED)
    left.annotate(r"$K_{12}^2$, the aim", (0.6, 0.36), xytext=(8, -8), textcoords="offset points", color=GREY)
    for name, colour in COLOURS.items():
        kurtosis = DRAW[name][1]
        left.plot(rho, 1 + (kurtosis - 1) * rho**2, color=colour, lw=1.6)  # E[s⁴] ρ² + (1 − ρ²)
        measured = np.linspace(0, 1, 6)
        squares = [np.mean(np.prod(pair(name, r) ** 2, axis=1)) for r in measured]
        left.plot(measured, squares, **DOT, mfc=colour)
        left.annotate(name, (0.72, 1 + (kurtosis - 1) * 0.52), xytext=(-58, 2), textcoords="offset points", color=colour)
    left.set(xlabel=r"correlation $\rho$", ylabel=r"mean of $(u_1u_2)^2$", title="what is charged for", ylim=(0, None))

    units = np.array([2, 4, 8, 16, 32])
    right.plot(units, -4.0 * (units - 1), color=ORANGE, lw=1.6)
    for rule in ("one-sample", "exact"):
        right.plot(units, [push(rule, "Gaussian", n) for n in units], **DOT, mfc=OF_RULE[rule])
    right.annotate("one-sample", (16, -60), xytext=(-78, -8), textcoords="offset points", color=ORANGE)
    right.annotate("exact", (16, 0), xytext=(0, -14), textcoords="offset points", color=BLUE)
    right.set(xlabel=r"number of units $N$", ylabel="update along a unit's own weights", title="decorrelated units, variance 1")
    return figure


def third_factor() -> Figure:
    """A population that learns with each rule, and the error of the third factor against the number of units."""
    figure, (course, spectra, error) = subplots(1, 3, 8, 3.7)
    for rule, colour in OF_RULE.items():
        K = trained(rule)
        steps = 40 * np.arange(len(K))
        course.plot(steps, mean_correlation(K), color=colour, lw=1.8)
        spectrum = np.linalg.eigvalsh(K[-1])[::-1]
        label = rule or "none"
        spectra.plot(np.arange(1, 7), spectrum, "o-", ms=4.5, lw=1.2, color=colour, mec="white", mew=0.5, label=label)
    course.set(xlabel="step", ylabel="mean |correlation|", title="correlation", ylim=(0, 1.03))
    spectra.set(xlabel="eigenvalue", title="spectrum of $K$ at the end", xticks=range(1, 7), yscale="log", ylim=(1e-3, None))
    spectra.legend(frameon=False, title="covariance rule", fontsize=9, title_fontsize=9)
    units = np.array([2, 4, 8, 16, 32, 64])
    for name, colour in COLOURS.items():
        error.loglog(units, DRAW[name][1] / (units - 1), color=colour, lw=1.6, label=name)
        error.loglog(units, [update_error(name, n) for n in units], **DOT, mfc=colour)
    error.set(xlabel="number of units $N$", title="third factor: relative\nerror of the update")
    error.legend(frameon=False)
    log_ticks(error.xaxis, (2, 8, 32))
    log_ticks(error.yaxis, (0.05, 0.2, 1, 5))
    return figure
