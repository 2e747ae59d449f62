"""Arrays of 16 bits are computed with in float32, in every library, and outside autocast."""

import inspect
from decimal import Decimal
from functools import partial

import numpy as np
import pytest

from lvicreg import losses, rules
from lvicreg._precision import summed

B, N, M = 4096, 3, 5
PLAIN = [getattr(rules, name) for name in rules.__all__] + [getattr(losses, name) for name in losses.__all__]
FUNCTIONS = [
    partial(function, gamma=100.0) if "gamma" in inspect.signature(function).parameters else function for function in PLAIN
]  # above the activities' deviations, so that the hinge is open
EACH = pytest.mark.parametrize("function", FUNCTIONS, ids=[f"{f.__module__}.{f.__name__}" for f in PLAIN])


def arguments(function, scale=40.0):
    """Activities of a size at which sums of squares are beyond float16, and a mean that is larger than what varies."""
    random = np.random.default_rng(0)
    given = {"x": random.normal(size=(B, M)), "W": random.normal(size=(N, M)), "slope": np.ones((B, N))}
    given |= {name: scale * (3 + random.normal(size=(B, N))) for name in ("z", "z_prev")}
    return {name: given[name] for name in inspect.signature(function).parameters if name in given}


def parts(found):
    return found if isinstance(found, tuple) else (found,)


@EACH
@pytest.mark.filterwarnings("ignore:overflow encountered in cast:RuntimeWarning")  # where the result is beyond float16
def test_numpy(function):
    """The result of float32, rounded."""
    given = {name: array.astype(np.float16) for name, array in arguments(function).items()}
    found = function(**given)
    exact = function(**{name: array.astype(np.float32) for name, array in given.items()})
    for low, high in zip(parts(found), parts(exact), strict=True):
        assert low.dtype == np.float16
        assert np.abs(high).max() > 0
        np.testing.assert_array_equal(low, high.astype(np.float16))


@EACH
def test_jax(function, jnp):
    import jax

    given = {name: jnp.asarray(array).astype(jnp.bfloat16) for name, array in arguments(function).items()}
    exact = function(**{name: array.astype(np.float32) for name, array in given.items()})
    for found in (function(**given), jax.jit(function)(**given)):
        for low, high in zip(parts(found), parts(exact), strict=True):
            assert low.dtype == jnp.bfloat16
            np.testing.assert_allclose(np.asarray(low, np.float64), np.asarray(high, np.float64), rtol=2.0**-8)


@EACH
@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_pytorch(function, dtype):
    torch = pytest.importorskip("torch")
    given = {name: torch.from_numpy(array).to(getattr(torch, dtype)) for name, array in arguments(function).items()}
    wide = {name: tensor.float() for name, tensor in given.items()}
    found, exact = parts(function(**given)), parts(function(**wide))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        inside = parts(function(**wide))
    for low, high, same in zip(found, exact, inside, strict=True):
        assert low.dtype == getattr(torch, dtype)
        torch.testing.assert_close(low, high.to(low.dtype), rtol=0, atol=0)
        torch.testing.assert_close(same, high, rtol=0, atol=0)


def test_mixed_precisions_give_the_higher():
    given = arguments(rules.variance)
    low = {name: array.astype(np.float16 if name == "x" else np.float32) for name, array in given.items()}
    found = rules.variance(**low)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, rules.variance(**low | {"x": low["x"].astype(np.float32)}))


@pytest.mark.parametrize("name", ["gamma", "epsilon"])
@pytest.mark.parametrize("value", [-1e-3, float("nan"), np.float32(-1)])
def test_options_below_zero_are_refused(name, value):
    given = arguments(rules.variance)
    with pytest.raises(ValueError, match=rf"variance: {name} must not be negative; got (-|nan)"):
        rules.variance(**given, **{name: value})
    with pytest.raises(ValueError, match=rf"variance: {name} must not be negative"):
        losses.variance(given["z"], **{name: value})


@pytest.mark.parametrize("alpha", [0, -0.1, 1.5, float("nan"), np.float64(2)])
def test_a_weight_of_one_sample_is_a_share(alpha):
    held = {"mean": np.zeros(N), "var": np.ones(N), "alpha": alpha}
    with pytest.raises(ValueError, match="variance: alpha, the weight of one sample, must be above 0 and at most 1"):
        rules.variance(**arguments(rules.variance), **held)
    with pytest.raises(ValueError, match="must be above 0 and at most 1"):
        rules.log_variance(**arguments(rules.log_variance), alpha=alpha)


def test_arrays_given_by_place_are_widened_too():
    given = [array.astype(np.float16) for array in arguments(rules.oja).values()]
    wide = rules.oja(*(array.astype(np.float32) for array in given))
    with np.errstate(over="ignore"):
        np.testing.assert_array_equal(rules.oja(*given), wide.astype(np.float16))


def test_one_sample_may_have_all_the_weight():
    held = {"mean": np.zeros(N), "var": np.ones(N), "alpha": 1}
    assert np.isfinite(rules.log_variance(**arguments(rules.log_variance), **held)).all()


@pytest.mark.parametrize("value", [np.array(-1.0), Decimal(-1)], ids=repr)
def test_numbers_of_other_kinds_are_looked_at_too(value):
    with pytest.raises(ValueError, match="variance: gamma must not be negative"):
        rules.variance(**arguments(rules.variance), gamma=value)


@pytest.mark.parametrize("convert", ["numpy", "jax.numpy", "torch"])
def test_millions_of_samples_lose_no_digits_in_float32(convert):
    """Of mean 1 and standard deviation 0.1: a running sum in float32 is off by several parts in a thousand, or stands still."""
    xp = pytest.importorskip(convert)
    random = np.random.default_rng(0)
    z = (1 + 0.1 * random.standard_normal((4_000_001, 2), dtype=np.float32)).astype(np.float32)
    exact = -0.5 * np.log(z.astype(np.float64).var(axis=0, ddof=1) + 1e-4).sum()
    found, _ = losses.log_variance(xp.asarray(z))
    assert abs(float(found) - exact) < 1e-5


@pytest.mark.parametrize("length", [4095, 4096, 4097, 4160, 5000])
def test_a_sum_in_blocks_leaves_nothing_out(length):
    array = np.random.default_rng(0).normal(size=(length, 3))
    np.testing.assert_allclose(summed(np, array), array.sum(axis=0), rtol=1e-12, atol=1e-12)
