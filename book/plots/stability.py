"""Fixed points and step sizes of log-variance with decay: what the theorems say, and what the generated rules do.

Lines are ``lvicreg.oja.fixed_points``, dots are runs. A saddle attracts what starts on its axis, but across the axis rounding
errors grow, at the rate λ(μ_1/μ_2 − 1): the runs that measure it are short.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from book.experiments import Array, plane_samples, run
from lvicreg import rules
from lvicreg.oja import fixed_points

from .style import BLUE, DOT, ORANGE, VIOLET, log_ticks, note, subplots

SPECTRUM, ANGLE = (1.8, 0.6), np.deg2rad(28)
Setting = Callable[[float], tuple[Array, float, float]]
SHORT, LONG = 240, 4000  # steps of a run to a saddle, and to a stable fixed point


def covariance(x: Array) -> Array:
    """Of centred samples."""
    return x.T @ x / (len(x) - 1)


def norm_reached(x: Array, start: Array, steps: int, decay: float, epsilon: float) -> float:
    """The norm at which the generated rule ends."""
    return float(np.linalg.norm(run("log_variance_decay", x, start, steps, eta=0.05 / decay, decay=decay, epsilon=epsilon)[-1]))


def norm_claimed(x: Array, k: int, decay: float, epsilon: float) -> float:
    """That of the fixed point along the k-th principal component; of the origin where that is stable; else there is none."""
    points = fixed_points(covariance(x), decay=decay, epsilon=epsilon)
    found = [point for point in points if np.isclose(point.eigenvalue, SPECTRUM[k]) or (k == 0 and point.stable)]
    return found[0].norm if found else np.nan


def step_claimed(rule: str, x: Array, decay: float = 1.0, epsilon: float = 0.0) -> float:
    """The largest learning rate at which the leading fixed point is stable: oja.step-size and oja.epsilon."""
    first = fixed_points(covariance(x), decay=decay, epsilon=epsilon)[0]
    return 1 / first.eigenvalue if rule == "oja" else first.largest_step


def comes_back(rule: str, x: Array, eta: float, decay: float, epsilon: float) -> bool:
    """Whether the generated rule returns to the leading fixed point from small deviations along both axes."""
    fixed = fixed_points(covariance(x), decay=decay, epsilon=epsilon)[0].weights
    W = fixed + 1e-6 * np.linalg.norm(fixed) * np.eye(2)  # two units, each by itself
    deviations = []
    for _ in range(80):
        z = x @ W.T
        if rule == "oja":
            W = W + eta / (len(x) - 1) * rules.oja(x, z, W)
        else:
            W = W + eta * rules.log_variance_decay(x, z, np.ones_like(z), W, decay=decay, epsilon=epsilon)
        deviations.append(np.linalg.norm(W - fixed) / np.linalg.norm(fixed))
        if deviations[-1] > 1e-3:
            return False
    return bool(deviations[-1] < max(deviations[40], 1e-12))  # below that it is lost in rounding


def step_measured(rule: str, x: Array, decay: float = 1.0, epsilon: float = 0.0) -> float:
    """The learning rate above which a deviation from the leading fixed point grows, found by bisection."""
    low = high = 0.004
    while comes_back(rule, x, high, decay, epsilon):
        low, high = high, 2 * high
    for _ in range(8):
        eta = (low + high) / 2
        low, high = (eta, high) if comes_back(rule, x, eta, decay, epsilon) else (low, eta)
    return (low + high) / 2


def norms(ax: Axes, x: Array, V: Array, across: str, at: dict[str, float], line: Array, marks: Array) -> None:
    """The norms of the fixed points along both principal components, against λ or ε."""
    starts = ((np.array([0.4, 0.9]), LONG), (0.8 * V[:, 1], SHORT))
    for k, (colour, style) in enumerate(((BLUE, "-"), (VIOLET, "--"))):
        ax.plot(line, [norm_claimed(x, k, **at | {across: float(value)}) for value in line], style, color=colour, lw=1.6)
        there = [value for value in map(float, marks) if not np.isnan(norm_claimed(x, k, **at | {across: value}))]
        ax.plot(there, [norm_reached(x, *starts[k], **at | {across: value}) for value in there], **DOT, mfc=colour)
    ax.set(ylim=(-0.04, None), ylabel=r"$\|w\|$")


def steps(ax: Axes, rule: str, setting: Setting, line: Array, marks: Array, colour: str) -> None:
    """The largest stable learning rate, claimed and measured; ``setting`` gives data, λ and ε for each place on the axis."""
    ax.plot(line, [step_claimed(rule, *setting(float(place))) for place in line], color=colour, lw=1.6)
    ax.plot(marks, [step_measured(rule, *setting(float(place))) for place in marks], **DOT, mfc=colour)


def stability() -> Figure:
    """The norms of the fixed points, and the largest stable learning rates, against λ, ε and the scale of the data."""
    x, V = plane_samples(SPECTRUM, ANGLE)
    figure, ((by_epsilon, by_decay), (step_epsilon, step_scale)) = subplots(2, 2, 8, 6.6)
    norms(by_epsilon, x, V, "epsilon", {"decay": 1.0}, np.linspace(0, 2.2, 331), np.arange(0, 2.2, 0.17))
    by_epsilon.set(xlabel=r"$\varepsilon$", title=r"fixed points, $\lambda = 1$")
    note(by_epsilon, "along $v_1$, stable", (1.0, 0.67), (8, 4), BLUE)
    note(by_epsilon, "along $v_2$,\nsaddle", (0, 0.25), (0, 0), VIOLET)
    note(by_epsilon, "origin,\nstable", (1.8, 0), (8, 10), BLUE)
    norms(by_decay, x, V, "decay", {"epsilon": 0.3}, np.geomspace(0.25, 8, 331), np.geomspace(0.25, 7.5, 12))
    by_decay.set(xlabel=r"$\lambda$", title=r"fixed points, $\varepsilon = 0.3$", xscale="log")
    log_ticks(by_decay.xaxis, (0.25, 0.5, 1, 2, 4, 8))

    for decay, colour in ((0.5, BLUE), (1.0, VIOLET)):
        setting = partial(lambda decay, epsilon: (x, decay, epsilon), decay)
        steps(step_epsilon, "log_variance_decay", setting, np.linspace(0, 1.6, 81), np.linspace(0, 1.6, 9), colour)
        note(step_epsilon, rf"$\lambda={decay:g}$", (0.0, step_claimed("log_variance_decay", x, decay)), (2, 10), colour)
    step_epsilon.set(xlabel=r"$\varepsilon$", ylabel=r"largest stable $\eta$", title="log-variance", ylim=(0, None))

    scales = np.geomspace(0.1, 10, 9)
    step_scale.set(xscale="log", yscale="log", xlabel="scale of the data", ylabel=r"largest stable $\eta$")
    for rule, colour in (("log_variance_decay", BLUE), ("oja", ORANGE)):
        steps(step_scale, rule, lambda scale: (scale * x, 1.0, 0.0), scales, scales, colour)
    step_scale.set_title(r"$\lambda = 1$, $\varepsilon = 0$")
    note(step_scale, "log-variance", (2, 1), (0, 6), BLUE)
    note(step_scale, r"Oja, $1/\mu_1$", (0.3, 6), (10, 2), ORANGE)
    log_ticks(step_scale.xaxis, (0.1, 1, 10))
    log_ticks(step_scale.yaxis, (0.01, 0.1, 1, 10))
    return figure
