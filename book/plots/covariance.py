"""What the one-sample covariance rules do to a population, and the error of the third factor."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from book.populations import DRAW, SPECTRUM, UNITS, mean_correlation, trained, update_error

from .style import BLUE, DASHED, DOT, GREEN, GREY, ORANGE, VIOLET, log_ticks, note, subplots

COLOURS = {"Gaussian": ORANGE, "Laplace": VIOLET}
OF_RULE = {"exact": BLUE, "one-sample": ORANGE, "third factor": GREEN, None: GREY}


def population(course: Axes, strengths: Axes, spectra: Axes) -> None:
    """Units that learn with each rule at twice the exact rule's threshold, and how it depends on β."""
    times = 2.0 ** np.arange(-3, 4)
    for rule, colour in OF_RULE.items():
        K = trained(rule, times if rule else (2.0,))
        at_twice = K[list(times).index(2.0) if rule else 0]
        course.plot(50 * np.arange(len(at_twice)), mean_correlation(at_twice), color=colour, lw=1.8)
        if rule:
            strengths.plot(times, mean_correlation(K[:, -1]), "o-", color=colour, lw=1.4, ms=5, mec="white", mew=0.6)
            spectrum = np.linalg.eigvalsh(at_twice[-1])[::-1]
            spectra.plot(np.arange(1, UNITS + 1), spectrum, "o-", color=colour, lw=1.4, ms=5, mec="white", mew=0.6)
    course.set(xlabel="step", ylabel="mean |correlation|", title=r"$\beta$ at twice the threshold", ylim=(-0.03, 1.04))
    note(course, "no covariance term", (1500, 1), (0, -16), GREY)

    note(strengths, "third factor", (1, 0.2), (8, 5), GREEN)
    note(strengths, "one-sample", (1.7, 0.035), (0, 0), ORANGE)
    note(strengths, "exact", (0.17, 0.1), (0, 0), BLUE)
    strengths.axvline(1, **DASHED)
    strengths.set(xscale="log", xlabel=r"$\beta$ over the exact rule's threshold", ylabel="mean |correlation|")
    strengths.set(title="at the end", ylim=(-0.02, None))
    log_ticks(strengths.xaxis, (0.125, 0.5, 2, 8))

    spectra.plot(np.arange(1, UNITS + 1), SPECTRUM[:UNITS], color=GREY, lw=5, alpha=0.35, zorder=0)
    note(spectra, "leading eigenvalues\nof the input, and exact", (2.6, 0.75), (0, 0), BLUE)
    note(spectra, "one-sample", (1, 0.15), (4, 6), ORANGE)
    note(spectra, "third factor", (1, 0.12), (4, -16), GREEN)
    spectra.set(xlabel="eigenvalue of $K$", title=r"spectrum, $\beta$ at twice the threshold", xticks=range(1, UNITS + 1))
    spectra.set(ylabel="variance", ylim=(0, None))


def third_factor() -> Figure:
    """A population that learns with each rule, and the error of the third factor against the number of units."""
    figure, ((course, strengths), (spectra, error)) = subplots(2, 2, 8, 6.8)
    population(course, strengths, spectra)
    units = np.array([2, 4, 8, 16, 32, 64])
    for name, colour in COLOURS.items():
        error.loglog(units, DRAW[name][1] / (units - 1), color=colour, lw=1.6)
        error.loglog(units, [update_error(name, n) for n in units], **DOT, mfc=colour)
    note(error, "Laplace", (16, 0.4), (8, 4), VIOLET)
    note(error, "Gaussian", (8, 3 / 7), (-62, -8), ORANGE)
    error.set(xlabel="number of units $N$", ylabel="relative error", title="third factor's update, independent units")
    log_ticks(error.xaxis, (2, 8, 32))
    log_ticks(error.yaxis, (0.05, 0.2, 1, 5))
    return figure
