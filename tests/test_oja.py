"""Fixed points for users' own covariances: against the field itself, and against runs of it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lvicreg.oja import FixedPoint, fixed_points


def field(C, decay, epsilon, w):
    return C @ w / (w @ C @ w + epsilon) - decay * w


def jacobian(C, decay, epsilon, w):
    """By complex steps, exact to rounding."""
    steps = 1e-30j * np.eye(len(w))
    return np.stack([field(C, decay, epsilon, w + step).imag / 1e-30 for step in steps], axis=1)


def covariance(spectrum, seed=0):
    basis = np.linalg.qr(np.random.default_rng(seed).normal(size=(len(spectrum),) * 2))[0]
    return basis @ np.diag(spectrum) @ basis.T


CASES = [
    pytest.param(spectrum, decay, epsilon, id=f"{spectrum}-{decay}-{epsilon}")
    for spectrum in ([3.0, 2.0, 0.5], [3.0, 3.0, 0.5, 0.0], [2.0, 1.0, 1.0, 1.0], [0.7], [1e-9, 4e-10], [1e9, 4e8])
    for decay, epsilon in ((1.0, 0.0), (0.25, 0.0), (4.0, 0.01 * max(spectrum)), (0.5, 1.5 * max(spectrum)))
]


@pytest.mark.parametrize(("spectrum", "decay", "epsilon"), CASES)
def test_they_are_fixed_and_the_rates_are_those_of_the_field(spectrum, decay, epsilon):
    C = covariance(spectrum)
    for point in fixed_points(C, decay, epsilon):
        for w in point.weights if point.dimension >= 0 else [np.zeros(len(C))]:
            np.testing.assert_allclose(field(C, decay, epsilon, w), 0, atol=1e-9 * decay)
            rates = np.linalg.eigvals(jacobian(C, decay, epsilon, w)).real
            np.testing.assert_allclose(np.sort(rates), np.sort(point.rates), atol=1e-7 * np.abs(point.rates).max())


@pytest.mark.parametrize(("spectrum", "decay", "epsilon"), CASES)
def test_there_is_one_for_every_eigenvalue_that_can_carry_it(spectrum, decay, epsilon):
    points = fixed_points(covariance(spectrum), decay, epsilon)
    expected = [mu for mu in sorted(set(spectrum), reverse=True) if mu > decay * epsilon]
    found = [point for point in points if point.dimension >= 0]
    np.testing.assert_allclose([point.eigenvalue for point in found], expected, rtol=1e-6)
    assert [len(point.basis) for point in found] == [spectrum.count(mu) for mu in expected]
    assert len(points) == len(found) + (epsilon > 0)


@pytest.mark.parametrize(("spectrum", "decay", "epsilon"), CASES)
def test_steps_below_the_largest_return_and_above_do_not(spectrum, decay, epsilon):
    C, (point, *others) = covariance(spectrum), fixed_points(covariance(spectrum), decay, epsilon)
    assert point.stable
    assert not any(other.stable or other.largest_step for other in others)
    start = point.weights[0] if point.dimension >= 0 else np.zeros(len(C))

    def distance(step):
        w = start + 1e-6 * np.random.default_rng(0).normal(size=len(C)) / np.sqrt(decay)
        for _ in range(400):
            w = w + step * point.largest_step * field(C, decay, epsilon, w)
            if np.linalg.norm(w) > 1e6 / np.sqrt(decay):
                break
        along = point.basis.T @ (point.basis @ w)
        return np.linalg.norm(w - along * (point.norm / np.linalg.norm(along) if point.norm else 1))

    assert distance(0.9) <= 1e-9
    assert distance(1.1) >= 1e-4


def test_the_sphere_of_a_repeated_eigenvalue():
    first, second = fixed_points(np.diag([2.0, 2.0, 2.0, 1.0]))
    assert first.dimension == 2
    assert str(first) == "eigenvalue 2: a sphere of dimension 2 of norm 1, stable"
    assert second.dimension == 0
    assert str(second) == "eigenvalue 1: two points of norm 1, unstable"
    assert np.count_nonzero(first.rates == 0) == 2


def test_the_origin():
    leading, origin = fixed_points(np.diag([2.0, 0.4]), epsilon=0.5)
    assert leading.stable
    assert origin.dimension == -1
    assert origin.basis.shape == (0, 2)
    assert str(origin) == "origin, unstable"
    (only,) = fixed_points(np.diag([2.0, 1.0]), epsilon=2.0)  # equality
    assert only.stable
    assert only.largest_step == 4.0
    assert fixed_points(np.eye(2), epsilon=1.0)[0].largest_step == np.inf


def test_epsilon_can_leave_the_limit_of_the_step_to_other_directions():
    assert fixed_points(np.diag([1.0, 0.0]))[0].largest_step == 1.0
    assert fixed_points(np.diag([1.0, 0.0]), epsilon=0.9)[0].largest_step == pytest.approx(2.0)


def test_equality_is_decided_as_it_is_written():
    (origin,) = fixed_points([[0.3]], decay=0.1, epsilon=2.9999999999999996)  # the product is 0.3 in floating point
    assert origin.stable
    assert origin.dimension == -1


def test_without_variance_there_is_none():
    assert fixed_points(np.zeros((3, 3))) == ()


@settings(deadline=None, derandomize=True)
@given(st.integers(1, 6), st.integers(0, 10**6), st.floats(0.01, 100), st.floats(1e-6, 1e6))
def test_scaling_the_data_changes_no_weight(size, seed, decay, scale):
    data = np.random.default_rng(seed).normal(size=(size + 2, size))
    one, two = (fixed_points(factor * data.T @ data, decay) for factor in (1.0, scale))
    for first, second in zip(one, two, strict=True):
        np.testing.assert_allclose(first.norm, second.norm, rtol=1e-12)
        np.testing.assert_allclose(np.abs(first.basis @ second.basis.T), np.eye(len(first.basis)), atol=1e-5)
        np.testing.assert_allclose(first.rates, second.rates, atol=1e-9 * np.abs(first.rates).max())


def test_dtypes():
    assert isinstance(fixed_points([[2, 1], [1, 2]])[0], FixedPoint)
    assert fixed_points(np.eye(2, dtype=np.float32))[0].weights.dtype == np.float32


@pytest.mark.parametrize(
    ("C", "options", "message"),
    [
        ([[1j, 0], [0, 1]], {}, "C must be an array of real numbers; got dtype complex128"),
        (np.eye(2), {"decay": "2"}, "decay must be a real number; got '2'"),
        (np.eye(2), {"epsilon": None}, "epsilon must be a real number; got None"),
    ],
)
def test_what_is_not_real_is_refused(C, options, message):
    with pytest.raises(TypeError, match=message):
        fixed_points(C, **options)


@pytest.mark.parametrize("seed", range(100))
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_repeated_eigenvalue_is_seen_through_rounding(seed, dtype):
    for spectrum in ([1.0, 1.0], [1.0, 1.0, 0.5], [2.0] * 5 + [1.0] * 5):
        first, *rest = fixed_points(covariance(spectrum, seed).astype(dtype))
        assert len(first.basis) == spectrum.count(spectrum[0])
        assert len(rest) == len(set(spectrum)) - 1
        *_, origin = points = fixed_points(covariance(spectrum, seed).astype(dtype), epsilon=spectrum[0])  # at equality
        assert [point.stable for point in points] == [True] + [False] * (len(points) - 1)
        assert origin.dimension == -1


@pytest.mark.parametrize(
    ("C", "decay", "norm"),
    [
        (np.diag([1.5e308, 1e308]), 1.0, 1.0),
        ([[1e-200]], 1e-200, 1e100),
        ([[1e200]], 1e200, 1e-100),
        (np.diag([3e38, 1e38]).astype(np.float32), 1.0, 1.0),
        (np.eye(2, dtype=np.longdouble), 1.0, 1.0),
    ],
)
def test_extreme_scales(C, decay, norm):
    first, *_ = fixed_points(C, decay)
    assert first.norm == pytest.approx(norm, rel=1e-12)
    assert type(first.stable) is bool


@pytest.mark.parametrize(
    ("C", "options", "message"),
    [
        ([[1.0, 0.5], [0.25, 1.0]], {}, r"symmetric; .* differ by up to 0\.25"),
        (np.ones((2, 3)), {}, r"square matrix, shape \(M, M\); got shape \(2, 3\)"),
        (np.ones(3), {}, r"got shape \(3,\)"),
        (np.ones((0, 0)), {}, r"got shape \(0, 0\)"),
        ([[1.0, 0.0], [0.0, -0.5]], {}, r"positive semidefinite; its smallest eigenvalue is -0\.5"),
        ([[np.nan, 0.0], [0.0, 1.0]], {}, "finite; 1 of its entries"),
        (np.full((10, 10), 1.7e308), {}, r"beyond the range of float64; its entries go up to 1\.7e\+308"),
        (np.full((10, 10), 3e38, dtype=np.float32), {"epsilon": 1.0}, "beyond the range of float32"),
        (np.eye(2), {"decay": 0.0}, r"decay must be a positive number; got 0\.0"),
        (np.eye(2), {"decay": -1.0}, r"got -1\.0"),
        (np.eye(2), {"decay": np.nan}, "got nan"),
        (np.eye(2), {"epsilon": -0.1}, r"epsilon must be a number that is not negative; got -0\.1"),
        (np.eye(2), {"epsilon": np.inf}, "got inf"),
        (np.eye(2), {"epsilon": 1e-310}, "epsilon is too small for its rounding errors to be known: scale it above 1e-292"),
        (
            np.diag([1e-310, 1e-311]),
            {},
            "C is too small for its rounding errors to be known: scale it above 1e-292; got 1e-310",
        ),
    ],
)
def test_bad_input_is_refused(C, options, message):
    with pytest.raises(ValueError, match=message):
        fixed_points(C, **options)


def test_a_rate_beyond_all_numbers_is_infinite_and_says_nothing():
    *_, origin = fixed_points(np.diag([1e20, 1.0]), epsilon=1e-291)
    assert (origin.rates.max(), origin.stable, origin.largest_step) == (np.inf, False, 0)
