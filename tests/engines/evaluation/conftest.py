"""A small layer, and the exact activities of its units."""

import pytest

from lvicreg.calculus.layer import b, i, network, z
from lvicreg.engines.evaluation.evaluator import Evaluator
from lvicreg.engines.evaluation.points import Point
from tests.engines.evaluation.small import SAMPLES, SIZES, UNITS


@pytest.fixture
def engine():
    return Evaluator(Point(SIZES), network)


@pytest.fixture
def activity(engine):
    return [[engine.value(z[b, i], {b: s, i: n}).rational() for n in UNITS] for s in SAMPLES]
