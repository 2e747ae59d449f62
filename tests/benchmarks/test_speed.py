"""How long things take: `python -m pytest tests/benchmarks --benchmark-enable`. Nothing is asserted about time."""

import subprocess
import sys

import numpy as np
import pytest

from lvicreg import rules


def run(*arguments: str) -> None:
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True)


def test_import(benchmark) -> None:
    """``import lvicreg`` in a new interpreter; compare with ``test_start``, the interpreter alone with NumPy."""
    benchmark.pedantic(run, args=("-c", "import lvicreg"), rounds=5, warmup_rounds=1)


def test_start(benchmark) -> None:
    """A new interpreter that imports NumPy."""
    benchmark.pedantic(run, args=("-c", "import numpy"), rounds=5, warmup_rounds=1)


@pytest.mark.parametrize("name", ["variance", "log_variance", "covariance", "covariance_one_sample", "covariance_third_factor"])
def test_rule(benchmark, name: str) -> None:
    """One minibatch update, B = 256, N = M = 512."""
    random = np.random.default_rng(0)
    x, z = random.normal(size=(256, 512)), random.normal(size=(256, 512))
    benchmark(getattr(rules, name), x, z, 1 - np.tanh(z) ** 2)
