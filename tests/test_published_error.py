"""How the published error passed a test: Eq. 7 against Eq. 6, both from one page; and how independent evidence catches it.

The decorrelation loss of LPL's Methods Eq. 6 was printed with the squares before the mean over samples; Eq. 7 is its gradient.
"""

import numpy as np
import pytest

from lvicreg import rules

pytest.importorskip("sklearn")
pytest.importorskip("jax")
from book.experiments import decorrelation_losses, digits, principal_activity, standardised


def page_loss(z, mean):
    """Methods Eq. 6, copied from the page."""
    B, M = z.shape
    u = z - mean
    total = sum(u[b, i] ** 2 * u[b, k] ** 2 for b in range(B) for i in range(M) for k in range(M) if k != i)
    return total / ((B - 1) * (M**2 - M))


def page_rule(x, z, slope):
    """The decorrelation term of Methods Eq. 7, from the same page, with the factor that Eq. 6 gives it."""
    B, M = z.shape
    u = z - z.mean(axis=0)
    post = [[u[b, i] * sum(u[b, k] ** 2 for k in range(M) if k != i) * slope[b, i] for i in range(M)] for b in range(B)]
    return -4 / ((B - 1) * (M**2 - M)) * np.transpose(post) @ x


def independent_loss(z, mean):
    """What the text of the paper says in words, by NumPy's own covariance matrix."""
    C = np.cov(z, rowvar=False)
    return np.mean(C[~np.eye(len(C), dtype=bool)] ** 2)


def erratum_rule(x, z, slope):
    M = z.shape[1]
    return rules.covariance(x, z, slope, beta=1 / (M**2 - M))


def descends(rule, loss):
    """A test as one writes it: the rule against central differences of the loss, the mean detached."""
    random = np.random.default_rng(0)
    x, W = random.normal(size=(6, 4)), random.normal(size=(3, 4))
    z = np.tanh(x @ W.T)
    difference = np.zeros_like(W)
    for entry in np.ndindex(W.shape):
        step = np.zeros_like(W)
        step[entry] = 1e-5
        above, below = (loss(np.tanh(x @ (W + sign * step).T), z.mean(axis=0)) for sign in (1, -1))
        difference[entry] = (above - below) / 2e-5
    return np.allclose(rule(x, z, 1 - z**2), -difference, rtol=1e-6, atol=1e-9)


def test_written_from_the_same_page_the_test_passes():
    assert descends(page_rule, page_loss)


def test_independent_evidence_does_not():
    """The loss is written again from the words, not from the formula: now the printed rule fails and the erratum's passes."""
    assert not descends(page_rule, independent_loss)
    assert descends(erratum_rule, independent_loss)
    assert not descends(erratum_rule, page_loss)


def test_the_printed_rule_is_the_one_sample_rule():
    random = np.random.default_rng(1)
    x, z, slope = random.normal(size=(6, 4)), random.normal(size=(6, 3)), random.normal(size=(6, 3))
    np.testing.assert_allclose(page_rule(x, z, slope), rules.covariance_one_sample(x, z, slope, beta=1 / (5 * 6)), rtol=1e-12)


# --- its size ---------------------------------------------------------------------------------------------------------------
def test_gaussian_activity_has_the_bias_that_is_claimed():
    """Decorrelated units of variance σ² in minibatches of 5: (1 − 1/5) σ⁴ as printed, σ⁴/4 as corrected."""
    z = np.random.default_rng(0).normal(size=(20_000, 5, 3)) * 1.5
    printed, corrected, _ = np.mean([decorrelation_losses(batch) for batch in z], axis=0)
    assert printed == pytest.approx(0.8 * 1.5**4, rel=0.03)
    assert corrected == pytest.approx(1.5**4 / 4, rel=0.03)


def test_decorrelated_units_on_the_digits_are_charged_in_full():
    """Principal components as units: nothing to decorrelate, and the printed loss is four fifths of the Gaussian prediction."""
    printed, corrected, gaussian = decorrelation_losses(principal_activity(digits(), 8))
    assert corrected < 1e-20
    assert gaussian == pytest.approx(1 - 1 / 1797, rel=1e-9)
    assert printed == pytest.approx(0.8456, abs=1e-4)


@pytest.mark.parametrize("activation", [lambda a: a, np.tanh, lambda a: np.maximum(a, 0)], ids=["linear", "tanh", "relu"])
def test_random_units_on_the_digits_are_charged_many_times(activation):
    x = digits()
    for seed in range(5):
        a = x @ np.random.default_rng(seed).normal(size=(8, 64)).T
        printed, corrected, gaussian = decorrelation_losses(standardised(activation(standardised(a))))
        assert printed == pytest.approx(gaussian, rel=0.25)  # the digits' activity is not Gaussian: 0.83 to 1.04 times
        assert printed > 5 * corrected  # 5.9 to 77 times
