"""Principal components and slow features in scikit-learn, learned by the generated rules.

Both estimators are one layer of linear units ``z = W (x − x̄)``, which learns by

    W ← W + η · (log_variance_decay + covariance + c/(2 s²) · invariance)

Each term is a function of ``lvicreg.rules``. In the mean over samples with covariance ``C`` the weights ``w_i`` of unit ``i``
follow

    F_i = C (w_i − Σ_{k<i} B_ki w_k)/K_ii − A w_i,      K = W C Wᵀ,      A = I + c/s² · D

Log-variance gives ``C w_i/K_ii``, its decay, with λ = 1, the identity in ``A``. The covariance term stands in order: unit
``i`` is decorrelated from the units before it, which do not feel it, as in Sanger's rule. To that end ``rules.covariance`` is
given another matrix in the place of ``K``, above its diagonal ``B_ki/K_ii``. There ``B_ki`` are the coefficients of the
regression of ``z_i`` on all ``z_k`` before it. To first order they are ``K_ki/K_kk`` where the units are decorrelated: that
is the gradient of ``½ Σ_{k<i} K_ki²/(K_kk K_ii)``, the denominators and ``w_k`` held constant. Divided so, the term ignores
the scale of the data, as log-variance does, and is never stiff, which with one coefficient β for all pairs it is. All is
local but ``B``, for which units must know each other's covariances.

``D`` is the covariance of the steps ``x_t − x_{t−1}``, ``c`` is ``invariance`` and ``s²`` the mean variance of an input, so
that ``c`` has no units. ``LocalPCA`` has ``c = 0``. The sequence is played forwards and backwards, half of each: with its
stop-gradient the invariance rule then gives ``−2 D w`` exactly. Played forwards only, an irreversible sequence makes the flow
turn (claim ``invariance.stationary``).

**Where it comes to rest.** At ``C w_i = μ_i A w_i`` with ``w_iᵀ A w_i = 1``: there ``K`` is diagonal, with ``K_ii = μ_i``,
and ``F = 0``. With ``w_i`` there in order of ``μ_i``, and the weights written as ``A^{−1/2}`` times new ones, the Jacobian of
``F`` is ``A^{1/2} H A^{1/2}``, ``H`` block triangular over the units. The block of unit ``i`` has the eigenvalues −1 along
``w_k``, ``k < i``, −2 along ``w_i`` and ``μ_j/μ_i − 1`` along the others, so that these points are stable if ``μ_1 > … > μ_N
> μ_{N+1}``, and any other order is not. The first unit is that of the claims ``oja.fixed-points`` and ``oja.stability``. For
the rest this argument is all, and tests compare it with differences of ``F``. With ``c = 0`` small steps are stable up to η =
1, as in the claim ``oja.step-size``, else up to ``1/‖A‖``. That the weights get there from random ones has been measured, on
digits and on photographs, and is not proven.
"""

from __future__ import annotations

import warnings
from numbers import Integral, Real
from typing import Any, Self, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lvicreg import rules

try:
    from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.utils import check_random_state, check_scalar
    from sklearn.utils.validation import check_array, check_is_fitted, validate_data
except ImportError as missing:
    raise ImportError("lvicreg.sklearn needs scikit-learn 1.6 or newer: pip install 'lvicreg[sklearn]'") from missing

__all__ = ["LocalPCA", "SlowFeatures"]

Array: TypeAlias = NDArray[np.float64]


class _Layer(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """What the two estimators share: all but what they remember of the learned units, and their parameters."""

    n_components: int | None
    learning_rate: float
    max_iter: int
    tol: float
    random_state: Any
    invariance: float = 0.0  # which is no parameter of ``LocalPCA``
    components_: Array
    explained_variance_: Array
    _step_variance: Array

    def fit(self, X: ArrayLike, y: None = None) -> Self:
        """Learn from all samples at once, from new random weights, until the steps are small.

        The mean update of linear units depends on the samples through ``C`` and ``D`` only. So the samples are first replaced
        by the triangular factors of the two, found by QR: as many rows as inputs, after which no step depends on
        ``n_samples``.

        Args:
            X: (n_samples, n_features); the samples.
            y: ignored.

        Returns:
            The estimator itself.

        Raises:
            ValueError: a value is NaN or infinite, or there are fewer than 2 samples, or all samples are equal; a parameter is
                out of its range, or ``n_components`` more than ``min(n_samples − 1, n_features)``.
            TypeError: a parameter is of another type.
        """
        self._check_parameters()
        samples = _samples(self, X, ensure_min_samples=2)
        self._start(samples)
        x, steps = _factor(samples - self.mean_), _factor(self._steps(samples))
        rate = self.learning_rate / self._stiffness(steps, len(samples))
        for count in range(1, self.max_iter + 1):
            self.n_iter_ = count
            step = rate * self._direction(x, steps, len(samples))
            self.components_ = self.components_ + step
            if np.linalg.norm(step) <= self.tol * np.linalg.norm(self.components_):
                break
        else:
            warnings.warn(
                f"{type(self).__name__} has not converged after max_iter={self.max_iter} steps: the last one changed the "
                f"weights by {np.linalg.norm(step) / np.linalg.norm(self.components_):.1e} of their norm, and tol={self.tol}. "
                "Neighbouring eigenvalues may be close: increase max_iter, or take fewer components.",
                ConvergenceWarning,
                stacklevel=2,
            )
        self._finish(x, steps, len(samples), 1.0)
        return self

    def partial_fit(self, X: ArrayLike, y: None = None) -> Self:
        """Take one step, with a minibatch and its own statistics.

        The learning rate is ``learning_rate · √(n_samples/n_samples_seen_)``, over ``‖A‖``, so that what one
        minibatch has by chance is averaged out. Only the mean and the total variance are those of all samples seen.

        Args:
            X: (n_samples, n_features); the next minibatch, with more samples than there are components.
            y: ignored.

        Returns:
            The estimator itself.

        Raises:
            ValueError, TypeError: as ``fit``; there are not more samples than components, or another number of features.
        """
        self._check_parameters()
        first = not hasattr(self, "components_")
        samples = _samples(self, X, ensure_min_samples=2, reset=first)
        if first:
            self._start(samples)
            self.n_iter_ = 0
        elif len(samples) <= len(self.components_):
            raise ValueError(
                f"{type(self).__name__}.partial_fit got {len(samples)} samples for {len(self.components_)} components, which "
                "only more samples than components can decorrelate: give larger minibatches"
            )
        else:
            self._see(samples)
        x, steps = samples - self.mean_, self._steps(samples)
        gain = float(np.sqrt(len(samples) / self.n_samples_seen_))
        rate = self.learning_rate * gain / self._stiffness(steps, len(samples))
        self.components_ = self.components_ + rate * self._direction(x, steps, len(samples))
        self.n_iter_ += 1
        self._finish(x, steps, len(samples), gain)
        return self

    def transform(self, X: ArrayLike) -> Array:
        """The activities ``z = W (x − x̄)`` of the units.

        Args:
            X: (n_samples, n_features); samples.

        Returns:
            The activities, (n_samples, n_components).

        Raises:
            NotFittedError: nothing has been learned yet.
            ValueError: a value is NaN or infinite, or there is another number of features.
        """
        check_is_fitted(self)
        return (_samples(self, X, reset=False) - self.mean_) @ self.components_.T

    @property
    def _n_features_out(self) -> int:
        return len(self.components_)

    def _check_parameters(self) -> None:
        if self.n_components is not None:
            check_scalar(self.n_components, "n_components", Integral, min_val=1)
        # 1 is the limit of stability
        check_scalar(self.learning_rate, "learning_rate", Real, min_val=0, max_val=1, include_boundaries="neither")
        check_scalar(self.max_iter, "max_iter", Integral, min_val=1)
        check_scalar(self.tol, "tol", Real, min_val=0)
        check_scalar(self.invariance, "invariance", Real, min_val=0)

    def _start(self, X: Array) -> None:
        """Random weights, and the statistics of the first samples."""
        limit = min(len(X) - 1, X.shape[1])
        units = limit if self.n_components is None else self.n_components
        if units > limit:
            raise ValueError(
                f"n_components={units} must be at most min(n_samples - 1, n_features) = {limit} for "
                f"{type(self).__name__}, since samples {X.shape} vary in no more directions: take fewer, or give more samples"
            )
        self.n_samples_seen_, self.mean_, self.total_variance_ = 0, np.zeros(X.shape[1]), 0.0
        self._see(X)
        if self.total_variance_ == 0:
            raise ValueError(f"{type(self).__name__} got {len(X)} equal samples, in which there is nothing to learn from")
        random = check_random_state(self.random_state)
        self.components_ = random.normal(size=(units, X.shape[1])) / np.sqrt(X.shape[1])

    def _see(self, X: Array) -> None:
        """Take more samples into the mean and the total variance (Chan, Golub & LeVeque 1983)."""
        before, count = self.n_samples_seen_, self.n_samples_seen_ + len(X)
        mean = X.mean(axis=0)
        squares = np.sum((X - mean) ** 2) + before * len(X) / count * np.sum((mean - self.mean_) ** 2)
        self.total_variance_ = float((max(before - 1, 0) * self.total_variance_ + squares) / (count - 1))
        self.mean_ = self.mean_ + len(X) / count * (mean - self.mean_)
        self.n_samples_seen_ = count

    def _steps(self, X: Array) -> Array:
        """From each sample to the next, where the samples are a sequence."""
        return np.zeros((1, X.shape[1]))

    def _coefficient(self) -> float:
        """``c/s²``."""
        return self.invariance * len(self.mean_) / self.total_variance_

    def _stiffness(self, steps: Array, samples: int) -> float:
        """``‖A‖``, the largest eigenvalue."""
        return 1 + self._coefficient() * float(np.linalg.norm(steps, 2)) ** 2 / (samples - 1)

    def _direction(self, x: Array, steps: Array, samples: int) -> Array:
        """``F``, the sum of the three rules."""
        W, alpha = self.components_, 1 / (samples - 1)
        # what is less than rounding errors of the largest variance is none: such a unit's weights decay to 0
        epsilon = 10 * x.shape[1] * np.finfo(float).eps * self.total_variance_
        z = x @ W.T
        mean, slope, K = np.zeros(len(W)), np.ones_like(z), alpha * z.T @ z
        var = np.diag(K)
        F: Array = rules.log_variance_decay(x, z, slope, W, mean=mean, var=var, alpha=alpha, epsilon=epsilon)
        F = F + rules.covariance(x, z, slope, mean=mean, K=_ordered(K, epsilon), alpha=alpha, beta=1 / 4)
        if self.invariance:
            # forwards −2 Σ (z_t − z_{t−1}) x_t, backwards −2 Σ (z_{t−1} − z_t) x_{t−1}: together the rule for a step after rest
            moved = steps @ W.T
            pull = rules.invariance(steps, moved, np.zeros_like(moved), np.ones_like(moved))
            F = F + self._coefficient() * alpha / 2 * pull
        return F

    def _finish(self, x: Array, steps: Array, samples: int, gain: float) -> None:
        """Fix the signs, and take the units' variances, and those of their steps, into those so far with weight ``gain``."""
        largest = np.abs(self.components_).argmax(axis=1)
        signs = np.where(self.components_[np.arange(len(largest)), largest] < 0, -1.0, 1.0)
        self.components_ = signs[:, None] * self.components_
        for name, part in (("explained_variance_", x), ("_step_variance", steps)):
            found = np.sum((part @ self.components_.T) ** 2, axis=0) / (samples - 1)
            setattr(self, name, found if gain == 1 else (1 - gain) * getattr(self, name) + gain * found)


def _samples(layer: _Layer, X: ArrayLike, **checks: Any) -> Array:
    """The samples in float64, checked by scikit-learn."""
    found: Array = validate_data(layer, X, dtype=np.float64, **checks)
    return found


def _ordered(K: Array, epsilon: float) -> Array:
    """Above the diagonal ``B_ki/K_ii``, the regression of each unit's activity on those before it, over its variance."""
    identity = np.eye(len(K))
    L = np.linalg.cholesky(K + epsilon * identity)
    innovations = (L / np.diag(L)).T  # z = (what is new in each unit) · innovations
    return (identity - np.linalg.inv(innovations)) / (np.diag(K) + epsilon)


def _factor(x: Array) -> Array:
    """At most as many rows as columns, with the same ``xᵀx``."""
    if len(x) <= x.shape[1]:
        return x
    return np.asarray(np.linalg.qr(x, mode="r"))


class LocalPCA(_Layer):
    """Principal components by log-variance with weight decay, and an ordered covariance rule: a PCA that learns.

        F_i = C (w_i − Σ_{k<i} B_ki w_k)/(w_iᵀ C w_i) − w_i

    Its stable fixed points are the leading eigenvectors of the covariance ``C`` in their order, of norm 1, if their
    eigenvalues differ. The number of steps goes with ``1/(1 − μ_{i+1}/μ_i)``, the scale of the data does not matter. Use
    scikit-learn's ``PCA`` or ``IncrementalPCA`` where you want components only: they take a small part of the time.

    Of the update, ``rules.log_variance_decay`` and ``rules.covariance`` are generated; the matrix that the latter is given in
    the place of ``K`` is chosen here (see the module). Fixed points and stability of the first unit are the claims
    ``oja.fixed-points`` and ``oja.stability``; of the others, an argument in words with numerical tests; the convergence from
    random weights is measured.

    Args:
        n_components: number of units N; by default ``min(n_samples − 1, n_features)`` of the first samples.
        learning_rate: η, above 0 and below 1. At 1/2 a small error of the norm dies out in one step.
        max_iter: largest number of steps in ``fit``.
        tol: ``fit`` stops when a step changes the weights by no more than this part of their norm.
        random_state: of the first weights: a seed, a ``RandomState``, or None.

    Attributes:
        components_: (N, M); the weights, whose largest entries are positive. Where fewer directions vary, the last decay to 0.
        mean_: (M,); mean of the samples seen.
        explained_variance_: (N,); variance of each unit's activity; after ``partial_fit`` a mean in which each
            minibatch has the weight ``√(n_samples/n_samples_seen_)``.
        total_variance_: trace of the covariance of the samples seen.
        n_samples_seen_: number of samples seen.
        n_iter_: number of steps taken.
        n_features_in_: number of inputs M.
        feature_names_in_: (M,); names of the inputs, if they have names.

    Source: Oja (1982); in order as Sanger (1989); the log-variance form: the note.
    """

    def __init__(
        self,
        n_components: int | None = None,
        *,
        learning_rate: float = 0.5,
        max_iter: int = 10_000,
        tol: float = 1e-6,
        random_state: Any = None,
    ) -> None:
        self.n_components = n_components
        self.learning_rate = learning_rate
        self.max_iter = max_iter
        self.tol = tol
        self.random_state = random_state

    def inverse_transform(self, X: ArrayLike) -> Array:
        """The inputs with least squares that have these activities, ``x̄ + W⁺ z``: at the fixed point ``x̄ + Wᵀ z``.

        Args:
            X: (n_samples, n_components); activities.

        Returns:
            Inputs, (n_samples, n_features).

        Raises:
            NotFittedError: nothing has been learned yet.
            ValueError: a value is NaN or infinite, or there is not one activity a unit.
        """
        check_is_fitted(self)
        z = check_array(X, dtype=np.float64, input_name="X")
        if z.shape[1] != len(self.components_):
            raise ValueError(
                f"LocalPCA.inverse_transform got activities of {z.shape[1]} units, and has learned {len(self.components_)} "
                "components: give what transform returns, (n_samples, n_components)"
            )
        return z @ np.linalg.pinv(self.components_).T + self.mean_


class SlowFeatures(_Layer):
    """Slow features of a sequence by log-variance, weight decay and invariance, and an ordered covariance rule.

        F_i = C (w_i − Σ_{k<i} B_ki w_k)/(w_iᵀ C w_i) − A w_i,        A = I + c/s² · D

    with the covariances ``C`` of the samples and ``D`` of the steps from one to the next, and ``s² = tr C/M``. Its stable
    fixed points are the leading generalised eigenvectors, ``C w_i = μ_i A w_i``, in their order and with ``w_iᵀ A w_i = 1``,
    if their eigenvalues differ. For ``c = 0`` these are the principal components. For ``c → ∞`` they are the slowest
    features, those of slow feature analysis, which minimise ``wᵀDw/wᵀCw``: then ``1/μ_i → c/s²`` times that. In between a
    direction counts by its slowness where its steps have a variance above ``s²/c``, and by its own variance where they have
    less. The larger ``c`` the more steps it takes, as ``‖A‖``; on whitened data (``PCA(whiten=True)``) every ``c > 0`` finds
    the slowest features.

    Of the update, ``rules.log_variance_decay``, ``rules.invariance`` and ``rules.covariance`` are generated; how they are
    combined is told in the module, with what is proven and what is measured.

    Args:
        n_components: number of units N; by default ``min(n_samples − 1, n_features)`` of the first samples.
        invariance: c, the coefficient of the invariance term, for inputs of mean variance 1 and a weight decay of 1.
        learning_rate: η in units of ``1/‖A‖``, above 0 and below 1.
        max_iter: largest number of steps in ``fit``.
        tol: ``fit`` stops when a step changes the weights by no more than this part of their norm.
        random_state: of the first weights: a seed, a ``RandomState``, or None.

    Attributes:
        components_: (N, M); the weights, whose largest entries are positive. Where fewer directions vary, the last decay to 0.
        mean_: (M,); mean of the samples seen.
        explained_variance_: (N,); variance of each unit's activity; after ``partial_fit`` a mean in which each
            sequence has the weight ``√(n_samples/n_samples_seen_)``.
        delta_values_: (N,); the mean square of an activity's steps over its variance, small where it is slow.
        total_variance_: trace of the covariance of the samples seen.
        n_samples_seen_: number of samples seen.
        n_iter_: number of steps taken.
        n_features_in_: number of inputs M.
        feature_names_in_: (M,); names of the inputs, if they have names.

    The rows of ``X`` are samples in the order of time. ``partial_fit`` takes one sequence after another; from the last sample
    of one to the first of the next there is no step.

    Source: Wiskott & Sejnowski (2002) for the features; invariance with log-variance: Halvagal & Zenke (2023).
    """

    def __init__(
        self,
        n_components: int | None = None,
        *,
        invariance: float = 10.0,
        learning_rate: float = 0.5,
        max_iter: int = 10_000,
        tol: float = 1e-6,
        random_state: Any = None,
    ) -> None:
        self.n_components = n_components
        self.invariance = invariance
        self.learning_rate = learning_rate
        self.max_iter = max_iter
        self.tol = tol
        self.random_state = random_state

    @property
    def delta_values_(self) -> Array:
        """(N,); the mean square of an activity's steps over its variance."""
        check_is_fitted(self)
        return self._step_variance / self.explained_variance_

    def _steps(self, X: Array) -> Array:
        return np.diff(X, axis=0)
