"""Works measured in turn in one run: curves of growth, and single figures.

``--record`` writes what a whole run found to ``book/benchmarks.json``, from which the book's page on speed is made.
"""

import json
import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import Any

import pytest

from book.benchmarks import RECORD, rounded
from lvicreg.codegen.files import write

Work = Callable[[], Any]


@dataclass(frozen=True)
class Figure:
    """A time over that of something else, or in seconds."""

    work: str
    against: str = ""
    unit: str = ""


FIGURES = {
    "stream": Figure("one sample by a compiled stream, N = 512, M = 784", "two BLAS calls: matrix-vector and rank-one"),
    "neuron": Figure("one sample by a compiled stream, one neuron, two inputs", "JAX, automatic differentiation, compiled"),
    "neuron-pytorch": Figure("the same", "PyTorch, automatic differentiation, step by step"),
    "toy": Figure("LPL's toy experiment, full size", unit=" s"),
}
NOT_RECORDED = {  # of the project's own command
    "checking": Figure("every claim checked, cold, without Coq", unit=" s"),
    "checking-before": Figure("the same", "commit 1d08782"),
    "changed": Figure("one section with a line more, --changed: the slowest", unit=" s"),
}

FOUND = pytest.StashKey[dict[str, float]]()
LOAD = pytest.StashKey[str]()
CURVES = pytest.StashKey[dict[str, dict[str, dict[str, float]]]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--record", action="store_true", help=f"write what is measured to {RECORD.name}, for the book")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[FOUND], config.stash[CURVES] = {}, {}
    config.stash[LOAD] = f"a load of {os.getloadavg()[0]:.1f} before the run"


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
    """``note(curve, way, size, value)`` puts a point on a curve, ``note.figure(name, found)`` a figure in the table."""

    def noted(curve: str, way: str, size: int, value: float) -> None:
        request.config.stash[CURVES].setdefault(curve, {}).setdefault(way, {})[str(size)] = value

    noted.figure = request.config.stash[FOUND].__setitem__
    return noted


@pytest.fixture
def measure(note):
    """Time work and what it is compared with in turn, and put the ratio of the medians in the table.

    ``each`` and ``other`` say how many steps one call of either takes.
    """

    def measured(name: str, work: Work, against: Work, each: int = 1, other: int = 1, rounds: int = 40) -> None:
        found = timed({"work": work, "against": against}, rounds)
        mine, theirs = (statistics.median(found[way]) for way in ("work", "against"))
        note.figure(name, (mine / each) / (theirs / other))

    return measured


@pytest.fixture
def compare(note):
    """Time several ways to do the same at one size, in turn, and put the shortest time of each on its curve."""

    def compared(curve: str, size: int, works: Mapping[str, Work], rounds: int) -> None:
        for way, times in timed(works, rounds).items():
            note(curve, way, size, min(times))

    return compared


def pytest_terminal_summary(terminalreporter, exitstatus: int, config: pytest.Config) -> None:
    found = config.stash[FOUND]
    if not config.getoption("benchmark_enable"):
        return
    terminalreporter.section("times, or ratios of medians measured in turn in this run")
    for name, figure in (FIGURES | NOT_RECORDED).items():
        shown = f"{rounded(found[name])}{figure.unit}" if name in found else "not run"
        against = f", over {figure.against}" * bool(figure.against)
        terminalreporter.write_line(f"{shown:>10}   {figure.work}{against}")
    missing = FIGURES.keys() - found.keys()
    if config.getoption("record") and (missing or exitstatus):
        not_run = f"these were not run: {', '.join(sorted(missing))}" if missing else "a test failed"
        terminalreporter.write_line(f"nothing was recorded, since {not_run}")
    elif config.getoption("record"):
        write({RECORD: json.dumps(recorded(config), indent=1, ensure_ascii=False) + "\n"})
        terminalreporter.write_line(f"wrote {RECORD.name}")


def recorded(config: pytest.Config) -> dict[str, Any]:
    """What was found, with the machine, what else it did, and the versions."""
    found = config.stash[FOUND]
    return {
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}",
        "load": config.stash[LOAD],
        "versions": {name: version(name) for name in ("numpy", "torch", "jax", "lightly", "scipy")},
        "figures": {name: {**asdict(figure), "found": found[name]} for name, figure in FIGURES.items()},
        "curves": config.stash[CURVES],
    }
