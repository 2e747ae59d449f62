"""Independent checks of conventions: what a factor makes up for, and what it does not."""

from types import ModuleType
from typing import Any

from . import Pairs
from .losses import Array, Data, _covariance


def _layer(ad: Any, rng: Any) -> tuple[Any, Any]:
    """Weights, and the activity of a tanh layer as a function of them."""
    np = ad.numpy
    x = np.asarray(rng.normal(size=(6, 4)))
    return np.asarray(rng.normal(size=(3, 4))) / 2, lambda weights: np.tanh(x @ weights.T)


def rescaled_hinges(ad: Any, rng: Any) -> Pairs:
    """Two ddof with thresholds and ε to match; ε on the deviation; two divisors of the covariance."""
    np = ad.numpy
    weights, activity = _layer(ad, rng)

    def hinge(weights, ddof, gamma, epsilon, outside=0.0):
        std = np.sqrt(np.var(activity(weights), axis=0, ddof=ddof) + epsilon) + outside
        return np.sum(np.where(std < gamma, gamma - std, 0.0))

    def log_variance(weights, ddof, epsilon):
        return -np.sum(np.log(np.var(activity(weights), axis=0, ddof=ddof) + epsilon)) / 2

    def covariance(weights, ddof):
        K = _covariance(np, activity(weights), ddof)
        return np.sum(K**2) - np.sum(np.diag(K) ** 2)

    z = activity(weights)
    spread, count = np.std(z, axis=0, ddof=1), len(z)
    gamma = (np.min(spread) + np.max(spread)) / 2  # below the deviation of one unit at least, above another's
    s2 = (count - 1) / (count - 2)  # ddof 2 in the place of 1 makes every variance larger by this
    yield ad.grad(hinge)(weights, 2, gamma * s2**0.5, 0.01 * s2), s2**0.5 * ad.grad(hinge)(weights, 1, gamma, 0.01)
    yield ad.grad(log_variance)(weights, 2, 0.01 * s2), ad.grad(log_variance)(weights, 1, 0.01)
    yield ad.grad(hinge)(weights, 1, gamma, 0.0, 0.1), ad.grad(hinge)(weights, 1, gamma - 0.1, 0.0)
    yield ad.grad(covariance)(weights, 2), s2**2 * ad.grad(covariance)(weights, 1)
    # the losses that this is about, in other words
    yield hinge(weights, 1, gamma, 0.01, 0.02), np.sum(np.maximum(0.0, gamma - 0.02 - np.hypot(spread, 0.1)))
    yield log_variance(weights, 1, 0.01), -np.sum(np.log(np.hypot(spread, 0.1)))
    yield covariance(weights, 1), 2 * np.sum(np.triu(np.cov(z, rowvar=False), 1) ** 2)


def detached_means(ad: Any, rng: Any) -> Pairs:
    """Gradients with the mean detached and free; for one-sample products, the term that it leaves."""
    np = ad.numpy
    weights, activity = _layer(ad, rng)

    def centred(weights, held):
        return activity(weights) - np.mean(activity(held), axis=0)

    def deviations(weights, held):
        return np.sum(np.sqrt(np.sum(centred(weights, held) ** 2, axis=0)))

    def logarithms(weights, held):
        return np.sum(np.log(np.sum(centred(weights, held) ** 2, axis=0)))

    def covariance(weights, held):
        products = centred(weights, held).T @ centred(weights, held)
        return np.sum(products**2) - np.sum(np.diag(products) ** 2)

    def free(loss):
        return lambda both: loss(both, both)

    for loss in (deviations, logarithms, covariance):
        yield ad.grad(loss)(weights, weights), ad.grad(free(loss))(weights)
    summed = 5 * np.cov(activity(weights), rowvar=False)  # over six samples
    yield covariance(weights, weights), 2 * np.sum(np.triu(summed, 1) ** 2)

    def one_sample(weights, held):
        squares = centred(weights, held) ** 2
        return np.sum(np.sum(squares, axis=1) ** 2) - np.sum(squares**2)

    def through_the_mean(mean):
        squares = (activity(weights) - mean) ** 2
        return np.sum(np.sum(squares, axis=1) ** 2) - np.sum(squares**2)

    pull, mean = ad.make_vjp(lambda weights: np.mean(activity(weights), axis=0))(weights)
    left = ad.grad(free(one_sample))(weights) - ad.grad(one_sample)(weights, weights)
    yield left, pull(ad.grad(through_the_mean)(mean))
    yield np.max(np.abs(left)) > 1e-3, 1.0


def ratios_unit_by_unit(ad: Any, rng: Any) -> Pairs:
    """The factor between two hinges of different ε, and between a hinge and a logarithm, is another for every variance."""
    np = ad.numpy
    std = np.asarray([0.1, 0.3, 0.8])

    def hinge(std, epsilon):
        return np.sum(1 - np.sqrt(std**2 + epsilon))

    def logarithm(std, epsilon):
        return -np.sum(np.log(std**2 + epsilon)) / 2

    variance = np.square(std)
    ratio = ad.grad(hinge)(std, 0.01) / ad.grad(hinge)(std, 0.02)
    yield ratio, np.sqrt((variance + 0.02) / (variance + 0.01))
    yield ad.grad(logarithm)(std, 0.01) / ad.grad(logarithm)(std, 0.02), (variance + 0.02) / (variance + 0.01)
    yield ad.grad(hinge)(std, 0.01) / ad.grad(logarithm)(std, 0.01), np.sqrt(variance + 0.01)
    yield np.max(ratio) - np.min(ratio) > 1e-3, 1.0


# --- losses to be differentiated -------------------------------------------------------------------------------------------


def _detached(np: ModuleType, W: Array, data: Data) -> Array:
    """The activity about the minibatch's mean, which is held constant."""
    return np.tanh(data.x @ W.T) - np.mean(np.tanh(data.x @ data.W.T), axis=0)


def _variance_detached(np: ModuleType, W: Array, data: Data) -> Array:
    return np.sum(_detached(np, W, data) ** 2, axis=0) / (len(data.x) - 1)


def hinge_detached(np: ModuleType, W: Array, data: Data) -> Array:
    """The hinge, its mean detached."""
    std = np.sqrt(_variance_detached(np, W, data) + data.epsilon)
    return np.sum(np.where(std < data.gamma, data.gamma - std, 0.0))


def log_variance_detached(np: ModuleType, W: Array, data: Data) -> Array:
    """Minus half the log-variance, its mean detached."""
    return -np.sum(np.log(_variance_detached(np, W, data) + data.epsilon)) / 2


def covariance_detached(np: ModuleType, W: Array, data: Data) -> Array:
    """The squared covariances off the diagonal, their means detached."""
    u = _detached(np, W, data)
    K = u.T @ u / (len(u) - 1)
    return np.sum(K**2) - np.sum(np.diag(K) ** 2)


def covariance_divided(np: ModuleType, W: Array, data: Data) -> Array:
    """The squared covariances off the diagonal, K multiplied by any d in the place of 1/(B − 1)."""
    K = data.d * (len(data.x) - 1) * _covariance(np, np.tanh(data.x @ W.T))
    return np.sum(K**2) - np.sum(np.diag(K) ** 2)


def deviations(np: ModuleType, W: Array, data: Data) -> Array:
    """Minus the standard deviations: hinges with open gates."""
    return -np.sum(np.sqrt(np.var(np.tanh(data.x @ W.T), axis=0, ddof=1) + data.epsilon))
