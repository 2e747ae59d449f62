"""What tests share that differentiate by JAX."""

import numpy as np
import pytest


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
