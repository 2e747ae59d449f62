"""What the tests of the rules share: sizes, where the statistics come from, and descent by JAX."""

import numpy as np
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


@pytest.fixture
def jnp():
    """``jax.numpy`` in float64."""
    jax = pytest.importorskip("jax")
    with jax.enable_x64(True):
        yield jax.numpy


@pytest.fixture
def descent(jnp):
    """Minus the gradient of a loss, by JAX."""
    import jax

    return lambda loss, W: -np.asarray(jax.jit(jax.grad(loss))(W))
