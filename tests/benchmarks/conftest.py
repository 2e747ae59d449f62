"""Ratios of two works measured in one run, and the table of each figure beside its target."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest


@dataclass(frozen=True)
class Target:
    """A figure to reach: at most, or at least, so many times something else."""

    work: str
    against: str
    bound: float
    at_least: bool = False

    def met(self, ratio: float) -> bool:
        return ratio >= self.bound if self.at_least else ratio <= self.bound

    @property
    def goal(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {self.bound:,g}"


TARGETS = {
    "total-compiled": Target("total rule, B = 256, N = M = 1024, torch.compile", "its two matrix products in PyTorch", 1.10),
    "total-numpy": Target("the same in NumPy", "its two matrix products in NumPy", 1.3),
    "stream": Target("one sample of a compiled stream, N = 512, M = 784", "BLAS: matrix-vector and rank-one", 1.1),
    "neuron": Target("steps of a compiled stream, one neuron, two inputs", "a PyTorch autograd loop", 1000, at_least=True),
}

FOUND = pytest.StashKey[dict[str, float]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[FOUND] = {}


def seconds(work: Callable[[], Any]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


@pytest.fixture
def measure(benchmark, request):
    """Time work and what it is compared with in turn, and put the ratio of the medians in the table.

    ``each`` and ``other`` say how many steps one call of either takes.
    """

    def measured(
        name: str, work: Callable[[], Any], against: Callable[[], Any], each: int = 1, other: int = 1, rounds: int = 40
    ) -> None:
        work(), against()  # compiled, and warm
        pairs = [(seconds(work), seconds(against)) for _ in range(rounds)]
        mine, theirs = (statistics.median(times) for times in zip(*pairs, strict=True))
        mine, theirs = mine / each, theirs / other
        ratio = theirs / mine if TARGETS[name].at_least else mine / theirs
        request.config.stash[FOUND][name] = ratio
        benchmark.extra_info["ratio"] = ratio
        benchmark.pedantic(work, rounds=5)

    return measured


def pytest_terminal_summary(terminalreporter, config: pytest.Config) -> None:
    found = config.stash[FOUND]
    if not config.getoption("benchmark_enable"):
        return
    terminalreporter.section("figures beside their targets: ratios of medians, measured in turn in this run")
    for name, target in TARGETS.items():
        ratio = found.get(name)
        shown = "not run" if ratio is None else f"{ratio:,.2f} {'met' if target.met(ratio) else 'NOT MET'}"
        terminalreporter.write_line(f"{target.goal:>9}  {shown:>18}   {target.work}, against {target.against}")
