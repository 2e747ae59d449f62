"""What holds for every rule: array libraries, dtypes, streams of single samples, symmetries and locality."""

from types import SimpleNamespace

import numpy as np
import pytest
from array_api_compat import array_namespace
from hypothesis import given as over
from hypothesis import strategies as st

from lvicreg import rules
from tests.rules.rule_data import (
    RULES,
    arguments,
    assert_close,
    but,
    call,
    examples,
    layer,
    layers,
    options,
    statistics,
    with_minibatch_statistics,
)

EACH = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
LOCAL = [rules.variance, rules.log_variance, rules.log_variance_decay, rules.invariance, rules.oja]
SHARED = [rules.covariance_one_sample, rules.covariance_third_factor, rules.total, rules.total_log_variance]


def cast(kwargs, convert):
    return {name: convert(value) if isinstance(value, np.ndarray) else value for name, value in kwargs.items()}


# --- array libraries -----------------------------------------------------------------------------------------------------
@EACH
@pytest.mark.parametrize(("dtype", "data"), [("float32", (9, 3, 2)), ("float64", (3, 5, 4))], indirect=["data"])
def test_same_result_in_every_library(rule, data, given, dtype, library):
    convert, prepared = library
    kwargs = cast(arguments(rule, data, given), lambda array: array.astype(dtype))
    converted = cast(kwargs, convert)
    numbers = dict.fromkeys(options(rule), 0.9)  # none at its default
    found = prepared(rule)(**converted, **numbers)
    assert array_namespace(found) is array_namespace(converted["x"])
    assert found.dtype == converted["x"].dtype
    assert_close(found, rule(**kwargs, **numbers), rtol=1e-12 if dtype == "float64" else 1e-4)


@EACH
def test_one_sample_in_every_library(rule, library):
    convert, prepared = library
    kwargs = one(arguments(rule, layer(1, 3, 2), given=True))
    assert_close(prepared(rule)(**cast(kwargs, convert)), rule(**kwargs))


@pytest.mark.parametrize("rule", [rules.variance, rules.total], ids=lambda rule: rule.__name__)
def test_the_gate_is_closed_at_the_threshold_in_every_library(rule, library):
    convert, prepared = library
    kwargs = cast(arguments(rule, but(layer(4, 2, 3), var=np.full(2, 0.25)), given=True), convert)
    hinge_alone = {"lambda_inv": 0.0, "lambda_cov": 0.0} if rule is rules.total else {}
    assert not np.asarray(prepared(rule)(**kwargs, **hinge_alone, gamma=0.5, epsilon=0.0)).any()
    assert np.asarray(prepared(rule)(**kwargs, **hinge_alone, gamma=0.51, epsilon=0.0)).all()


@EACH
def test_a_batch_of_layers_by_vmap(rule, jnp):
    """One call for several layers gives each layer's own update."""
    import jax

    each = [arguments(rule, layer(5, 3, 4, seed), given=True) for seed in range(3)]
    numbers = dict.fromkeys(options(rule), 0.9)
    together = {name: jnp.asarray(np.stack([kwargs[name] for kwargs in each])) for name in each[0]}
    found = jax.jit(jax.vmap(lambda kwargs: rule(**kwargs, **numbers)))(together)
    for layer_found, kwargs in zip(found, each, strict=True):
        assert_close(layer_found, rule(**kwargs, **numbers))


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")  # PyTorch's own, of what its compiler uses
@EACH
@pytest.mark.parametrize("B", [9, 2])  # both orders of contraction
def test_compiled_by_pytorch_in_one_piece(rule, B):
    torch = pytest.importorskip("torch")
    torch.compiler.reset()
    kwargs = arguments(rule, layer(B, 3, 2))
    found = torch.compile(rule, fullgraph=True)(**cast(kwargs, torch.from_numpy))
    assert found.dtype is torch.float64
    assert_close(found, rule(**kwargs))


@EACH
@pytest.mark.parametrize("name", ["jax", "torch"])
def test_bfloat16(rule, name, data):
    """The result keeps the dtype; eight bits of precision, of which sums of products lose some."""
    module = pytest.importorskip(name)
    rounded = cast(arguments(rule, data), lambda array: np.round(array * 64) / 64)
    convert = (lambda array: module.numpy.asarray(array, dtype=module.numpy.bfloat16)) if name == "jax" else None
    convert = convert or (lambda array: module.from_numpy(array).to(module.bfloat16))
    found = rule(**cast(rounded, convert))
    assert "bfloat16" in str(found.dtype)
    expected = rule(**rounded)
    values = np.asarray(found.astype("float32")) if name == "jax" else found.to(module.float32).numpy()
    assert_close(values, expected, rtol=0.1)


def test_tensors_on_two_devices_are_refused():
    torch = pytest.importorskip("torch")
    x, z, W = torch.ones(4, 3), torch.ones(4, 2), torch.ones(2, 3)
    with pytest.raises(ValueError, match="x on meta, z on cpu, W on cpu"):
        rules.oja(x.to("meta"), z, W)


def test_wrong_shapes_are_refused_inside_jit(jnp):
    import jax

    with pytest.raises(ValueError, match=r"oja: the shapes do not fit: given x \(4, 3\), z \(5, 2\)"):
        jax.jit(rules.oja)(jnp.ones((4, 3)), jnp.ones((5, 2)), jnp.ones((2, 3)))
    with pytest.raises(TypeError, match="x must be of a real floating dtype"):
        jax.jit(rules.oja)(jnp.ones((4, 3), dtype=int), jnp.ones((4, 2)), jnp.ones((2, 3)))


# --- dtypes --------------------------------------------------------------------------------------------------------------
@EACH
@examples
@over(data=layers, given=st.booleans(), draw=st.data())
def test_single_precision_is_double_precision_rounded(rule, data, given, draw):
    numbers = {name: draw.draw(st.floats(0.1, 2), label=name) for name in options(rule)}
    found = rule(**cast(arguments(rule, data, given), np.float32), **numbers)
    assert found.dtype == np.float32
    assert_close(found, call(rule, data, given, **numbers), rtol=1e-4)


# --- streams of single samples -------------------------------------------------------------------------------------------
def one(kwargs, b=0):
    """The arguments with sample ``b`` alone, without a sample axis."""
    return {name: value[b] if name in ("x", "z", "z_prev", "slope") else value for name, value in kwargs.items()}


@EACH
@examples
@over(layers)
def test_single_samples_add_up_to_the_minibatch(rule, data):
    """The minibatch's statistics given; the decay, which is once a call, shared out."""
    kwargs = arguments(rule, with_minibatch_statistics(data), given=True)
    B = len(data.x)
    share = {"decay": 1 / B} if rule is rules.log_variance_decay else {}
    assert_close(sum(rule(**one(kwargs, b), **share) for b in range(B)), call(rule, data), rtol=1e-9)


@EACH
@examples
@over(st.builds(layer, st.just(1), st.integers(2, 5), st.integers(1, 4), st.integers(0, 999)))
def test_a_sample_alone_is_a_minibatch_of_one(rule, data):
    kwargs = arguments(rule, data, given=True)
    found = rule(**one(kwargs))
    assert found.shape == data.W.shape
    assert found.any()
    assert_close(found, rule(**kwargs), rtol=0)


# --- symmetries ----------------------------------------------------------------------------------------------------------
def permuted(data, samples=slice(None), units=slice(None), inputs=slice(None)):
    """The same layer with its samples, units and inputs in another order."""
    by_sample_and_unit = {name: getattr(data, name)[samples][:, units] for name in ("z", "z_prev", "slope")}
    x, W, K = data.x[samples][:, inputs], data.W[units][:, inputs], data.K[units][:, units]
    return but(data, x=x, W=W, K=K, mean=data.mean[units], var=data.var[units], **by_sample_and_unit)


def mirrored(data, signs):
    """The same layer with the activity of some units, and with it their weights, negated; the slope of an odd f is even."""
    activity = {name: signs * getattr(data, name) for name in ("z", "z_prev", "mean")}
    return but(data, W=signs[:, None] * data.W, K=np.outer(signs, signs) * data.K, **activity)


@EACH
@examples
@over(data=layers, given=st.booleans(), draw=st.data())
def test_the_sign_of_a_unit_does_not_matter(rule, data, given, draw):
    N = data.z.shape[1]
    signs = np.array(draw.draw(st.lists(st.sampled_from([1.0, -1.0]), min_size=N, max_size=N), label="signs"))
    assert_close(call(rule, mirrored(data, signs), given), signs[:, None] * call(rule, data, given), rtol=0)


@EACH
@examples
@over(data=layers, given=st.booleans(), draw=st.data())
def test_order_does_not_matter(rule, data, given, draw):
    samples, units, inputs = (draw.draw(st.permutations(range(size))) for size in (*data.z.shape, data.x.shape[1]))
    found = call(rule, permuted(data, samples, units, inputs), given)
    assert_close(found, call(rule, data, given)[units][:, inputs], rtol=1e-9)


# --- locality ------------------------------------------------------------------------------------------------------------
def test_signatures_ask_for_what_a_synapse_can_have():
    """Weights where they decay, the matrix K in the rule that is not local, and nothing else over two units."""
    required = {
        "oja": "x z W",
        "log_variance_decay": "x z slope W",
        **dict.fromkeys(("invariance", "total", "total_log_variance"), "x z z_prev slope"),
    }
    optional = {
        **dict.fromkeys(("oja", "invariance"), ""),
        **dict.fromkeys(("variance", "log_variance", "log_variance_decay"), "mean var alpha"),
        **dict.fromkeys(("covariance_one_sample", "covariance_third_factor"), "mean"),
        **dict.fromkeys(("total", "total_log_variance"), "mean var"),
        "covariance": "mean K alpha",
    }
    nothing = SimpleNamespace(**dict.fromkeys(["x", "z", "z_prev", "slope", "W"]))
    for rule in RULES:
        assert list(arguments(rule, nothing)) == required.get(rule.__name__, "x z slope").split()
        assert statistics(rule) == optional[rule.__name__].split()


def beside(data, other):
    """The first unit of one layer with the other units of another."""
    activity = {
        name: np.column_stack([getattr(data, name)[:, :1], getattr(other, name)[:, 1:]]) for name in ("z", "z_prev", "slope")
    }
    return but(data, W=np.vstack([data.W[:1], other.W[1:]]), **activity)


@pytest.mark.parametrize("rule", LOCAL, ids=lambda rule: rule.__name__)
def test_a_local_rule_sees_its_own_unit_alone(rule, data, given):
    changed = beside(data, layer(*data.z.shape, data.x.shape[1], seed=1))
    assert_close(call(rule, changed, given)[0], call(rule, data, given)[0])


@pytest.mark.parametrize("rule", [*SHARED, rules.covariance], ids=lambda rule: rule.__name__)
def test_one_shared_factor_is_blind_to_rotations_of_the_others(rule):
    """A rotation for each sample leaves Σ_k u_k² as it was, but not the products that the exact rule sums."""
    data = but(layer(6, 4, 3), mean=np.zeros(4))
    rotations = np.linalg.qr(np.random.default_rng(0).normal(size=(6, 3, 3))).Q
    turned = np.column_stack([data.z[:, :1], np.einsum("bik,bk->bi", rotations, data.z[:, 1:])])
    before, after = (call(rule, but(data, z=z, K=z.T @ z), given=True)[0] for z in (data.z, turned))
    assert np.allclose(before, after, rtol=1e-12, atol=0) is (rule is not rules.covariance)
