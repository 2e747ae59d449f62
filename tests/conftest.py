"""An option, and what tests share that differentiate by JAX."""

import numpy as np
import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--every-site", action="store_true", help="break the source at every site, not at a fourth of them")


@pytest.fixture
def jnp():
    """``jax.numpy`` in float64."""
    jax = pytest.importorskip("jax")
    jax.config.update("jax_enable_x64", True)
    return jax.numpy


@pytest.fixture
def descent(jnp):
    """Minus the gradient of a loss, by JAX."""
    import jax

    return lambda loss, W: -np.asarray(jax.jit(jax.grad(loss))(W))
