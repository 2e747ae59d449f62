"""The losses once more, in array code, straight from the papers.

Nothing here imports the calculus or the derivations: these are the losses that a machine differentiates, written a second
time so that an error in one text is not repeated in the other. Each takes ``np`` (in practice ``ad.numpy``), the weights
``W`` of shape ``(N, M)`` and a namespace of data: ``x`` of shape ``(B, M)``, the constants, and the same weights as
``data.W``. What is computed from ``data.W`` is held constant, which is what a stop-gradient means. The activation function
is tanh unless a loss says otherwise. A loss for one sample returns all samples' values, shape ``(B,)``.

Sources: VICReg, arXiv 2105.04906, Eq. 1 to 4; Halvagal & Zenke, Nat. Neurosci. 26, 1906 (2023), Methods and erratum.
"""

from __future__ import annotations

from types import ModuleType, SimpleNamespace
from typing import Any

Array = Any
Data = SimpleNamespace


def _layer(np: ModuleType, W: Array, x: Array) -> Array:
    return np.tanh(x @ W.T)


def _hinge(np: ModuleType, std: Array, threshold: Array) -> Array:
    return np.where(std < threshold, threshold - std, 0.0)


def _covariance(np: ModuleType, z: Array, ddof: int = 1) -> Array:
    """The covariance matrix of the columns: NumPy's, which autograd does not differentiate."""
    centred = z - np.mean(z, axis=0)
    return centred.T @ centred / (len(z) - ddof)


def covariance_of_parts(np: ModuleType, part: Array, data: Data) -> Array:
    """VICReg Eq. 3 and 4, times N, for activities of which some columns stand before the others."""
    loud, rest = (part if part.shape == given.shape else given for given in (data.z_loud, data.z_rest))
    K = _covariance(np, np.concatenate([loud, rest], axis=1))
    return data.beta * (np.sum(K**2) - np.sum(np.diag(K) ** 2))


def hinge(np: ModuleType, W: Array, data: Data) -> Array:
    """VICReg Eq. 1 for one view, summed over units."""
    std = np.sqrt(np.var(_layer(np, W, data.x), axis=0, ddof=1) + data.epsilon)
    return np.sum(_hinge(np, std, data.gamma))


def hinge_below_threshold(np: ModuleType, W: Array, data: Data) -> Array:
    """The hinge where each unit's threshold is a little more than the standard deviation that it has."""
    std, held = (np.std(_layer(np, weights, data.x), axis=0, ddof=1) for weights in (W, data.W))
    return np.sum(_hinge(np, std, 1.001 * held))


def _one_sample_variance(np: ModuleType, W: Array, data: Data) -> Array:
    """Variance with only one sample free at a time, shape (B, N)."""
    z, held = _layer(np, W, data.x), _layer(np, data.W, data.x)
    count = z.shape[0]
    mean = np.mean(held, axis=0)
    squares = (held - mean) ** 2 / (count - 1)
    others = (np.ones((count, count)) - np.eye(count)) @ squares
    return (z - mean) ** 2 / (count - 1) + others


def hinge_one_sample(np: ModuleType, W: Array, data: Data) -> Array:
    """The note's one-sample hinge loss."""
    std = np.sqrt(_one_sample_variance(np, W, data) + data.epsilon)
    return np.sum(_hinge(np, std, data.gamma), axis=1)


def hinge_slow_filter(np: ModuleType, W: Array, data: Data) -> Array:
    """The hinge where the variance comes from a slow filter and one sample contributes α u²."""
    contribution = data.alpha * (_layer(np, W, data.x) - data.mean) ** 2
    held = data.alpha * (_layer(np, data.W, data.x) - data.mean) ** 2
    return np.sum(_hinge(np, np.sqrt(contribution + (data.var - held) + data.epsilon), data.gamma), axis=1)


def hinge_alone(np: ModuleType, W: Array, data: Data) -> Array:
    """The hinge with nothing from other samples under the root, S = 0."""
    centred = _layer(np, W, data.x) - data.mean
    return np.sum(_hinge(np, np.sqrt(data.alpha) * np.abs(centred), data.gamma), axis=1)


def log_variance(np: ModuleType, W: Array, data: Data) -> Array:
    """Minus half the log-variance, summed over units."""
    variance = np.var(_layer(np, W, data.x), axis=0, ddof=1)
    return -np.sum(np.log(variance + data.epsilon)) / 2


def log_variance_without_half(np: ModuleType, W: Array, data: Data) -> Array:
    """Minus the log-variance, as in the LPL paper (there averaged over units)."""
    return -np.sum(np.log(np.var(_layer(np, W, data.x), axis=0, ddof=1) + data.epsilon))


def log_variance_one_sample(np: ModuleType, W: Array, data: Data) -> Array:
    """Minus half the log-variance with one sample free at a time."""
    return -np.sum(np.log(_one_sample_variance(np, W, data) + data.epsilon), axis=1) / 2


def invariance(np: ModuleType, W: Array, data: Data) -> Array:
    """Squared distance to the previous activity, which is held constant; one value a sample."""
    previous = _layer(np, data.W, data.x_prev)
    return np.sum((_layer(np, W, data.x) - previous) ** 2, axis=1)


def invariance_of_a_batch(np: ModuleType, W: Array, data: Data) -> Array:
    """The same summed over samples."""
    return np.sum(invariance(np, W, data))


def invariance_both(np: ModuleType, W: Array, data: Data) -> Array:
    """Squared distance to the previous activity, with both free."""
    return np.sum((_layer(np, W, data.x) - _layer(np, W, data.x_prev)) ** 2, axis=1)


def _off_diagonal_squares(np: ModuleType, matrix: Array) -> Array:
    return np.sum(matrix**2) - np.sum(np.diag(matrix) ** 2)


def covariance(np: ModuleType, W: Array, data: Data) -> Array:
    """VICReg Eq. 3 and 4 for one view, times β in place of 1/D."""
    return data.beta * _off_diagonal_squares(np, _covariance(np, _layer(np, W, data.x)))


def _one_sample_products(np: ModuleType, centred: Array) -> Array:
    """Σ_b of the off-diagonal squares of the matrix u^b (u^b)ᵀ."""
    products = np.einsum("bi,bk->bik", centred, centred)
    return np.sum(products**2) - np.sum((products * np.eye(centred.shape[1])) ** 2)


def covariance_one_sample(np: ModuleType, W: Array, data: Data) -> Array:
    """The note's one-sample covariance loss summed over samples, the mean held constant."""
    mean = np.mean(_layer(np, data.W, data.x), axis=0)
    return data.beta * _one_sample_products(np, _layer(np, W, data.x) - mean)


def covariance_one_sample_free_mean(np: ModuleType, W: Array, data: Data) -> Array:
    """The same with the minibatch's mean free."""
    z = _layer(np, W, data.x)
    return data.beta * _one_sample_products(np, z - np.mean(z, axis=0))


def fourth_power_of_norm(np: ModuleType, W: Array, data: Data) -> Array:
    """β Σ_b ‖u^b‖⁴, the mean held constant."""
    centred = _layer(np, W, data.x) - np.mean(_layer(np, data.W, data.x), axis=0)
    return data.beta * np.sum(np.sum(centred**2, axis=1) ** 2)


def total(np: ModuleType, W: Array, data: Data) -> Array:
    """The weighted sum of the three terms over a minibatch, with loss coefficients c."""
    steps = np.sum(invariance(np, W, data))
    return data.c_inv * steps + data.c_var * hinge(np, W, data) + data.c_cov * covariance_one_sample(np, W, data)


def total_log_variance(np: ModuleType, W: Array, data: Data) -> Array:
    """The same with log-variance in place of the hinge."""
    steps = np.sum(invariance(np, W, data))
    return data.c_inv * steps + data.c_var * log_variance(np, W, data) + data.c_cov * covariance_one_sample(np, W, data)
