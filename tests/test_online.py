"""Streams: the filters and the rule by a loop written out, NumPy against JAX, cuts anywhere, and checkpoints."""

import functools
import inspect

import numpy as np
import pytest

from lvicreg import rules
from lvicreg.online import State, Stream, linear, load, relu, save, tanh

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
    with pytest.raises(ValueError, match=r"\(M,\) = \(4,\); got \(3,\)"):
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


# --- checkpoints ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("library", ["numpy", "jax"])
@pytest.mark.parametrize("rule", [rules.covariance, rules.total], ids=lambda rule: rule.__name__)
def test_a_checkpoint_loses_nothing(rule, library, tmp_path, request):
    W, x = data()
    moved = (lambda state: state) if library == "numpy" else __import__("jax").device_put
    if library == "jax":
        W, x = map(request.getfixturevalue("jnp").asarray, (W, x))
    learns = stream(rule)
    whole, _ = learns.run(learns.start(W), x)
    half, _ = learns.run(learns.start(W), x[:31])
    save(tmp_path / "half", learns, half)
    resumed = load(tmp_path / "half", stream(rule))
    assert equal(resumed, half)
    found, _ = learns.run(moved(resumed), x[31:])
    assert equal(found, whole)


@pytest.fixture
def checkpoint(tmp_path):
    W, x = data()
    learns = stream()
    save(tmp_path / "state", learns, learns.run(learns.start(W), x)[0])
    return tmp_path / "state"


def test_a_truncated_checkpoint_is_refused(checkpoint):
    content = checkpoint.read_bytes()
    for length in (0, 1, 100, len(content) // 2, len(content) - 1):
        checkpoint.write_bytes(content[:length])
        with pytest.raises(ValueError, match="not a whole checkpoint"):
            load(checkpoint, stream())


def test_another_file_is_refused(tmp_path):
    np.save(tmp_path / "array.npy", np.ones(3))
    (tmp_path / "text").write_text("weights")
    for name in ("array.npy", "text"):
        with pytest.raises(ValueError, match="not a whole checkpoint"):
            load(tmp_path / name, stream())
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "none", stream())


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("W", lambda W: W * 2),
        ("W", lambda W: W.astype(np.float32)),
        ("W", lambda W: W.T.copy().reshape(W.shape[::-1])),
        ("W", lambda W: W.reshape(-1)),
        ("configuration", lambda text: np.asarray(str(text).replace("0.01", "0.02"))),
    ],
    ids=["values", "dtype", "order", "shape", "configuration"],
)
def test_a_changed_checkpoint_is_refused(checkpoint, name, change):
    with np.load(checkpoint) as file:
        content = {name: file[name] for name in file.files}
    with open(checkpoint, "wb") as file:
        np.savez(file, **content | {name: change(content[name])})
    for expected in (stream(), stream(eta=0.02)):
        with pytest.raises(ValueError, match="changed or damaged"):
            load(checkpoint, expected)


def test_a_checkpoint_with_any_bit_flipped_is_refused_or_the_same(checkpoint):
    """Some bits of an archive mean nothing."""
    content, before = checkpoint.read_bytes(), load(checkpoint, stream())
    for place in range(0, len(content), 7):
        checkpoint.write_bytes(content[:place] + bytes([content[place] ^ 16]) + content[place + 1 :])
        try:
            found = load(checkpoint, stream())
        except ValueError:
            continue
        assert equal(found, before), place


def weighted(x, z, slope, mask):
    """A rule with an array among its options."""
    return (z * slope)[:, None] * x * mask


def test_arrays_among_the_options_are_compared_in_full(tmp_path):
    W, masks = np.ones((2, 1500)), [np.ones(1500), np.ones(1500)]
    masks[1][1000] = 2
    learns, other = (stream(weighted, options={"mask": mask}) for mask in masks)
    save(tmp_path / "state", learns, learns.start(W))
    load(tmp_path / "state", stream(weighted, options={"mask": masks[0].copy()}))
    with pytest.raises(ValueError, match="another configuration: options"):
        load(tmp_path / "state", other)


def test_functions_without_a_name_cannot_be_saved(tmp_path):
    learns = stream(activation=lambda a: (a, a))
    with pytest.raises(
        TypeError, match="activation must be a function of a module, which a checkpoint can name; got <function"
    ):
        save(tmp_path / "state", learns, learns.start(data()[0]))
    partial = stream(functools.partial(rules.log_variance, epsilon=0.1))
    with pytest.raises(TypeError, match="rule must be a function of a module"):
        save(tmp_path / "state", partial, partial.start(data()[0]))
    assert not list(tmp_path.iterdir())


def test_numbers_of_numpy_are_saved_as_numbers(tmp_path):
    learns = stream(eta=np.float64(0.01))
    save(tmp_path / "state", learns, learns.start(data()[0]))
    load(tmp_path / "state", stream(eta=0.01))


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


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"eta": 0.02}, "eta 0.01 instead of 0.02"),
        ({"alpha": 0.06}, "alpha"),
        ({"activation": relu}, "activation 'lvicreg.online.tanh' instead of 'lvicreg.online.relu'"),
        ({"rule": rules.log_variance}, "rule"),
        ({"options": {"decay": 2.0}}, "options"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_checkpoint_of_another_configuration_is_refused(checkpoint, changes, named):
    with pytest.raises(ValueError, match=f"another configuration: {named}"):
        load(checkpoint, stream(**changes))


def test_a_checkpoint_that_cannot_be_written_leaves_the_old_one(checkpoint, monkeypatch):
    before = checkpoint.read_bytes()

    def interrupted(file, **_):
        file.write(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(np, "savez", interrupted)
    learns = stream()
    with pytest.raises(KeyboardInterrupt):
        save(checkpoint, learns, learns.start(data()[0]))
    assert checkpoint.read_bytes() == before
    assert list(checkpoint.parent.iterdir()) == [checkpoint]


def test_a_dtype_that_files_do_not_keep_is_refused(tmp_path, jnp):
    learns = stream()
    with pytest.raises(TypeError, match="W bfloat16"):
        save(tmp_path / "state", learns, learns.start(jnp.ones((2, 3), dtype=jnp.bfloat16)))
    assert not list(tmp_path.iterdir())


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
    with pytest.raises(ValueError, match=r"\(T, M\) with M = 4; got \(70, 3\)"):
        learns.run(learns.start(W), x[:, :3])
    with pytest.raises(ValueError, match=r"Stream.start: .* given W \(4,\); expected W \(N, M\)"):
        learns.start(W[0])
    with pytest.raises(ValueError, match=r"mean must have the shape \(N,\) = \(3,\); got \(2,\)"):
        learns.start(W, mean=np.zeros(2))
    with pytest.raises(TypeError, match=r"numpy and jax"):
        learns.run(learns.start(W), jnp.asarray(x))
    with pytest.raises(TypeError, match=r"Stream.step: all arrays must be of one library; given W numpy, x jax"):
        learns.step(learns.start(W), jnp.asarray(x[0]))
    with pytest.raises(TypeError, match=r"Stream.start: W must be of a real floating dtype, such as float64; got int"):
        learns.start(W.astype(int))


def test_a_sample_of_another_library_or_device_is_refused():
    torch = pytest.importorskip("torch")
    W, x = data()
    learns = stream()
    with pytest.raises(TypeError, match="given W numpy, x torch"):
        learns.step(learns.start(W), torch.from_numpy(x[0]))
    with pytest.raises(ValueError, match="given W on cpu, x on meta"):
        learns.step(learns.start(torch.from_numpy(W)), torch.from_numpy(x[0]).to("meta"))
