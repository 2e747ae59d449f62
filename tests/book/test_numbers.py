"""Every measured number in prose, caption or alternative text is the one that its record or its experiment gives.

A function for each page writes the words around its numbers, with the numbers that are found now; the page must have them, word
for word. The page on speed has no such words: what it says is written from the record when it is made.
"""

import inspect
import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("jax")
pytest.importorskip("matplotlib")
pytest.importorskip("sklearn")
from book import layerwise, photographs, toy
from book.devices import SMALL
from book.experiments import decorrelation_losses, digits, principal_activity, standardised
from book.machine import LARGE, Machine
from book.plots import published_error as plotted
from book.plots import stability
from book.plots.flows import along_an_orbit
from book.plots.learning import UNITS as UNITS_SHOWN
from book.plots.speed import LAYERWISE
from book.populations import RULES, SPECTRUM, UNITS, mean_correlation, trained
from lvicreg import losses, rules
from lvicreg.oja import fixed_points

BOOK = Path(__file__).parents[2] / "book"
WORDS = {2: "two", 3: "three", 5: "five", 6: "six", 8: "eight", 16: "sixteen", 50: "fifty"}


def default(function: Callable[..., object], name: str) -> object:
    """What a function takes where nothing is given."""
    return inspect.signature(function).parameters[name].default


def total() -> list[str]:
    """The toy experiment, from eighty seeds."""
    found = toy.recorded()
    median = {rule: np.median(runs, axis=0) for rule, runs in found.items()}
    alone, plain, hinge, logarithm = (median[rule] for rule in toy.RULES[1:])
    below, above = np.flatnonzero(toy.SIGMA_Y < 1)[-1], np.flatnonzero(toy.SIGMA_Y > 1)[0]
    ten = np.argmin(np.abs(np.log(toy.SIGMA_Y / 10)))
    quartiles = np.quantile(found[toy.RULES[2]][:, -1], (0.25, 0.75))
    low = [int(100 * curve.min()) / 100 for curve in (hinge, logarithm)]
    last = [np.argwhere(found[rule] < 0.9) for rule in toy.RULES[3:]]
    (left,) = {f"{curve[0]:.2f}" for curve in median.values()}
    steps = len(toy.RULES) * len(toy.SIGMA_Y) * toy.SEEDS * toy.STEPS
    assert {len(runs) for runs in found.values()} == {toy.SEEDS} == {80}
    assert len(toy.SIGMA_Y) == 50
    return [
        f"fall from {alone[0]:.2f} to {alone[above]:.2f} where the noise reaches the signal",
        f"the median stays above {min(low)}; with the plain",
        f"it falls to {plain[-1]:.2f} where the noise is largest",
        f"On the left all five coincide, at {left}.",
        f"alone have {alone[below]:.2f} at $\\sigma_y = {toy.SIGMA_Y[below]:.2f}$ and at most {alone[above:].max():.3f} from "
        f"$\\sigma_y = {toy.SIGMA_Y[above]:.1f}$ on",
        f"stays above {low[1]} at every level for the logarithm, above {low[0]} for the hinge",
        f"falls from {plain[ten]:.2f} at $\\sigma_y = {toy.SIGMA_Y[ten]:.1f}$ to {plain[-1]:.2f} at 100, and runs differ much: "
        f"there the quartiles are {quartiles[0]:.2f} and {quartiles[1]:.2f}",
        f"end below 0.9, which are {len(last[0])} and {len(last[1])} of {toy.SEEDS * len(toy.SIGMA_Y):,} each, all of them at "
        f"$\\sigma_y \\geq {int(min(toy.SIGMA_Y[runs[:, 1]].min() for runs in last))}$",
        f"{WORDS[len(toy.RULES)]} rules, {WORDS[len(toy.SIGMA_Y)]} noise levels, {toy.STEPS:,} batches of {toy.BATCH}",
        f"{WORDS[UNITS_SHOWN].capitalize()} ReLU units after {default(photographs.learn, 'steps')} minibatches of patches",
        f"moved by up to {WORDS[photographs.SHIFT]} pixels",
        f"{steps / 1e6:.0f} million steps",
    ]


def torch() -> list[str]:
    """The read-outs of layers that learned by themselves: what is said in words."""
    record = json.loads(LAYERWISE.read_text(encoding="utf-8"))
    random, alone, whole = (
        {labels: np.median([run[labels] for run in runs], axis=0) for labels in runs[0]} for runs in record["accuracy"].values()
    )
    for labels in alone:
        assert (alone[labels][1:] > random[labels][1:]).all()
        assert (whole[labels][1:] > alone[labels][1:]).all()
    everything, few = alone
    assert random[everything][3] < alone[everything][3] < alone[everything][2]
    clearer = (alone[labels][1:] / random[labels][1:] for labels in (few, everything))
    assert np.greater(*clearer).all()  # most clearly with few labels
    seeds = {5: "five"}[record["seeds"]]
    pixels, *sizes = layerwise.SIZES
    (width,) = set(sizes)
    assert (pixels, layerwise.FEW) == (64, 100)
    return [
        f"{WORDS[len(sizes)].capitalize()} layers of {width} ReLU units learned",
        "with all labels and with one hundred",
        f"medians of {seeds} seeds, and their ranges",
        "the third of them is worse than the second",
    ]


def devices() -> list[str]:
    """The model's assumptions, and where it leaves the ideal."""
    machine, (enough, few) = Machine(), LARGE
    counts = range(2, 1001)
    samples = [
        machine.computing(rules.log_variance, enough, p, 1) + machine.communicating(rules.log_variance, enough, p, 1)
        for p in counts
    ]
    held_up = {
        (ring, rule): Machine(ring=ring).dominated_from("units", rule, enough)
        for ring in (True, False)
        for rule in (rules.total, rules.log_variance)
    }
    assert held_up[True, rules.log_variance] is held_up[False, rules.log_variance] is None  # never, to 1,000 devices
    sizes = [", ".join(map(str, each)) for each in SMALL]
    return [
        f"split and rings it is least on {counts[int(np.argmin(samples))]} devices",
        f"from {held_up[True, rules.total]} devices on with rings, from {held_up[False, rules.total]} on with halving",
        f"$B, N, M$ = {sizes[0]} and, in the last row of `covariance`, {sizes[1]}",
        f"is {machine.latency * 1e6:g} µs, the bandwidth $b$ {machine.bandwidth / 1e9:g} GB/s",
        f"{machine.bandwidth * 8 / 1e9:g} Gbit/s), and products run at {machine.rate / 1e12:g} Tflop/s",
        f"{enough.N} units with {enough.M} inputs, in a minibatch of {enough.B} samples, in the last panel of {few.B}",
    ]


@cache
def learned(rule: str) -> np.ndarray:
    """The covariance of the units at the end, at a quarter of the exact rule's threshold and at twice it."""
    return trained(rule, times=(0.25, 2.0))[:, -1]


def covariance_rotation() -> list[str]:
    """Six units that learn."""
    end = {rule: learned(rule)[1] for rule in RULES}
    exact, one, third = (f"{mean_correlation(K):.2f}" for K in end.values())
    largest = max(np.linalg.eigvalsh(end[rule])[-1] for rule in ("one-sample", "third factor"))
    shares = [f"{100 * np.trace(end[rule]) / SPECTRUM[:UNITS].sum():.0f} %" for rule in ("one-sample", "third factor")]
    assert mean_correlation(trained(None)[:, -1]).min() > 0.995  # goes to one
    for rule in RULES:  # a dimension empty or nearly so
        values = np.linalg.eigvalsh(learned(rule)[0])
        assert values[0] < 0.01 * values[-1]
    return [
        f"{WORDS[UNITS].capitalize()} linear units on Gaussian input of unequal variances",
        f"at twice the threshold above which the principal components are stable for the exact rule ([many "
        f"units](oja_many_units.md)), and after {default(trained, 'steps')} steps against β",
        f"it falls to {exact} with the exact rule, {one} with the one-sample rule and {third} with the third factor",
        f"is below {np.ceil(20 * largest) / 20:.2f} with the other two",
        f"{shares[0]} (one-sample) and {shares[1]} (third factor) of the variance",
    ]


def oja_flow() -> list[str]:
    """Two speeds on one orbit."""
    flows = along_an_orbit()
    speeds = flows["oja"]["speeds"]
    ratio = speeds["oja"] / speeds["log_variance_decay"]
    ahead = np.sign(flows["oja"]["arc"] - flows["log_variance_decay"]["arc"])[1:]
    crossings = {1: "once", 2: "twice"}[int((np.diff(ahead) != 0).sum())]
    return [
        f"falls from {ratio[0]:.2f} to {ratio.min():.2f} and rises to {ratio[-1]:.2f}; it is the variance",
        f"they cross {crossings}",
        "Where the variance is below 1, Oja's rule is the slower one",
    ]


def oja_stability() -> list[str]:
    """Where another direction begins to set the limit of the step."""
    first, second = stability.SPECTRUM
    across = 2 / (1 - second / first)
    binds = first * (1 - 1 / across)  # 1/(1 − ε/μ_1) is as large there
    for epsilon in (0.99 * binds, 1.01 * binds):
        limit = fixed_points(np.diag(stability.SPECTRUM), decay=1.0, epsilon=epsilon)[0].largest_step
        assert limit == pytest.approx(min(1 / (1 - epsilon / first), across))
    return [
        f"($\\mu_1 = {first}$, $\\mu_2 = {second}$)",
        f"the radial direction sets the limit up to $\\varepsilon = {binds:.1f}$, and the direction along $v_2$ beyond",
        f"for lambda one until the other direction binds at {WORDS[round(across)]}",
    ]


def published_error() -> list[str]:
    """Both losses on the digits."""
    x = digits()
    printed, corrected, _ = decorrelation_losses(principal_activity(x, 8))
    drawn = [standardised(x @ np.random.default_rng(seed).normal(size=(8, 64)).T) for seed in range(20)]
    units = [f(a) for a in drawn for f in (np.asarray, np.tanh, lambda a: np.maximum(a, 0))]
    random = np.array([decorrelation_losses(standardised(z))[:2] for z in units])
    assert corrected < 1e-20
    assert abs(np.median(random[:, 0]) - 1) < 0.05  # about one
    return [
        f"in minibatches of $B = {plotted.BATCH}$: lines from the theorem above, dots averaged over {plotted.BATCHES:,} of "
        f"them. Right: for {WORDS[plotted.UNITS]} units on the digits",
        f"the printed loss is {printed:.2f} for decorrelated principal components and about one for random units; the "
        f"corrected one is zero and below {np.ceil(100 * random[:, 1].max()) / 100:.2f}",
    ]


def covariance() -> list[str]:
    """The difference of squares in float32 where one unit is far larger than the others."""
    found = []
    for seed in range(6):
        z = np.random.default_rng(seed).normal(size=(256, 2048))
        z[:, 0] *= 1e5
        single = z.astype(np.float32)
        u = single - single.mean(axis=0)
        squares = np.float32(1 / 255) ** 2 * (np.sum((u @ u.T) ** 2) - np.sum(np.sum(u**2, axis=0) ** 2))
        exact = float(losses.covariance(z)[0])
        assert 1.2e11 < exact < 1.7e11
        found.append(float(squares) / exact)
    # how sums are rounded depends on the library of matrix products
    assert min(found) < -10
    assert max(map(abs, found)) > 100
    return ["10^5$ times larger, it came out hundreds of times too large, and as often as not negative"]


MEASURED: dict[str, Callable[[], list[str]]] = {
    page.__name__: page
    for page in (total, torch, devices, covariance_rotation, oja_flow, oja_stability, published_error, covariance)
}


def words(page: str) -> str:
    """A page as one line."""
    return " ".join((BOOK / f"{page}.md").read_text(encoding="utf-8").split())


@pytest.mark.parametrize("page", MEASURED)
def test_a_page_says_what_was_measured(page: str) -> None:
    text = words(page)
    assert [said for said in MEASURED[page]() if said not in text] == []


def test_a_changed_record_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    found = toy.recorded()
    found["variance and invariance"][:, -10:] -= 0.01  # where the noise is large
    monkeypatch.setattr(toy, "recorded", lambda: found)
    assert [said for said in total() if said not in words("total")]


def test_the_page_on_speed_has_no_number_of_its_own() -> None:
    """But sizes and exponents."""
    _, _, text = (BOOK / "speed.md").read_text(encoding="utf-8").split("---\n", 2)
    prose = re.sub(r"```.*?```|\$[^$]*\$", "", text, flags=re.DOTALL)
    assert set(re.findall(r"\d+(?:[.,]\d+)*", prose)) <= {"1", "256", "32"}  # the even ratio; samples; float32
