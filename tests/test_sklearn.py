"""The estimators for scikit-learn: its own checks, and what they learn against eigenvalue solvers, on real data."""

import pickle
import subprocess
import sys
import warnings
from typing import Any

import numpy as np
import pytest
import scipy.linalg
import scipy.signal

from lvicreg import rules

pytest.importorskip("sklearn", minversion="1.6")
pytest.importorskip("PIL", reason="scikit-learn reads its photographs with Pillow")
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA, IncrementalPCA
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks
from threadpoolctl import threadpool_limits

from book import estimators
from lvicreg.sklearn import LocalPCA, SlowFeatures

Array = np.ndarray[Any, np.dtype[np.float64]]


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """Small matrix products: several threads only wait for each other."""
    with threadpool_limits(1):
        yield


@parametrize_with_checks([LocalPCA(), SlowFeatures()])
def test_scikit_learn_s_own_checks(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def data() -> dict[str, Array]:
    return estimators.data()


@pytest.fixture(scope="module")
def glance() -> Array:
    return estimators.gaze()


def cosines(found: Array, expected: Array) -> Array:
    lengths = np.linalg.norm(found, axis=1) * np.linalg.norm(expected, axis=1)
    return np.abs(np.sum(found * expected, axis=1)) / lengths


# Principal components


@pytest.mark.parametrize("name", ["digits", "patches"])
@pytest.mark.parametrize("units", [1, 3, 16, 40])
def test_components_are_the_principal_ones_in_order_with_norm_one(data, name, units):
    X = data[name]
    pca, learned = PCA(units, svd_solver="full").fit(X), LocalPCA(units, random_state=0).fit(X)
    assert cosines(learned.components_, pca.components_).min() >= 0.9999
    np.testing.assert_allclose(np.linalg.norm(learned.components_, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(learned.explained_variance_, pca.explained_variance_, rtol=1e-3)
    np.testing.assert_allclose(learned.mean_, pca.mean_)
    assert learned.total_variance_ == pytest.approx(X.var(axis=0, ddof=1).sum())
    in_one_batch = IncrementalPCA(units, batch_size=len(X)).fit(X)  # in smaller ones it is not exact
    for peer in (pca, in_one_batch):
        assert estimators.angle(learned.components_, peer.components_) <= 0.2  # degrees; eigenvalues 40 and 41 are 0.7 % apart


@pytest.mark.parametrize("seed", range(8))
def test_they_are_found_from_any_start(data, seed):
    for X in data.values():
        learned = LocalPCA(8, random_state=seed).fit(X)
        assert cosines(learned.components_, PCA(8, svd_solver="full").fit(X).components_).min() >= 0.99999


@pytest.mark.parametrize("scale", [1e-3, 1e3])
def test_the_scale_of_the_data_does_not_matter(data, glance, scale):
    for estimator, X in ((LocalPCA(4, random_state=0), data["digits"]), (SlowFeatures(4, random_state=0), glance)):
        plain, scaled = clone(estimator).fit(X), clone(estimator).fit(scale * X)
        assert plain.n_iter_ == scaled.n_iter_
        np.testing.assert_allclose(scaled.components_, plain.components_, atol=1e-8)


def test_an_offset_of_the_data_does_not_matter(data):
    plain, moved = (LocalPCA(4, random_state=0).fit(data["digits"] + offset) for offset in (0, 1e4))
    np.testing.assert_allclose(moved.components_, plain.components_, atol=1e-8)


def test_reconstruction_is_as_good_as_that_of_pca(data):
    for X in data.values():
        pca, learned = PCA(10, svd_solver="full").fit(X), LocalPCA(10, random_state=0).fit(X)
        errors = [np.sum((X - each.inverse_transform(each.transform(X))) ** 2) for each in (pca, learned)]
        assert errors[1] == pytest.approx(errors[0], rel=1e-6)
        assert errors[1] >= errors[0]


def test_where_fewer_directions_vary_the_last_components_are_zero(data):
    X = data["digits"]  # three pixels are always empty
    learned = LocalPCA(random_state=0).fit(X)
    norms = np.linalg.norm(learned.components_, axis=1)
    np.testing.assert_allclose(norms[:61], 1, atol=1e-4)
    assert norms[61:].max() <= 1e-4
    np.testing.assert_allclose(learned.inverse_transform(learned.transform(X)), X, atol=1e-6)
    assert np.abs(learned.inverse_transform(np.ones((1, 64)))).max() <= 100  # nothing was divided by such norms
    assert LocalPCA().fit(X[:20]).components_.shape == (19, 64)


# The update


def at_rest(estimator: Any, X: Array) -> tuple[Array, Array, Array]:
    """Covariance, A, and the fixed points in their order, from an eigenvalue solver."""
    C, steps = np.cov(X.T), np.diff(X, axis=0)
    A = np.eye(X.shape[1])
    if isinstance(estimator, SlowFeatures):
        A = A + estimator.invariance * X.shape[1] / np.trace(C) * steps.T @ steps / (len(X) - 1)
    mu, V = scipy.linalg.eigh(C, A)
    return mu[::-1], A, V.T[::-1]


def few_inputs(seed: int = 0) -> Array:
    """A sequence of six inputs, of unequal variances and speeds."""
    white = np.random.default_rng(seed).normal(size=(400, 6))
    return scipy.signal.lfilter([1], [1, -0.7], white, axis=0)[:, ::-1] @ np.diag(1.4 ** np.arange(6)) + white


@pytest.mark.parametrize("estimator", [LocalPCA(3), SlowFeatures(3, invariance=2.0)])
def test_the_jacobian_at_rest_is_that_of_the_docstring(estimator):
    """Its eigenvalues for the units, by differences of the update, against A^{1/2} H A^{1/2}."""
    X = few_inputs()
    mu, A, V = at_rest(estimator, X)
    layer = clone(estimator)
    layer._start(X)
    x, steps = X - X.mean(axis=0), layer._steps(X)

    def update(W: Array) -> Array:
        layer.components_ = W.reshape(3, 6)
        return layer._direction(x, steps, len(X)).ravel()

    W, h = V[:3].ravel(), 1e-6
    np.testing.assert_allclose(update(W), 0, atol=1e-9)
    jacobian = np.array([(update(W + h * e) - update(W - h * e)) / (2 * h) for e in np.eye(18)]).T
    expected, root = [], np.real(scipy.linalg.sqrtm(A))
    basis = V @ root  # orthonormal
    for unit in range(3):
        rates = np.where(np.arange(6) < unit, -1, np.where(np.arange(6) == unit, -2, mu / mu[unit] - 1))
        expected.extend(np.linalg.eigvalsh(root @ basis.T @ np.diag(rates) @ basis @ root))
    found = np.linalg.eigvals(jacobian)
    assert np.abs(found.imag).max() <= 1e-3
    np.testing.assert_allclose(np.sort(found.real), np.sort(expected), rtol=1e-3, atol=1e-4)
    assert max(expected) < 0


@pytest.mark.parametrize("estimator", [LocalPCA(2, random_state=0), SlowFeatures(2, invariance=3.0, random_state=0)])
def test_a_step_is_the_sum_of_the_generated_rules_over_pairs_forwards_and_backwards(estimator):
    X = few_inputs()
    layer = clone(estimator).fit(X)  # at rest; what follows is seen from another place
    start = layer.components_ = layer.components_ + 0.1
    layer.partial_fit(few_inputs(1))
    both = np.concatenate([X, few_inputs(1)])
    np.testing.assert_allclose(layer.mean_, both.mean(axis=0))
    assert layer.total_variance_ == pytest.approx(both.var(axis=0, ddof=1).sum())
    x = few_inputs(1) - both.mean(axis=0)
    z, alpha = x @ start.T, 1 / 399
    K, one, mean = alpha * z.T @ z, np.ones((400, 2)), np.zeros(2)
    F = rules.log_variance_decay(x, z, one, start, mean=mean, var=np.diag(K), alpha=alpha, epsilon=0.0)
    ordered = np.array([[0, K[0, 1] / (K[0, 0] * K[1, 1])], [0, 0]])
    F = F + rules.covariance(x, z, one, mean=mean, K=ordered, alpha=alpha, beta=0.25)
    stiffness = 1.0
    if isinstance(estimator, SlowFeatures):
        c = 3.0 * 6 / layer.total_variance_
        stiffness = 1 + c * alpha * np.linalg.norm(np.diff(x, axis=0), 2) ** 2
        forwards = rules.invariance(x[1:], z[1:], z[:-1], one[1:])
        backwards = rules.invariance(x[:-1], z[:-1], z[1:], one[1:])
        F = F + c / 2 * alpha * (forwards + backwards)
    expected = start + 0.5 * np.sqrt(400 / 800) / stiffness * F
    signs = np.sign(np.sum(expected * layer.components_, axis=1))
    np.testing.assert_allclose(signs[:, None] * expected, layer.components_, rtol=1e-9)
    assert (layer.components_[[0, 1], np.abs(layer.components_).argmax(axis=1)] > 0).all()


def test_minibatches_come_close_to_the_components(data):
    X, random = data["digits"], np.random.default_rng(0)
    learned = LocalPCA(3, random_state=0)
    for _ in range(40):
        for batch in np.array_split(random.permutation(X), 9):
            learned.partial_fit(batch)
    assert (learned.n_iter_, learned.n_samples_seen_) == (360, 40 * len(X))
    pca = PCA(4, svd_solver="full").fit(X)
    assert estimators.angle(learned.components_, pca.components_[:3]) <= 1.5  # 0.2° to 0.7° for five seeds
    assert cosines(learned.components_, pca.components_[:3]).min() >= 0.8  # eigenvalues 9 % apart: a long way to go
    np.testing.assert_allclose(learned.explained_variance_, pca.explained_variance_[:3], rtol=0.05)


def test_the_first_step_with_all_samples_is_that_of_fit(data):
    X = data["digits"]
    with pytest.warns(ConvergenceWarning):
        fitted = LocalPCA(5, max_iter=1, random_state=0).fit(X)
    stepped = LocalPCA(5, random_state=0).partial_fit(X)
    np.testing.assert_allclose(stepped.components_, fitted.components_, atol=1e-10)
    np.testing.assert_allclose(stepped.explained_variance_, fitted.explained_variance_)


# Slow features


@pytest.mark.parametrize("invariance", [0.0, 1.0, 10.0, 100.0])
def test_slow_features_solve_the_generalised_eigenproblem_with_decay(glance, invariance):
    learned = SlowFeatures(4, invariance=invariance, random_state=0, max_iter=50_000).fit(glance)
    mu, A, V = at_rest(learned, glance)
    assert cosines(learned.components_, V[:4]).min() >= 0.999
    np.testing.assert_allclose(np.diag(learned.components_ @ A @ learned.components_.T), 1, atol=1e-3)
    np.testing.assert_allclose(learned.explained_variance_, mu[:4], rtol=1e-2)


def test_without_invariance_they_are_the_principal_components(glance):
    slow, pca = (
        each(3, random_state=0, **more).fit(glance) for each, more in ((SlowFeatures, {"invariance": 0}), (LocalPCA, {}))
    )
    np.testing.assert_allclose(slow.components_, pca.components_, atol=1e-8)
    assert slow.n_iter_ == pca.n_iter_


def test_on_whitened_data_they_are_the_slowest_features(glance):
    white = PCA(16, whiten=True, svd_solver="full").fit_transform(glance)
    learned = SlowFeatures(3, random_state=0).fit(white)
    steps = np.diff(white, axis=0)
    delta, V = scipy.linalg.eigh(steps.T @ steps / (len(white) - 1), np.cov(white.T))
    assert cosines(learned.components_, V.T[:3]).min() >= 0.999
    np.testing.assert_allclose(learned.delta_values_, delta[:3], rtol=1e-3)


def test_the_larger_the_invariance_the_slower_the_first_feature(glance):
    delta = [SlowFeatures(1, invariance=c, random_state=0, max_iter=50_000).fit(glance).delta_values_[0] for c in (0, 10, 1000)]
    C, steps = np.cov(glance.T), np.diff(glance, axis=0)
    slowest = scipy.linalg.eigh(steps.T @ steps / (len(glance) - 1), C, eigvals_only=True)[0]
    assert delta[0] > delta[1] > delta[2] >= slowest
    assert delta[2] <= 1.1 * slowest


def test_the_order_of_time_matters_but_not_its_direction(glance):
    there, back = SlowFeatures(3, random_state=0).fit(glance), SlowFeatures(3, random_state=0).fit(glance[::-1])
    np.testing.assert_allclose(there.components_, back.components_, atol=1e-6)
    shuffled = SlowFeatures(1, invariance=0.1, random_state=0).fit(np.random.default_rng(0).permutation(glance))
    assert shuffled.delta_values_[0] >= 10 * there.delta_values_[0]


def test_sequences_one_after_another_are_not_joined(glance):
    """Two of them, each a still picture for the first unit's purposes: between them there is no step."""
    still = [np.repeat(glance[[t]], 30, axis=0) + 1e-3 * few_inputs()[:30, :1] for t in (0, 1500)]
    learned = SlowFeatures(1, random_state=0)
    for _ in range(5):
        for sequence in still:
            learned.partial_fit(sequence)
    joined = SlowFeatures(1, random_state=0)
    for _ in range(5):
        joined.partial_fit(np.concatenate(still))
    assert learned.delta_values_[0] <= 1e-3 * joined.delta_values_[0]


# In scikit-learn


@pytest.mark.parametrize("estimator", [LocalPCA(10, random_state=0), SlowFeatures(10, invariance=0.1, random_state=0)])
def test_pipelines_copies_and_pickles(data, estimator):
    digits = load_digits()
    pipeline = make_pipeline(StandardScaler(), estimator, LogisticRegression(max_iter=2000)).fit(digits.data, digits.target)
    assert pipeline.score(digits.data, digits.target) >= 0.8  # ten classes
    names = pipeline[:-1].get_feature_names_out()
    assert list(names[:2]) == [type(estimator).__name__.lower() + digit for digit in "01"]
    again = pickle.loads(pickle.dumps(pipeline))
    np.testing.assert_array_equal(again.predict(digits.data), pipeline.predict(digits.data))
    copied = clone(pipeline[1])
    assert not hasattr(copied, "components_")
    np.testing.assert_array_equal(copied.fit(pipeline[0].transform(digits.data)).components_, pipeline[1].components_)


@pytest.mark.parametrize(
    ("parameters", "error", "said"),
    [
        ({"n_components": 0}, ValueError, "n_components == 0, must be >= 1"),
        ({"n_components": 2.0}, TypeError, "n_components must be an instance of"),
        (
            {"n_components": 7},
            ValueError,
            r"n_components=7 must be at most min\(n_samples - 1, n_features\) = 6 for SlowFeatures",
        ),
        ({"learning_rate": 1}, ValueError, "learning_rate == 1, must be < 1"),
        ({"learning_rate": 0.0}, ValueError, "learning_rate == 0.0, must be > 0"),
        ({"max_iter": 0}, ValueError, "max_iter == 0, must be >= 1"),
        ({"tol": -1.0}, ValueError, "tol == -1.0, must be >= 0"),
        ({"invariance": -1.0}, ValueError, "invariance == -1.0, must be >= 0"),
        ({"invariance": "slow"}, TypeError, "invariance must be an instance of"),
    ],
)
def test_parameters_out_of_their_range_are_refused(parameters, error, said):
    for method in ("fit", "partial_fit"):
        with pytest.raises(error, match=said):
            getattr(SlowFeatures(**parameters), method)(few_inputs())


@pytest.mark.parametrize("estimator", [LocalPCA(2), SlowFeatures(2)])
def test_samples_that_cannot_be_learned_from_are_refused(estimator):
    X = few_inputs()
    for bad, said in ((np.nan, "contains NaN"), (np.inf, "contains infinity")):
        spoilt = X.copy()
        spoilt[3, 2] = bad
        with pytest.raises(ValueError, match=said):
            clone(estimator).fit(spoilt)
    with pytest.raises(ValueError, match="got 5 equal samples, in which there is nothing to learn from"):
        clone(estimator).fit(np.ones((5, 6)))
    with pytest.raises(ValueError, match="1 sample"):
        clone(estimator).fit(X[:1])
    started = clone(estimator).partial_fit(X)
    with pytest.raises(ValueError, match=r"got 2 samples for 2 components.*give larger minibatches"):
        started.partial_fit(X[:2])


def test_activities_of_other_units_are_refused():
    with pytest.raises(ValueError, match=r"activities of 3 units, and has learned 2 components: give what transform returns"):
        LocalPCA(2).fit(few_inputs()).inverse_transform(np.ones((4, 3)))


def test_what_has_not_converged_is_said(data):
    with pytest.warns(ConvergenceWarning, match="LocalPCA has not converged after max_iter=3 steps.*increase max_iter"):
        assert LocalPCA(2, max_iter=3).fit(data["digits"]).n_iter_ == 3
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        LocalPCA(2, max_iter=1000).fit(data["digits"])


def test_without_scikit_learn_the_import_says_what_to_install():
    script = "import sys; sys.modules['sklearn.base'] = None; import lvicreg.sklearn"
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert found.returncode == 1
    assert found.stderr.rstrip().endswith(
        "ImportError: lvicreg.sklearn needs scikit-learn 1.6 or newer: pip install 'lvicreg[sklearn]'"
    )
