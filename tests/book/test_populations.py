"""What the figures of the covariance chapter say of the one-sample rules, measured on the functions that they show."""

import numpy as np
import pytest

pytest.importorskip("jax")
pytest.importorskip("sklearn")
from book.populations import DRAW, RULES, SPECTRUM, UNITS, mean_correlation, trained, update_error


@pytest.mark.parametrize("units", [2, 8, 32])
@pytest.mark.parametrize("name", DRAW)
def test_the_third_factors_update_is_too_large_by_kurtosis_over_the_other_units(name, units):
    assert update_error(name, units) == pytest.approx(DRAW[name][1] / (units - 1), rel=0.03)


@pytest.fixture(scope="module")
def learned():
    """The covariance of the units at the end, for β at a quarter of the exact rule's threshold, and at twice it."""
    return {rule: trained(rule, times=(0.25, 2.0))[:, -1] for rule in RULES}


def test_without_a_covariance_term_the_units_become_identical():
    assert mean_correlation(trained(None)[:, -1]).min() >= 0.999


def test_above_the_threshold_the_exact_rule_alone_decorrelates(learned):
    exact, one_sample, third = (mean_correlation(learned[rule][1:])[0] for rule in ("exact", "one-sample", "third factor"))
    assert exact <= 0.02  # 0.007
    assert 0.07 <= one_sample <= 0.12  # 0.097
    assert 0.12 <= third <= 0.16  # 0.139
    np.testing.assert_allclose(np.trace(learned["exact"][1]), SPECTRUM[:UNITS].sum(), rtol=0.02)
    for rule in ("one-sample", "third factor"):  # the spurious decay
        assert np.trace(learned[rule][1]) <= 0.2 * SPECTRUM[:UNITS].sum()


def test_the_third_factor_makes_variances_equal_but_not_the_eigenvalues(learned):
    K = learned["third factor"][1]
    np.testing.assert_allclose(np.diagonal(K), np.diagonal(K).mean(), rtol=0.01)
    values = np.linalg.eigvalsh(K)
    assert values[-1] >= 2 * values[0]


def test_far_below_the_threshold_every_rule_leaves_a_dimension_nearly_empty(learned):
    for rule in RULES:
        empty, full = (np.linalg.eigvalsh(K)[0] / np.linalg.eigvalsh(K)[-1] for K in learned[rule])
        assert empty <= 0.01
        assert full >= 0.2
