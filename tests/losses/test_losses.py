"""The generated losses: values by loops, gradients by complex steps and by JAX, libraries, both forms, refusals."""

from itertools import product

import numpy as np
import pytest
from array_api_compat import array_namespace
from hypothesis import given as over
from hypothesis import settings
from hypothesis import strategies as st

from lvicreg import losses

LOSSES = [getattr(losses, name) for name in losses.__all__]
EACH = pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.__name__)
SIZES = [(2, 5), (3, 7), (3, 5), (4, 4), (9, 3), (2, 2), (5, 1)]  # B, N: N ≥ 2 B, B < N, B = N, B > N
OPTIONS = {
    "variance": {"gamma": 0.9, "epsilon": 0.03},
    "log_variance": {"epsilon": 0.03},
    "invariance": {},
    "covariance": {"beta": 0.7},
    "covariance_one_sample": {"beta": 0.7},
}
examples = settings(max_examples=25, deadline=None, derandomize=True)


def activity(B, N, seed=0):
    """Units of standard deviations below and above the threshold."""
    random = np.random.default_rng([seed, B, N])
    return random.normal(0.3, 1, (B, N)) * np.linspace(0.4, 1.7, N)


def given(loss, z):
    """The activities that a loss asks for."""
    return (z, activity(*z.shape, seed=1)) if loss is losses.invariance else (z,)


def centred(z, mean=None):
    B, N = z.shape
    mean = [sum(z[b, i] for b in range(B)) / B for i in range(N)] if mean is None else mean
    return [[z[b, i] - mean[i] for i in range(N)] for b in range(B)]


def by_loops(name, z, other=None, mean=None, beta=1.0, gamma=1.0, epsilon=1e-4):
    """The loss as it stands in the papers, sums as loops, in the numbers that ``z`` is made of."""
    B, N = z.shape
    if name == "invariance":
        return sum((z[b, i] - other[b, i]) ** 2 for b, i in product(range(B), range(N)))
    u = centred(z, mean)
    pairs = [(i, k) for i, k in product(range(N), range(N)) if i != k]
    if name == "covariance":
        return beta * sum((sum(u[b][i] * u[b][k] for b in range(B)) / (B - 1)) ** 2 for i, k in pairs)
    if name == "covariance_one_sample":
        return beta * sum(u[b][i] ** 2 * u[b][k] ** 2 for b in range(B) for i, k in pairs)
    variances = [sum(u[b][i] ** 2 for b in range(B)) / (B - 1) + epsilon for i in range(N)]
    if name == "log_variance":
        return -sum(np.log(v) for v in variances) / 2
    return sum(max(0.0, gamma - v**0.5) for v in variances)


def differences(loss, z, other=None):
    """The gradient by complex steps, which are exact to the last digits; a held mean stays that of ``z``."""
    name, found, step = loss.__name__, np.zeros_like(z), 1e-30
    held = [sum(column) / len(column) for column in z.T] if loss is losses.covariance_one_sample else None
    for place in np.ndindex(z.shape):
        moved = z.astype(complex)
        moved[place] += step * 1j
        if name == "variance":  # the larger of two complex numbers is the one with the larger real part
            gamma, epsilon = (OPTIONS[name][option] for option in ("gamma", "epsilon"))
            u = np.array(centred(moved))
            short = gamma - np.sqrt((u**2).sum(axis=0) / (len(z) - 1) + epsilon)
            value = short[short.real > 0].sum()
        else:
            value = by_loops(name, moved, other, held, **OPTIONS[name])
        found[place] = value.imag / step
    return found


def close(found, expected, rtol=1e-12):
    found, expected = np.asarray(found), np.asarray(expected)
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=0, atol=rtol * max(np.max(np.abs(expected)), 1e-300))


# --- what they compute -----------------------------------------------------------------------------------------------------
@EACH
@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_value_by_loops_and_gradient_by_complex_steps(loss, sizes):
    z, *other = given(loss, activity(*sizes))
    value, gradient = loss(z, *other, **OPTIONS[loss.__name__])
    if sizes[1] > 1 or not loss.__name__.startswith("covariance"):
        assert np.any(gradient)
        close(value, by_loops(loss.__name__, z, *other, **OPTIONS[loss.__name__]))
        close(gradient, differences(loss, z, *other))
    else:  # one unit has no other
        assert abs(value) <= 1e-15
        assert not np.abs(gradient).max() > 1e-15


@EACH
def test_default_values(loss):
    z, *other = given(loss, activity(7, 4))
    value, gradient = loss(z, *other)
    close(value, by_loops(loss.__name__, z, *other))
    named = {"beta": 1.0, "gamma": 1.0, "epsilon": 1e-4}
    spelled = {name: named[name] for name in OPTIONS[loss.__name__]}
    close(gradient, loss(z, *other, **spelled)[1], rtol=0)


@EACH
@pytest.mark.parametrize("sizes", SIZES[:5], ids=str)
def test_gradient_by_jax(loss, sizes, jnp):
    """JAX differentiates the returned value itself; the mean of the one-sample covariance is held there as the claim says."""
    import jax

    z, *other = given(loss, activity(*sizes))
    others = [jnp.asarray(array) for array in other]
    value = (lambda z: loss(z, *others)[0]) if loss is not losses.covariance_one_sample else None
    if value is None:
        mean = z.mean(axis=0)
        value = lambda z: jnp.sum(jnp.sum((z - mean) ** 2, axis=1) ** 2) - jnp.sum((z - mean) ** 4)  # noqa: E731
    close(loss(z, *other)[1], jax.jit(jax.grad(value))(jnp.asarray(z)))


@examples
@over(st.integers(2, 7), st.integers(2, 7), st.integers(0, 999))
def test_both_forms_of_the_covariance_agree(B, N, seed):
    """Units of no activity change nothing but the form that is used: with enough of them, N ≥ 2 B."""
    z = activity(B, N, seed)
    padded = np.hstack([z, np.zeros((B, 2 * B))])
    value, gradient = losses.covariance(z)
    wider, padded_gradient = losses.covariance(padded)
    close(wider, value)
    close(padded_gradient[:, :N], gradient)
    assert not np.abs(padded_gradient[:, N:]).max() > 1e-12


def test_small_covariances_lose_no_digits_in_single_precision():
    """Two units with a correlation of 10⁻³: the loss is a 10⁻⁶ of the squared variances."""
    noise = np.random.default_rng(0).normal(size=(64, 8))
    z = np.linalg.qr(noise - noise.mean(axis=0))[0] * 8
    z[:, 1] += 1e-3 * z[:, 0]
    z = z.astype(np.float32)
    for found, exact in zip(losses.covariance(z), losses.covariance(z.astype(np.float64)), strict=True):
        close(found, exact, rtol=1e-3)


@pytest.mark.parametrize(("B", "N"), [(3, 17), (17, 3), (8, 16), (8, 15)])
def test_the_larger_matrix_is_not_formed(B, N, jnp):
    import jax

    program = str(jax.make_jaxpr(losses.covariance)(jnp.ones((B, N))))
    formed = {size for size in (B, 5 * B // 4, N) if f"[{size},{size}]" in program}
    assert formed == ({B, 5 * B // 4} if N >= 2 * B else {N})


# --- libraries and dtypes ----------------------------------------------------------------------------------------------------
@EACH
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("sizes", [(3, 5), (9, 3)], ids=str)
def test_same_result_in_every_library(loss, sizes, dtype, library):
    convert, prepared = library
    arrays = [array.astype(dtype) for array in given(loss, activity(*sizes))]
    found = prepared(loss)(*map(convert, arrays), **OPTIONS[loss.__name__])
    expected = loss(*map(np.float64, arrays), **OPTIONS[loss.__name__])
    for ours, theirs in zip(found, expected, strict=True):
        assert array_namespace(ours) is array_namespace(convert(arrays[0]))
        assert str(ours.dtype).endswith(dtype)
        close(ours, theirs, rtol=1e-12 if dtype == "float64" else 1e-4)


@EACH
def test_bfloat16(loss):
    torch = pytest.importorskip("torch")
    rounded = [np.round(array * 64) / 64 for array in given(loss, activity(9, 5))]
    found = loss(*(torch.from_numpy(array).to(torch.bfloat16) for array in rounded))
    for ours, theirs in zip(found, loss(*rounded), strict=True):
        assert ours.dtype is torch.bfloat16
        close(ours.to(torch.float32).numpy(), theirs, rtol=0.1)


# --- degenerate values, and what is refused ----------------------------------------------------------------------------
def test_at_the_threshold_the_hinge_is_closed():
    z = np.array([[-0.5], [0.5], [-0.5], [0.5]])
    sigma = float(np.sqrt(np.var(z, ddof=1)))
    assert losses.variance(z, gamma=sigma, epsilon=0.0)[0] == 0
    assert not losses.variance(z, gamma=sigma, epsilon=0.0)[1].any()
    assert losses.variance(z, gamma=1.01 * sigma, epsilon=0.0)[1].all()


def test_constant_activity():
    z = np.ones((4, 2)) * (0.5, 2.0)
    value, gradient = losses.variance(z, gamma=1.0, epsilon=0.04)
    assert value == pytest.approx(2 * 0.8)
    assert not gradient.any()
    value, gradient = losses.log_variance(z, epsilon=0.04)
    assert value == pytest.approx(-np.log(0.04))
    assert not gradient.any()
    for loss in (losses.covariance, losses.covariance_one_sample):
        value, gradient = loss(z)
        assert value == 0
        assert not gradient.any()


def test_nan_stays_visible():
    z = activity(4, 3)
    z[1, 2] = np.nan
    for loss in (losses.variance, losses.log_variance, losses.covariance, losses.covariance_one_sample):
        value, gradient = loss(z)
        assert np.isnan(value)
        assert np.isnan(gradient[:, 2]).any()


@EACH
def test_refusals(loss):
    z, *other = given(loss, activity(4, 3))
    name = loss.__name__
    with pytest.raises(TypeError, match=f"{name}: z must be an array, such as a NumPy array; got list"):
        loss(z.tolist(), *other)
    with pytest.raises(TypeError, match=f"{name}: z must be of a real floating dtype"):
        loss(z.astype(int), *other)
    with pytest.raises(ValueError, match=name):
        loss(z[None], *other)
    if other:
        with pytest.raises(ValueError, match=r"invariance: the shapes do not fit: given z \(4, 3\), z_prev \(3, 3\)"):
            loss(z, other[0][:3])
    else:
        with pytest.raises(ValueError, match=f"{name}: a minibatch must have at least 2 samples, .* got 1"):
            loss(z[:1])
        with pytest.raises(ValueError, match="got 1"):
            loss(z[0])
