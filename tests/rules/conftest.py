"""What the tests of the rules share: sizes, and where the statistics come from."""

import pytest

from tests.rules.rule_data import SIZES, layer, with_minibatch_statistics


@pytest.fixture(params=SIZES, ids=lambda size: "B{}-N{}-M{}".format(*size))
def data(request):
    return layer(*request.param)


@pytest.fixture(params=[False, True], ids=["minibatch", "given"])
def given(request):
    return request.param


@pytest.fixture
def known(data, given):
    """The data with the statistics that a rule must use."""
    return data if given else with_minibatch_statistics(data)
