"""The covariance loss and its gradient keep their digits in float32, for minibatches that would take them from a difference.

Far more units than samples, so that the population is taken in two parts. The reference are the covariances themselves, in
float64, of the same numbers. No method that rounds in float32 knows the covariance of two units better than to a part of
``σ_i σ_k``, so a gradient is also held against ``Σ_{k≠i} σ_i σ_k |u_k|``: of a unit that is nearly uncorrelated with a far
louder one, it is a small difference already in the activity.
"""

import numpy as np
import pytest

from lvicreg import losses, rules
from tests.rules.rule_data import assert_close

B, N = 64, 512
EPS = np.finfo(np.float32).eps


def by_covariances(z):
    """The loss, its gradient, and what the gradient of each unit is a sum of, in float64."""
    u = z.astype(np.float64) - z.astype(np.float64).mean(axis=0)
    K = u.T @ u / (len(z) - 1)
    length = np.sqrt(np.diag(K))
    np.fill_diagonal(K, 0.0)
    parts = 4 / (len(z) - 1) ** 0.5 * length * ((length**2).sum() - length**2)
    return (K**2).sum(), 4 / (len(z) - 1) * u @ K, parts


def hard():
    """Minibatches by name."""
    random = np.random.default_rng(0)
    normal = random.normal(size=(B, N))
    one_direction = random.normal(size=(B, 1)) * random.normal(size=N)
    yield "unit variances", normal
    yield "three decades", normal * 10 ** random.uniform(-1.5, 1.5, N)
    yield "one loud unit", np.where(np.arange(N) == 3, 1e5, 1.0) * normal
    yield "loud beyond float32 squares", np.where(np.arange(N) == 3, 1e12, 1e3) * normal
    yield "five loud units", np.where(np.arange(N) < 5, 1e3, 1.0) * normal
    yield "collapse", normal[:, :1] + 1e-3 * random.normal(size=(B, N))
    yield "one active unit", np.where(np.arange(N) == 7, 1.0, 1e-4) * normal
    yield "exactly correlated units", normal[:, np.arange(N) // 2]
    yield "one direction", one_direction
    centred = np.linalg.qr(np.c_[np.ones(B), normal[:, : B - 1]])[0][:, 1:]
    yield "orthonormal units and faint ones", np.c_[centred * 8, 1e-3 * normal[:, B - 1 :]]
    yield "a large mean", normal + 5


HARD = dict(hard())
EACH = pytest.mark.parametrize("name", HARD)


def check(found, z, most=1e-5):
    """Loss and gradient against the covariances; three units in the last place of what a gradient is a sum of."""
    loss, gradient = (np.asarray(part, dtype=np.float64) for part in found)
    expected, exact, parts = by_covariances(z)
    assert loss >= 0
    assert abs(loss - expected) <= most * expected
    errors = np.linalg.norm(gradient - exact, axis=0)
    assert np.all(errors <= most * np.linalg.norm(exact, axis=0) + 3 * EPS * parts)


@EACH
def test_in_float32(name):
    z = HARD[name].astype(np.float32)
    check(losses.covariance(z), z)


@EACH
def test_the_gradient_of_most_units_has_five_digits_of_its_own(name):
    """But where all that a unit is correlated with is a unit far louder than all others."""
    z = HARD[name].astype(np.float32)
    _, exact, _ = by_covariances(z)
    errors = np.linalg.norm(losses.covariance(z)[1] - exact, axis=0) / np.linalg.norm(exact, axis=0)
    few = "loud unit" in name or "beyond" in name or name in ("one active unit", "orthonormal units and faint ones")
    assert np.quantile(errors, 0.85 if few else 1.0) <= 1e-5


def test_random_minibatches_with_outlier_units():
    """300 of them, of 4 to 64 samples and two to eight times as many units."""
    random = np.random.default_rng(1)
    for _ in range(300):
        samples = random.integers(4, 65)
        units = samples * random.integers(2, 9)
        z = random.normal(size=(samples, units)) * 10 ** random.uniform(-1.5, 1.5, units)
        outliers = random.integers(1, 6)
        z[:, random.integers(0, units, outliers)] *= 10 ** random.uniform(0, 5, outliers)
        check(losses.covariance(z.astype(np.float32)), z.astype(np.float32))


@EACH
def test_in_sixteen_bits_and_mixed_precision(name):
    torch = pytest.importorskip("torch")
    z = torch.from_numpy(HARD[name].astype(np.float32))
    rounded = z.to(torch.bfloat16)
    found = losses.covariance(rounded)
    exact, gradient, _ = by_covariances(rounded.float().numpy())
    assert float(found[0]) == pytest.approx(exact, rel=2**-8)  # the result has eight bits
    assert found[1].dtype is torch.bfloat16
    assert np.abs(found[1].float().numpy() - gradient).max() <= 2**-8 * np.abs(gradient).max()
    with torch.autocast("cpu", torch.bfloat16):
        check(losses.covariance(z), z.numpy())


@EACH
def test_the_loss_of_lightlys_name(name):
    torch = pytest.importorskip("torch")
    from lvicreg.torch import VICRegLoss

    if "beyond" in name:
        pytest.skip("its invariance and variance terms overflow")
    z = torch.from_numpy(HARD[name].astype(np.float32)).requires_grad_()
    loss = VICRegLoss(lambda_param=0.0, mu_param=0.0, nu_param=1.0)(z, z.detach().clone().requires_grad_())
    loss.backward()
    check((loss.detach().numpy() * (N / 2), z.grad.numpy() * N), z.detach().numpy())  # lightly's is the mean over units


@EACH
def test_the_rule_has_the_same_digits(name):
    """The update of each unit, with inputs that are the samples themselves, is minus its gradient."""
    z = HARD[name].astype(np.float32)
    update = rules.covariance(np.eye(B, dtype=np.float32), z, np.ones_like(z))
    _, exact, parts = by_covariances(z)
    errors = np.linalg.norm(update + exact.T, axis=1)
    assert np.all(errors <= 1e-5 * np.linalg.norm(exact, axis=0) + 3 * EPS * parts)


@pytest.mark.parametrize("samples", [2, 3, 4, 5, 6, 7, 8, 9])
def test_no_size_is_left_out(samples):
    """The smallest minibatches, with twice as many units, one less, and one more."""
    for units in (2 * samples - 1, 2 * samples, 2 * samples + 1):
        z = np.random.default_rng(units).normal(size=(samples, units)) * np.linspace(1, 100, units)
        loss, gradient = losses.covariance(z)
        expected, exact, _ = by_covariances(z)
        assert loss == pytest.approx(expected, rel=1e-12)
        assert_close(gradient, exact)


def test_what_is_zero_is_not_negative():
    """Units that do not vary but for rounding, and one that does."""
    z = np.full((B, N), 0.1, dtype=np.float32)
    z[:, 5] = np.random.default_rng(0).normal(size=B)
    assert 0 <= losses.covariance(z)[0] <= 1e-12
    assert not losses.covariance(np.zeros((B, N)))[0]
