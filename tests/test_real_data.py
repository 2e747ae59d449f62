"""The generated rules on real data, both shipped with scikit-learn: handwritten digits and patches of two photographs."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from lvicreg import rules

pytest.importorskip("sklearn")
pytest.importorskip("PIL", reason="scikit-learn reads its photographs with Pillow")
from sklearn.datasets import load_digits, load_sample_images
from sklearn.decomposition import PCA
from threadpoolctl import threadpool_limits

Array = np.ndarray[Any, np.dtype[np.float64]]
Rule = Callable[..., Any]

TOTAL_RULES = [rules.total, rules.total_log_variance]


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """Small matrix products: several threads only wait for each other."""
    with threadpool_limits(1):
        yield


# Principal components


@pytest.fixture(scope="module")
def digits() -> Array:
    x = load_digits().data
    return x - x.mean(axis=0)


def weights(seed: int, units: int, inputs: int) -> Array:
    return np.random.default_rng(seed).normal(size=(units, inputs)) / np.sqrt(inputs)


def cosine_and_norm(W: Array, x: Array) -> tuple[float, float]:
    norm = float(np.linalg.norm(W))
    return float(abs(PCA(1).fit(x).components_[0] @ W[0])) / norm, norm


def full_batch(x: Array, decay: float, eta: float, steps: int, seed: int = 0) -> Array:
    W = weights(seed, 1, x.shape[1])
    for _ in range(steps):
        z = x @ W.T
        W = W + eta * rules.log_variance_decay(x, z, np.ones_like(z), W, decay=decay)
    return W


@pytest.mark.parametrize("decay", [0.25, 1.0, 4.0])
def test_log_variance_with_decay_finds_the_first_component_with_norm_one_over_root_decay(digits, decay):
    cosine, norm = cosine_and_norm(full_batch(digits, decay, eta=0.5 / decay, steps=300), digits)
    assert cosine >= 0.9999  # 1 − 3e-11 or closer for eight seeds
    assert norm == pytest.approx(1 / np.sqrt(decay), rel=1e-3)  # 1e-6 or closer; ε accounts for the rest


def test_oja_finds_the_same_component_with_norm_one(digits):
    W, log_variance = weights(0, 1, 64), full_batch(digits, decay=1.0, eta=0.5, steps=300)
    eta = 0.5 / np.linalg.eigvalsh(digits.T @ digits)[-1]
    for _ in range(300):
        W = W + eta * rules.oja(digits, digits @ W.T, W)
    cosine, norm = cosine_and_norm(W, digits)
    assert cosine >= 0.9999
    assert norm == pytest.approx(1, rel=1e-3)
    np.testing.assert_allclose(W, log_variance, atol=1e-4)  # the same sign too, from the same start


@pytest.mark.parametrize("scale", [1e-2, 1.0, 1e2])
def test_the_step_limit_of_log_variance_is_one_over_decay_whatever_the_scale_of_the_data(digits, scale):
    x, decay = digits * scale, 4.0
    for eta, reached in ((0.95 / decay, True), (1.05 / decay, False)):
        W = full_batch(x, decay, eta, steps=400)
        z = x @ W.T
        step = eta * rules.log_variance_decay(x, z, np.ones_like(z), W, decay=decay)
        assert (np.linalg.norm(step) < 1e-3) == reached  # below the limit 1e-15, above it 0.3 or more


def minibatches(x: Array, seed: int, size: int = 100, epochs: int = 40) -> Array:
    rng, W = np.random.default_rng(seed), weights(seed, 1, x.shape[1])
    for epoch in range(epochs):
        for batch in np.array_split(rng.permutation(x), len(x) // size):
            z = batch @ W.T
            W = W + 0.5 / (1 + epoch / 5) * rules.log_variance_decay(batch, z, np.ones_like(z), W)
    return W


def test_minibatches_with_a_decreasing_step_come_close_to_the_first_component(digits):
    cosine, norm = cosine_and_norm(minibatches(digits, seed=0), digits)
    assert cosine >= 0.999  # 0.9998 or better for twelve seeds
    assert norm == pytest.approx(1, rel=2e-3)  # 0.0005 to 0.0007 too large


def online(x: Array, seed: int, epochs: int = 8) -> Array:
    """One sample at a time; the variance is an exponential filter's of the past, over about 100 samples."""
    rng, W = np.random.default_rng(seed), weights(seed, 1, x.shape[1])
    mean, var, slope = np.zeros(1), np.var(x @ W.T, axis=0), np.ones(1)
    for t, sample in enumerate(np.concatenate([rng.permutation(x) for _ in range(epochs)])):
        z = W @ sample
        var = var + 0.01 * (z**2 - var)
        W = W + 0.05 / (1 + t / 500) * rules.log_variance_decay(sample, z, slope, W, mean=mean, var=var, alpha=1.0)
    return W


def test_single_samples_with_a_slow_filters_variance_come_close_to_the_first_component(digits):
    cosine, norm = cosine_and_norm(online(digits, seed=0), digits)
    assert cosine >= 0.995  # 0.9989 or better for twelve seeds
    assert norm == pytest.approx(1, rel=0.05)  # 0.978 to 1.007: the filter lags behind


# Learning without collapse


@pytest.fixture(scope="module")
def patches() -> tuple[Array, Array]:
    """Pairs of 8×8 grey patches, the second moved by up to 2 pixels: for learning, and held out, (2, samples, 24).

    A patch is centred and divided by its contrast, then projected onto the 24 leading principal components and whitened. The
    photographs are cut into eight strips; the held-out patches come from two of them, which learning never sees.
    """
    photographs = np.stack([image.mean(axis=2) / 255 for image in load_sample_images().images])
    rng, side, shift, inside = np.random.default_rng(0), 8, 2, np.arange(8)

    def pairs(n: int, strips: list[int]) -> Array:
        photograph = rng.integers(len(photographs), size=n)[:, None, None]
        row = rng.integers(shift, photographs.shape[1] - side - shift, size=n)
        column = 80 * rng.choice(strips, size=n) + rng.integers(shift, 80 - side - shift, size=n)
        down, along = rng.integers(-shift, shift + 1, size=(2, n))
        rows = np.stack([row, row + down])[..., None, None] + inside[:, None]
        columns = np.stack([column, column + along])[..., None, None] + inside
        patch = photographs[photograph, rows, columns].reshape(2, n, -1)
        patch = patch - patch.mean(axis=-1, keepdims=True)
        return patch / np.sqrt((patch**2).mean(axis=-1, keepdims=True) + 0.03**2)

    learn, held_out = pairs(8000, [0, 1, 2, 4, 5, 6]), pairs(4000, [3, 7])
    whitening = PCA(24, whiten=True, svd_solver="full").fit(learn.reshape(-1, side * side))
    whitened = (np.stack([whitening.transform(view) for view in each]) for each in (learn, held_out))
    return next(whitened), next(whitened)


def learn(rule: Rule, data: tuple[Array, Array], seed: int = 0, **coefficients: float) -> tuple[Array, float]:
    """Of 8 ReLU units on the held-out patches: the standard deviations, and the mean |correlation| of two units."""
    rng, W, size = np.random.default_rng(seed), weights(seed, 8, data[0].shape[2]), 64
    for _ in range(1500):
        before, x = data[0][:, rng.integers(data[0].shape[1], size=size)]
        a = x @ W.T
        W = W + 0.1 / size * rule(x, np.maximum(a, 0), np.maximum(before @ W.T, 0), (a > 0) * 1.0, **coefficients)
    z = np.maximum(data[1][1] @ W.T, 0)
    return z.std(axis=0), mean_correlation(z)


def mean_correlation(z: Array) -> float:
    return float(np.abs(np.corrcoef(z.T)[np.triu_indices(z.shape[1], 1)]).mean())


@pytest.mark.parametrize("rule", TOTAL_RULES)
def test_total_learns_from_patches_without_collapse_and_only_with_its_variance_term(patches, rule):
    deviation, _ = learn(rule, patches, lambda_inv=1.0, lambda_var=1.0, lambda_cov=0.1)
    assert deviation.min() >= 0.5  # γ is 1; 0.80 to 1.45 for ten seeds
    assert deviation.max() <= 2.0
    without, _ = learn(rule, patches, lambda_inv=1.0, lambda_var=0.0, lambda_cov=0.1)
    assert without.max() <= 0.01  # 6e-5 or less


@pytest.mark.parametrize("rule", TOTAL_RULES)
def test_the_covariance_term_of_total_decorrelates_the_units(patches, rule):
    deviation, correlation = learn(rule, patches, lambda_inv=1.0, lambda_var=1.0, lambda_cov=0.1)
    without_deviation, without = learn(rule, patches, lambda_inv=1.0, lambda_var=1.0, lambda_cov=0.0)
    assert correlation <= 0.25  # 0.11 to 0.17 for ten seeds
    assert without >= 0.3  # 0.41 to 0.96
    assert min(deviation.min(), without_deviation.min()) >= 0.5


# The third factor


def descend_at_fixed_variances(rule: Rule, x: Array, seed: int, units: int = 8, steps: int = 300) -> tuple[float, float]:
    """The mean |correlation| of linear units before and after, every unit's variance being held at 1.

    What the update would change of a unit's variance is taken out along the variance's gradient, the direction of the
    log-variance rule; then the weights are scaled to variance 1.
    """
    W, slope = weights(seed, units, x.shape[1]), np.ones((len(x), units))
    W = W / (x @ W.T).std(axis=0, ddof=1)[:, None]
    before = mean_correlation(x @ W.T)
    for _ in range(steps):
        z = x @ W.T
        update, normal = rule(x, z, slope), rules.log_variance(x, z, slope, epsilon=0.0)
        update = update - (update * normal).sum(axis=1, keepdims=True) / (normal**2).sum(axis=1, keepdims=True) * normal
        W = W + 3e-4 / len(x) * update
        W = W / (x @ W.T).std(axis=0, ddof=1)[:, None]
    return before, mean_correlation(x @ W.T)


def gaussian_twin(x: Array, seed: int = 0) -> Array:
    """Gaussian samples of exactly the same covariance."""
    g = np.random.default_rng(seed).normal(size=x.shape)
    g = np.linalg.qr(g - g.mean(axis=0))[0]
    _, singular, rotation = np.linalg.svd(x, full_matrices=False)
    return g * singular @ rotation


def test_at_fixed_variances_the_third_factor_decorrelates_gaussian_input_but_not_the_digits(digits):
    before, after = descend_at_fixed_variances(rules.covariance_third_factor, gaussian_twin(digits), seed=0)
    assert before >= 0.15
    assert after <= 0.07  # 0.03 to 0.04 for ten seeds
    _, after = descend_at_fixed_variances(rules.covariance_third_factor, digits, seed=0)
    assert after >= 0.12  # 0.17 to 0.22


def test_at_fixed_variances_the_one_sample_rule_decorrelates_the_digits(digits):
    before, after = descend_at_fixed_variances(rules.covariance_one_sample, digits, seed=0)
    assert before >= 0.15
    assert after <= 0.07  # 0.03 to 0.04 for ten seeds


def log_variance_and_third_factor(digits: Array, beta: float, seed: int, steps: int = 600) -> Array:
    """The covariance of 4 linear units on the digits, scaled to a leading variance of 1."""
    x = digits / np.linalg.norm(digits, 2) * np.sqrt(len(digits) - 1)
    W, slope = weights(seed, 4, x.shape[1]), np.ones((len(x), 4))
    for _ in range(steps):
        z = x @ W.T
        W = W + 0.2 * rules.log_variance_decay(x, z, slope, W)
        W = W + 0.2 * rules.covariance_third_factor(x, z, slope, beta=beta / len(x))
    return np.cov((x @ W.T).T)


def test_with_log_variance_and_decay_a_weak_third_factor_leaves_all_units_identical(digits):
    K = log_variance_and_third_factor(digits, beta=0.001, seed=0)
    d = np.sqrt(np.diag(K))
    assert np.abs(K / d / d[:, None]).min() >= 0.999


def test_with_log_variance_and_decay_a_third_factor_leaves_the_eigenvalues_unequal(digits):
    spectra = np.array([np.linalg.eigvalsh(log_variance_and_third_factor(digits, beta=0.1, seed=seed)) for seed in (0, 1)])
    np.testing.assert_allclose(spectra[0], spectra[1], atol=0.01)
    relative = spectra / spectra[:, -1:]
    assert (relative[:, 1] <= 0.5).all()  # 0.27: four units in three directions, at unequal variances
    assert (relative[:, 0] <= 0.01).all()
