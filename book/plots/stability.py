"""Fixed points and step sizes of log-variance with decay: what the theorems say, and what the generated rules do."""

import numpy as np
from matplotlib.figure import Figure

from book.experiments import Array, plane_samples, run
from lvicreg import rules
from lvicreg.oja import fixed_points

from .style import BLUE, DASHED, DOT, GREEN, ORANGE, VIOLET, log_ticks, subplots

SPECTRUM, ANGLE = (1.8, 0.6), np.deg2rad(28)


def norm_reached(x: Array, decay: float, epsilon: float) -> float:
    """The norm at which the generated rule ends."""
    start = np.array([0.4, 0.9])
    return float(np.linalg.norm(run("log_variance_decay", x, start, 4000, eta=0.05 / decay, decay=decay, epsilon=epsilon)[-1]))


def norm_claimed(x: Array, decay: float, epsilon: float) -> float:
    """That of the stable fixed point."""
    stable = [point for point in fixed_points(np.cov(x.T), decay=decay, epsilon=epsilon) if point.stable]
    return float(stable[0].norm) if stable else 0.0


def largest_step(rule: str, x: Array, decay: float = 1.0) -> float:
    """The learning rate above which a deviation from the leading fixed point grows, found by bisection."""
    C = x.T @ x / (len(x) - 1)
    spectrum, vectors = np.linalg.eigh(C)
    fixed = vectors[:, -1] / np.sqrt(decay if rule == "log_variance_decay" else 1)
    low, high = 0.0, 8 / (decay if rule == "log_variance_decay" else spectrum[-1])
    for _ in range(12):
        eta = (low + high) / 2
        W = (fixed * (1 + 1e-6))[None, :]
        for _ in range(40):
            if np.linalg.norm(W - fixed) > 1e-3 * np.linalg.norm(fixed):
                break
            z = x @ W.T
            if rule == "oja":
                W = W + eta / (len(x) - 1) * rules.oja(x, z, W)
            else:
                W = W + eta * rules.log_variance_decay(x, z, np.ones_like(z), W, decay=decay, epsilon=0.0)
        grew = np.linalg.norm(W - fixed) > 1e-6 * np.linalg.norm(fixed)
        low, high = (low, eta) if grew else (eta, high)
    return (low + high) / 2


def stability() -> Figure:
    """Where the rule ends, against ε; and the largest learning rate, against λ and against the scale of the data."""
    x, _ = plane_samples(SPECTRUM, ANGLE)
    figure, (norms, decays, scales) = subplots(1, 3, 8, 3.5)

    epsilons = np.linspace(0, 4, 81)
    for decay, colour in ((0.5, GREEN), (1.0, BLUE), (2.0, VIOLET)):
        claimed = [norm_claimed(x, decay, epsilon) for epsilon in epsilons]
        norms.plot(epsilons, claimed, color=colour, lw=1.6, label=rf"$\lambda={decay:g}$")
        norms.plot(epsilons[::8], [norm_reached(x, decay, epsilon) for epsilon in epsilons[::8]], **DOT, mfc=colour)
    norms.axhline(0, **DASHED)
    norms.set(xlabel=r"$\varepsilon$", ylabel=r"$\|w\|$ at the end", title=r"norm against $\varepsilon$", ylim=(-0.03, None))
    norms.legend(frameon=False)

    lambdas = np.geomspace(0.25, 4, 9)
    decays.loglog(lambdas, 1 / lambdas, color=BLUE, lw=1.6)
    decays.loglog(lambdas, [largest_step("log_variance_decay", x, decay) for decay in lambdas], **DOT, mfc=BLUE)
    for axis in (decays.xaxis, decays.yaxis):
        log_ticks(axis, (0.25, 0.5, 1, 2, 4))
    decays.set(xlabel=r"$\lambda$", ylabel=r"largest stable $\eta$", title=r"step against $\lambda$")
    decays.annotate(r"$1/\lambda$", (1, 1), xytext=(6, 4), textcoords="offset points", color=BLUE)

    sizes = np.geomspace(0.1, 10, 9)
    limits = {"log_variance_decay": (BLUE, np.ones_like(sizes)), "oja": (ORANGE, 1 / (SPECTRUM[0] * sizes**2))}
    for rule, (colour, claimed) in limits.items():
        scales.loglog(sizes, claimed, color=colour, lw=1.6)
        scales.loglog(sizes, [largest_step(rule, size * x) for size in sizes], **DOT, mfc=colour)
    log_ticks(scales.xaxis, (0.1, 1, 10))
    scales.annotate("log-variance", (0.1, 1), xytext=(0, -14), textcoords="offset points", color=BLUE)
    scales.annotate(r"Oja, $1/\mu_1$", (0.42, 4), xytext=(4, 2), textcoords="offset points", color=ORANGE)
    scales.set(xlabel="scale of the data", title="step against scale")
    return figure
