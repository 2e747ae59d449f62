"""An option, and what tests share of other array libraries."""

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


@pytest.fixture(params=["numpy", "array_api_strict", "jax", "jax.jit", "torch"])
def library(request):
    """Conversion of NumPy's arrays to a library's, and a rule or a loss as it is called there."""
    module = pytest.importorskip(request.param.removesuffix(".jit"))
    if request.param == "torch":
        return module.from_numpy, lambda function: function
    if request.param.startswith("jax"):
        module.config.update("jax_enable_x64", True)
        return module.numpy.asarray, module.jit if request.param == "jax.jit" else lambda function: function
    return module.asarray, lambda function: function
