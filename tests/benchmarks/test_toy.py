"""The toy experiment of LPL at full size: how long it takes, compiling and drawing of the samples included."""

import pytest

pytest.importorskip("jax")

from book.toy import experiment
from tests.benchmarks.conftest import seconds


def test_the_whole_experiment(note) -> None:
    note.figure("toy", seconds(experiment))
