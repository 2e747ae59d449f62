"""Works measured in turn in one run: ratios beside their targets, and curves of growth.

``--record`` writes what a whole run found to ``book/benchmarks.json``, from which the book's page on speed is made.
"""

import json
import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import pytest

from book.benchmarks import RECORD, rounded
from lvicreg.codegen.files import write

Work = Callable[[], Any]


@dataclass(frozen=True)
class Target:
    """A figure to reach: at most, or at least, so many times something else, or so many seconds."""

    work: str
    against: str
    bound: float
    at_least: bool = False
    unit: str = ""

    def met(self, found: float) -> bool:
        return found >= self.bound if self.at_least else found <= self.bound

    @property
    def goal(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {self.bound:,g}{self.unit}"


TARGETS = {
    "vicreg-256": Target("VICReg loss and gradient, B = 256, N = 8192: speed", "lightly", 15, at_least=True),
    "vicreg-256-memory": Target("the same: extra memory", "lightly", 1 / 8),
    "vicreg-2048": Target("the same, B = 2048: speed", "lightly", 5, at_least=True),
    "total-compiled": Target("total rule, B = 256, N = M = 1024, torch.compile: time", "its two matrix products", 1.10),
    "total-numpy": Target("the same in NumPy: time", "its two matrix products in NumPy", 1.3),
    "stream": Target("one sample, N = 512, M = 784, compiled stream: time", "BLAS: matrix-vector and rank-one", 1.1),
    "neuron": Target(
        "one sample, one neuron, two inputs, compiled stream: speed", "a PyTorch autograd loop", 1000, at_least=True
    ),
    "toy": Target("LPL toy experiment, full size: time", "", 120, unit=" s"),
    "checking": Target("every claim checked, cold, without Coq: time", "", 20, unit=" s"),
    "checking-before": Target("the same: speed", "commit 1d08782", 3, at_least=True),
    "changed": Target("one section with a line more, --changed: time of the slowest", "", 5, unit=" s"),
    "toy-autograd": Target("the same: speed", "as many PyTorch autograd steps", 1, at_least=True),
}

FOUND = pytest.StashKey[dict[str, float]]()
CURVES = pytest.StashKey[dict[str, dict[str, dict[str, float]]]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--record", action="store_true", help=f"write what is measured to {RECORD.name}, for the book")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[FOUND], config.stash[CURVES] = {}, {}


def seconds(work: Work) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def timed(works: Mapping[str, Work], rounds: int) -> dict[str, list[float]]:
    """The times of each, all measured in turn, after one call of each that compiles and warms up."""
    for work in works.values():
        work()
    times = [[seconds(work) for work in works.values()] for _ in range(rounds)]
    return {name: list(column) for name, column in zip(works, zip(*times, strict=True), strict=True)}


@pytest.fixture
def enabled(request):
    if not request.config.getoption("benchmark_enable"):
        pytest.skip("not run: measured with --benchmark-enable")


@pytest.fixture
def note(enabled, request):
    """``note(curve, way, size, value)`` puts a point on a curve; ``note.target(name, found)`` a figure beside its target."""

    def noted(curve: str, way: str, size: int, value: float) -> None:
        request.config.stash[CURVES].setdefault(curve, {}).setdefault(way, {})[str(size)] = value

    noted.target = request.config.stash[FOUND].__setitem__
    return noted


@pytest.fixture
def measure(note):
    """Time work and what it is compared with in turn, and put the ratio of the medians in the table.

    ``each`` and ``other`` say how many steps one call of either takes.
    """

    def measured(name: str, work: Work, against: Work, each: int = 1, other: int = 1, rounds: int = 40) -> None:
        found = timed({"work": work, "against": against}, rounds)
        mine, theirs = (statistics.median(found[way]) for way in ("work", "against"))
        mine, theirs = mine / each, theirs / other
        note.target(name, theirs / mine if TARGETS[name].at_least else mine / theirs)

    return measured


@pytest.fixture
def compare(note):
    """Time several ways to do the same at one size, in turn, and put the shortest time of each on its curve."""

    def compared(curve: str, size: int, works: Mapping[str, Work], rounds: int) -> None:
        for way, times in timed(works, rounds).items():
            note(curve, way, size, min(times))

    return compared


def pytest_terminal_summary(terminalreporter, config: pytest.Config) -> None:
    found = config.stash[FOUND]
    if not config.getoption("benchmark_enable"):
        return
    terminalreporter.section("figures beside their targets: ratios of medians, measured in turn in this run")
    for name, target in TARGETS.items():
        shown = "not run"
        if name in found:
            shown = f"{rounded(found[name])}{target.unit} {'met' if target.met(found[name]) else 'NOT MET'}"
        against = f", against {target.against}" * bool(target.against)
        terminalreporter.write_line(f"{target.goal:>9}  {shown:>18}   {target.work}{against}")
    missing = TARGETS.keys() - found.keys()
    if config.getoption("record") and missing:
        terminalreporter.write_line(f"nothing was recorded, since these were not run: {', '.join(sorted(missing))}")
    elif config.getoption("record"):
        write({RECORD: json.dumps(recorded(config), indent=1, ensure_ascii=False) + "\n"})
        terminalreporter.write_line(f"wrote {RECORD.name}")


def recorded(config: pytest.Config) -> dict[str, Any]:
    """What was found, beside the targets, the machine and the versions."""
    found = config.stash[FOUND]
    figures = {
        name: {
            "work": t.work,
            "against": t.against,
            "goal": t.goal,
            "unit": t.unit,
            "found": found[name],
            "met": t.met(found[name]),
        }
        for name, t in TARGETS.items()
    }
    return {
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}",
        "versions": {name: version(name) for name in ("numpy", "torch", "jax", "lightly", "scipy")},
        "figures": figures,
        "curves": config.stash[CURVES],
    }
