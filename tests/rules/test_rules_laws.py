"""How an update changes with what it is computed from: linear in some of it, homogeneous in scale, 0 where nothing varies.

Linear units are scaled by ``s``: input and activity by ``s``, variances, covariances and ε by ``s²``, the threshold γ by ``s``.
Where ``s`` is a power of two no rounding error changes, so that the laws hold to the last bit, as far as the numbers that a
rule forms can be represented: its update, and at least the square of the activity.
"""

import numpy as np
import pytest
from hypothesis import given as over
from hypothesis import strategies as st

from lvicreg import rules
from tests.rules.rule_data import RULES, arguments, assert_close, but, call, examples, layers, linear_layers, options

EACH = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
DEGREE = {  # of a rule's update in s
    rules.log_variance: 0,
    rules.log_variance_decay: 0,
    rules.variance: 1,
    rules.invariance: 2,
    rules.oja: 2,
    rules.covariance: 4,
    rules.covariance_one_sample: 4,
    rules.covariance_third_factor: 4,
}
DEGREES = {  # of the terms of a total, by their coefficients
    rules.total: {"lambda_inv": 2, "lambda_var": 1, "lambda_cov": 4},
    rules.total_log_variance: {"lambda_inv": 2, "lambda_var": 0, "lambda_cov": 4},
}
TOGETHER = [  # coefficients in which an update is jointly linear
    (rules.variance, ["alpha"]),
    (rules.log_variance, ["alpha"]),
    (rules.log_variance_decay, ["alpha", "decay"]),
    (rules.covariance, ["alpha"]),
    (rules.covariance, ["beta"]),
    (rules.covariance_one_sample, ["beta"]),
    (rules.covariance_third_factor, ["beta"]),
    *((rule, list(degrees)) for rule, degrees in DEGREES.items()),
]


# --- linear --------------------------------------------------------------------------------------------------------------
@EACH
@examples
@over(layers, st.booleans(), st.integers(1, 4), st.integers(0, 999))
def test_what_mixes_the_inputs_mixes_the_update(rule, data, given, size, seed):
    """With the activity as it is, the update is linear in the inputs and their weights, one input apart from another."""
    mixing = np.random.default_rng(seed).normal(size=(data.x.shape[1], size))
    found = call(rule, but(data, x=data.x @ mixing, W=data.W @ mixing), given)
    expected = call(rule, data, given)
    np.testing.assert_allclose(found, expected @ mixing, rtol=0, atol=1e-9 * np.max(np.abs(expected)))


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule is not rules.oja], ids=lambda rule: rule.__name__)
@examples
@over(layers, st.booleans(), st.integers(0, 999))
def test_linear_in_each_slope(rule, data, given, seed):
    """A slope for each sample and unit; without the decay, which has none."""
    share = np.random.default_rng(seed).uniform(size=data.slope.shape)
    parts = [
        call(rule, but(data, slope=slope, W=0 * data.W), given) for slope in (share * data.slope, (1 - share) * data.slope)
    ]
    assert_close(sum(parts), call(rule, but(data, W=0 * data.W), given), rtol=1e-9)


@pytest.mark.parametrize(("rule", "names"), TOGETHER, ids=lambda value: getattr(value, "__name__", None))
@examples
@over(data=layers, draw=st.data())
def test_linear_in_the_coefficients(rule, names, data, draw):
    largest = {"alpha": 0.5}  # a share of one, and two of them are added
    first, second = ({name: draw.draw(st.floats(0.05, largest.get(name, 10)), label=name) for name in names} for _ in range(2))
    kwargs = arguments(rule, data, given=True)
    added = rule(**kwargs | {name: first[name] + second[name] for name in names})
    assert_close(rule(**kwargs | first) + rule(**kwargs | second), added, rtol=1e-9)


# --- homogeneous ---------------------------------------------------------------------------------------------------------
def scaled(data, s):
    lengths = {name: s * getattr(data, name) for name in ("x", "z", "z_prev", "mean")}
    return but(data, var=s**2 * data.var, K=s**2 * data.K, **lengths)


def scaled_options(rule, numbers, s):
    """The coefficients of a total are scaled so that each term, and with them the total, stays as it is."""
    powers = {"epsilon": 2, "gamma": 1} | {name: -degree for name, degree in DEGREES.get(rule, {}).items()}
    return {name: number * s ** powers.get(name, 0) for name, number in numbers.items()}


@EACH
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@examples
@over(data=linear_layers, given=st.booleans(), draw=st.data())
def test_homogeneous_to_the_ends_of_the_range(rule, dtype, data, given, draw):
    """To s = 2^±500 or, for a fourth power, 2^±250 in double precision: about 1e±150 and 1e±75."""
    degree = DEGREE.get(rule, 0)
    end = (np.finfo(dtype).maxexp - 24) // (4 if degree == 4 or rule in DEGREES else 2)
    s = 2.0 ** draw.draw(st.integers(-end, end), label="exponent")
    numbers = {name: draw.draw(st.sampled_from([0.5, 1.0, 1.75]), label=name) for name in options(rule)}
    single = but(data, **{name: value.astype(dtype) for name, value in vars(data).items() if isinstance(value, np.ndarray)})
    found = call(rule, scaled(single, s), given, **scaled_options(rule, numbers, s))
    assert found.dtype == dtype
    assert np.array_equal(found, s**degree * call(rule, single, given, **numbers))


@examples
@over(linear_layers, st.booleans(), st.floats(1e-3, 1e3))
def test_without_epsilon_log_variance_alone_does_not_see_the_scale(data, given, s):
    for rule in (rules.log_variance, rules.log_variance_decay):
        assert_close(call(rule, scaled(data, s), given, epsilon=0.0), call(rule, data, given, epsilon=0.0), rtol=1e-9)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_beyond_the_range_of_the_variance(dtype):
    """An infinite variance gives 0; one that vanishes gives 0 with ε, and without it no number."""
    x = np.array([[1.0], [2.0], [4.0]], dtype)
    ones, end = np.ones_like(x), 2.0 ** (0.75 * np.finfo(dtype).maxexp)
    with np.errstate(all="ignore"):
        for rule in (rules.variance, rules.log_variance):
            assert not rule(x, x * end, ones, epsilon=0.0).any()
            assert np.allclose(rule(x, x / end, ones), 0, atol=1e-6)
            assert np.isnan(rule(x, x / end, ones, epsilon=0.0)).all()


@pytest.mark.parametrize("rule", DEGREES, ids=lambda rule: rule.__name__)
def test_a_total_is_finite_until_the_cube_overflows(rule):
    x, ones = np.array([[1.0], [-1.0], [2.0]]), np.ones((3, 2))
    assert np.isfinite(rule(x, 1e100 * x * ones, 0 * ones, ones)).all()
    with np.errstate(all="ignore"):
        assert not np.isfinite(rule(x, 1e110 * x * ones, 0 * ones, ones)).any()


# --- nothing varies ------------------------------------------------------------------------------------------------------
@EACH
@examples
@over(linear_layers)
def test_zero_weights_are_at_rest(rule, data):
    """Where ε > 0; a linear unit of weight zero is silent."""
    silent = {name: np.zeros_like(getattr(data, name)) for name in ("W", "z", "z_prev")}
    assert not call(rule, but(data, **silent)).any()


STILL = [rules.variance, rules.log_variance, rules.log_variance_decay]
SHARED = [rules.covariance, rules.covariance_one_sample, rules.covariance_third_factor]


@pytest.mark.parametrize("rule", STILL + SHARED, ids=lambda rule: rule.__name__)
@examples
@over(layers, st.floats(1e-9, 1e9))
def test_one_sample_repeated_changes_nothing(rule, data, activity):
    """But for the rounding of the mean, after which the deviation is at most B rounding errors of the activity."""
    B, N = data.z.shape
    same = but(data, x=data.x[[0] * B], z=activity * data.z[[0] * B], W=0 * data.W)
    deviation = B * np.finfo(float).eps * np.max(np.abs(same.z))
    factor, numbers = (1, {"epsilon": 1.0}) if rule in STILL else (4 * N * deviation**2, {})
    bound = factor * deviation * np.max(np.sum(np.abs(same.x), axis=0))
    assert np.max(np.abs(call(rule, same, **numbers))) <= bound
