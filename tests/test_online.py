"""Streams: the filters and the rule by a loop written out, NumPy against JAX, and cuts anywhere."""

import inspect
import pickle

import numpy as np
import pytest

from lvicreg import rules
from lvicreg.online import State, Stream, linear, relu, tanh

RULES = [getattr(rules, name) for name in rules.__all__]
EACH = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
SLOW = {"lambda_cov": 0.01}


def stream(rule=rules.log_variance_decay, **changes):
    return Stream(**{"rule": rule, "eta": 0.01, "alpha": 0.05, "activation": tanh} | changes)


def data(T=70, N=3, M=4, dtype=np.float64):
    random = np.random.default_rng(0)
    return (random.normal(size=(N, M)) / 2).astype(dtype), random.normal(0.3, 1, (T, M)).astype(dtype)


def equal(first: State, second: State) -> bool:
    """Bit for bit, dtypes included."""
    pairs = [(np.asarray(a), np.asarray(b)) for a, b in zip(first, second, strict=True) if a is not None]
    return all(a.dtype == b.dtype and a.tobytes() == b.tobytes() for a, b in pairs)


def close(found, expected, rtol=1e-12):
    for name, a, b in zip(State._fields, found, expected, strict=True):
        if b is not None:
            np.testing.assert_allclose(np.asarray(a), np.asarray(b), rtol=0, atol=rtol * np.max(np.abs(b)), err_msg=name)


def by_hand(rule, W, x, eta, alpha):
    """The filters and arguments entry by entry, with nothing of ``online``."""
    N, _ = W.shape
    W, mean, var, K, z_prev = W.copy(), [0.0] * N, [1.0] * N, np.eye(N), None
    for sample in x:
        z = np.array([np.tanh(sum(w * s for w, s in zip(row, sample, strict=True))) for row in W])
        z_prev = z if z_prev is None else z_prev
        mean = np.array([m + alpha * (a - m) for m, a in zip(mean, z, strict=True)])
        u = z - mean
        var = np.array([v - alpha * v + alpha * e * e for v, e in zip(var, u, strict=True)])
        K = np.array([[K[i, k] - alpha * K[i, k] + alpha * u[i] * u[k] for k in range(N)] for i in range(N)])
        has = {
            "x": sample,
            "z": z,
            "slope": 1 - z * z,
            "W": W,
            "z_prev": z_prev,
            "mean": mean,
            "var": var,
            "K": K,
            "alpha": alpha,
        }
        asked = inspect.signature(rule).parameters
        W = W + eta * rule(**{name: has[name] for name in asked if name in has})
        z_prev = z
    return W, mean, var


@EACH
def test_the_filters_and_the_rule_by_hand(rule):
    W, x = data()
    learns = stream(rule)
    final, _ = learns.run(learns.start(W), x)
    expected = by_hand(rule, W, x, 0.01, 0.05)
    assert not np.allclose(final.W, W)
    for found, value in zip((final.W, final.mean, final.var), expected, strict=True):
        np.testing.assert_allclose(found, value, rtol=1e-10)


def test_a_covariance_filter_has_the_variances_on_its_diagonal():
    W, x = data()
    learns = stream(rules.covariance)
    final, _ = learns.run(learns.start(W), x)
    np.testing.assert_allclose(np.diagonal(final.K), final.var, rtol=1e-12)
    assert learns.start(W).K is not None
    assert stream().start(W).K is None


def test_log_variance_with_decay_finds_the_first_principal_component():
    """With α of one sample in update and decay the fixed points have norm one (oja.decay-scale)."""
    random = np.random.default_rng(1)
    x = random.normal(size=(20_000, 3)) * (2.0, 1.0, 0.5)
    learns = stream(activation=linear, eta=0.1, alpha=0.01, options={"decay": 0.01})
    final, _ = learns.run(learns.start(random.normal(size=(1, 3))), x)
    assert abs(final.W[0, 0]) / np.linalg.norm(final.W) > 0.98
    assert np.linalg.norm(final.W) == pytest.approx(1, abs=0.1)


def test_where_the_filters_begin():
    W, x = data()
    mean, var = np.array([0.1, 0.2, 0.3]), np.array([0.5, 1.0, 2.0])
    learns = stream(rules.covariance, alpha=0.25, activation=linear)
    state = learns.start(W, mean=mean, var=var)
    np.testing.assert_array_equal(state.K, np.diag(var))
    after, z = learns.step(state, x[0])
    np.testing.assert_allclose(after.mean, mean + 0.25 * (z - mean))
    np.testing.assert_allclose(after.var, 0.75 * var + 0.25 * (z - after.mean) ** 2)


def test_activation_functions():
    a = np.array([-2.0, 0.0, 3.0])
    for found, expected in zip(relu(a), ([0.0, 0.0, 3.0], [0.0, 0.0, 1.0]), strict=True):
        np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(linear(a)[1], 1.0)
    np.testing.assert_allclose(tanh(a)[1], 1 / np.cosh(a) ** 2)


# --- JAX ------------------------------------------------------------------------------------------------------------------
@EACH
@pytest.mark.parametrize("activation", [linear, tanh, relu], ids=lambda f: f.__name__)
def test_jax_and_numpy_agree(rule, activation, jnp):
    W, x = data()
    learns = stream(rule, activation=activation, options=SLOW if rule.__name__.startswith("total") else {})
    expected, activity = learns.run(learns.start(W), x)
    found, z = learns.run(learns.start(jnp.asarray(W)), jnp.asarray(x))
    close(found, expected)
    np.testing.assert_allclose(np.asarray(z), activity, rtol=0, atol=1e-12 * np.abs(activity).max())


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("library", ["numpy", "jax"])
def test_a_stream_cut_anywhere_gives_the_same_bits(library, dtype, request, monkeypatch):
    monkeypatch.setattr("lvicreg.online.BLOCK", 16)
    W, x = data(T=50, dtype=dtype)
    if library == "jax":
        W, x = map(request.getfixturevalue("jnp").asarray, (W, x))
    learns = stream(rules.total_log_variance)
    whole, activity = learns.run(learns.start(W), x)
    assert whole.W.dtype == dtype
    for cut in (0, 1, 2, 15, 16, 17, 33, 49, 50):
        half, first = learns.run(learns.start(W), x[:cut])
        found, second = learns.run(half, x[cut:])
        assert equal(found, whole), cut
        assert np.concatenate([first, second]).tobytes() == np.asarray(activity).tobytes(), cut


def test_steps_inside_jit(jnp):
    import jax

    W, x = data(T=5)
    learns = stream(rules.total)
    expected, _ = learns.run(learns.start(W), x)
    state, step = learns.start(jnp.asarray(W)), jax.jit(learns.step)
    for sample in x:
        state, _ = step(state, jnp.asarray(sample))
    close(state, expected)
    with pytest.raises(ValueError, match=r"Stream.step: .* given W \(3, 4\), x \(3,\); expected W \(N, M\), x \(M,\)"):
        step(state, jnp.ones(3))


def test_pytorch_takes_steps():
    torch = pytest.importorskip("torch")
    W, x = data(T=20)
    learns = stream(rules.total)
    expected, _ = learns.run(learns.start(W), x)
    state = learns.start(torch.from_numpy(W))
    for sample in torch.from_numpy(x):
        state, _ = learns.step(state, sample)
    close(state, expected)


# --- what is refused --------------------------------------------------------------------------------------------------------
def test_refusals(jnp):
    W, x = data()
    learns = stream()
    for alpha in (0, 1.5):
        with pytest.raises(ValueError, match=f"above 0 and at most 1; got {alpha}"):
            stream(alpha=alpha)
    with pytest.raises(TypeError, match="a sample must have the dtype of the weights, float32; got float64"):
        learns.run(learns.start(W.astype(np.float32)), x)
    with pytest.raises(TypeError, match="rate cannot be given"):
        stream(options={"rate": 1})
    with pytest.raises(TypeError, match="var cannot be given"):
        stream(options={"var": W[:, 0]})
    with pytest.raises(TypeError, match="asks for reward"):
        stream(rule=lambda x, z, reward: W)
    with pytest.raises(ValueError, match=r"Stream.run: .* given W \(3, 4\), x \(70, 3\); expected W \(N, M\), x \(T, M\)"):
        learns.run(learns.start(W), x[:, :3])
    with pytest.raises(ValueError, match=r"Stream.start: .* given W \(4,\); expected W \(N, M\)"):
        learns.start(W[0])
    with pytest.raises(ValueError, match=r"Stream.start: .* given W \(3, 4\), mean \(2,\); expected W \(N, M\), mean \(N,\)"):
        learns.start(W, mean=np.zeros(2))
    with pytest.raises(TypeError, match="given W numpy, x jax"):
        learns.run(learns.start(W), jnp.asarray(x))
    with pytest.raises(TypeError, match=r"Stream.step: all arrays must be of one library; given W numpy, x jax"):
        learns.step(learns.start(W), jnp.asarray(x[0]))
    with pytest.raises(TypeError, match=r"Stream.start: W must be of a real floating dtype, such as float64; got int"):
        learns.start(W.astype(int))


@pytest.mark.parametrize("eta", ["0.1", np.full((3, 1), 0.1), None], ids=str)
def test_a_rate_that_is_no_number_is_refused_at_once(eta):
    with pytest.raises(TypeError, match=r"eta must be a number such as 0\.01"):
        stream(eta=eta)
    with pytest.raises(TypeError, match=r"alpha must be a number such as 0\.01"):
        stream(alpha=eta)


@pytest.mark.parametrize("eta", [np.nan, np.inf])
def test_a_rate_that_is_not_finite_is_refused(eta):
    with pytest.raises(ValueError, match="eta, the learning rate, must be finite"):
        stream(eta=eta)
    with pytest.raises(ValueError, match="above 0 and at most 1"):
        stream(alpha=eta)


def test_what_has_no_shape_is_refused_by_its_type():
    W, x = data()
    learns = stream()
    state = learns.start(W)
    for wrong in (x.tolist(), (sample for sample in x), None):
        with pytest.raises(TypeError, match=r"Stream\.run: x must be an array"):
            learns.run(state, wrong)
    with pytest.raises(TypeError, match=r"Stream\.step: x must be an array, such as a NumPy array; got list"):
        learns.step(state, x[0].tolist())
    with pytest.raises(TypeError, match=r"Stream\.start: mean must be an array"):
        learns.start(W, mean=[0.0, 0.0, 0.0])


def test_a_masked_array_is_refused():
    W, x = data()
    with pytest.raises(TypeError, match="x is a masked array: select its valid samples, or fill it"):
        stream().run(stream().start(W), np.ma.masked_greater(x, 1))


def test_a_numpy_scalar_as_the_rate_does_not_promote_the_weights():
    W, x = data(dtype=np.float32)
    learns = stream(eta=np.float64(0.01), alpha=np.float32(0.25))
    state, z = learns.run(learns.start(W), x)
    assert state.W.dtype == state.var.dtype == z.dtype == np.float32


@pytest.mark.parametrize("library", ["numpy", "jax"])
def test_filters_of_sixteen_bits_take_in_small_shares(library, request):
    """With a share of 1e-3, filters of bfloat16 or float16 would stand still well before the variance of 4."""
    xp = np if library == "numpy" else request.getfixturevalue("jnp")
    dtype = np.float16 if library == "numpy" else xp.bfloat16
    x = xp.asarray(2 * np.random.default_rng(0).normal(size=(20_000, 1))).astype(dtype)
    learns = stream(rules.total, eta=0.0, alpha=1e-3, activation=linear)
    state, z = learns.run(learns.start(xp.ones((1, 1), dtype=dtype)), x)
    exact, _ = learns.run(learns.start(np.ones((1, 1))), np.asarray(x, dtype=np.float64))
    assert (state.W.dtype, z.dtype, state.var.dtype) == (dtype, dtype, np.float32)
    assert float(state.var[0]) == pytest.approx(exact.var[0], rel=1e-4)
    assert float(state.mean[0]) == pytest.approx(exact.mean[0], abs=1e-4)


@pytest.mark.parametrize("library", ["numpy", "jax"])
def test_a_stream_that_has_run_can_be_pickled_and_hashed(library, request):
    xp = np if library == "numpy" else request.getfixturevalue("jnp")
    W, x = map(xp.asarray, data(T=5))
    learns = stream(rules.log_variance_decay, options={"decay": 0.3})
    expected, _ = learns.run(learns.start(W), x)
    again = pickle.loads(pickle.dumps(learns))
    assert again == learns
    assert hash(again) == hash(learns)
    assert equal(again.run(again.start(W), x)[0], expected)


def test_a_sample_of_another_library_or_device_is_refused():
    torch = pytest.importorskip("torch")
    W, x = data()
    learns = stream()
    with pytest.raises(TypeError, match="given W numpy, x torch"):
        learns.step(learns.start(W), torch.from_numpy(x[0]))
    with pytest.raises(ValueError, match="given W on cpu, x on meta"):
        learns.step(learns.start(torch.from_numpy(W)), torch.from_numpy(x[0]).to("meta"))
