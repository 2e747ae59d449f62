"""Independent checks of conventions: what a factor makes up for, and what it does not."""

from types import ModuleType
from typing import Any

from . import Pairs
from .losses import Array, Data


def _layer(jax: Any, rng: Any) -> tuple[Any, Any]:
    """Weights, and the activity of a tanh layer as a function of them."""
    np = jax.numpy
    x = np.asarray(rng.normal(size=(6, 4)))
    return np.asarray(rng.normal(size=(3, 4))) / 2, lambda weights: np.tanh(x @ weights.T)


def rescaled_hinges(jax: Any, rng: Any) -> Pairs:
    """Two ddof with thresholds and ε to match; ε on the deviation; two divisors of the covariance."""
    np = jax.numpy
    weights, activity = _layer(jax, rng)

    def hinge(weights, ddof, gamma, epsilon, outside=0.0):
        std = np.sqrt(np.var(activity(weights), axis=0, ddof=ddof) + epsilon) + outside
        return np.sum(np.where(std < gamma, gamma - std, 0.0))

    def log_variance(weights, ddof, epsilon):
        return -np.sum(np.log(np.var(activity(weights), axis=0, ddof=ddof) + epsilon)) / 2

    def covariance(weights, ddof):
        K = np.cov(activity(weights), rowvar=False, ddof=ddof)
        return np.sum(K**2) - np.sum(np.diagonal(K) ** 2)

    z = activity(weights)
    spread, count = np.std(z, axis=0, ddof=1), len(z)
    gamma = (np.min(spread) + np.max(spread)) / 2  # below the deviation of one unit at least, above another's
    s2 = (count - 1) / (count - 2)  # ddof 2 in the place of 1 makes every variance larger by this
    yield jax.grad(hinge)(weights, 2, gamma * s2**0.5, 0.01 * s2), s2**0.5 * jax.grad(hinge)(weights, 1, gamma, 0.01)
    yield jax.grad(log_variance)(weights, 2, 0.01 * s2), jax.grad(log_variance)(weights, 1, 0.01)
    yield jax.grad(hinge)(weights, 1, gamma, 0.0, 0.1), jax.grad(hinge)(weights, 1, gamma - 0.1, 0.0)
    yield jax.grad(covariance)(weights, 2), s2**2 * jax.grad(covariance)(weights, 1)
    # the losses that this is about, in other words
    yield hinge(weights, 1, gamma, 0.01, 0.02), np.sum(np.maximum(0.0, gamma - 0.02 - np.hypot(spread, 0.1)))
    yield log_variance(weights, 1, 0.01), -np.sum(np.log(np.hypot(spread, 0.1)))
    yield covariance(weights, 1), 2 * np.sum(np.triu(np.cov(z, rowvar=False), 1) ** 2)


def detached_means(jax: Any, rng: Any) -> Pairs:
    """Gradients with the mean detached and free; for one-sample products, the term that it leaves."""
    np = jax.numpy
    weights, activity = _layer(jax, rng)

    def centred(weights, detach):
        z = activity(weights)
        mean = np.mean(z, axis=0)
        return z - (jax.lax.stop_gradient(mean) if detach else mean)

    def deviations(weights, detach):
        return np.sum(np.sqrt(np.sum(centred(weights, detach) ** 2, axis=0)))

    def logarithms(weights, detach):
        return np.sum(np.log(np.sum(centred(weights, detach) ** 2, axis=0)))

    def covariance(weights, detach):
        products = centred(weights, detach).T @ centred(weights, detach)
        return np.sum(products**2) - np.sum(np.diagonal(products) ** 2)

    for loss in (deviations, logarithms, covariance):
        yield jax.grad(loss)(weights, True), jax.grad(loss)(weights, False)
    summed = 5 * np.cov(activity(weights), rowvar=False)  # over six samples
    yield covariance(weights, True), 2 * np.sum(np.triu(summed, 1) ** 2)

    def one_sample(weights, detach):
        squares = centred(weights, detach) ** 2
        return np.sum(np.sum(squares, axis=1) ** 2) - np.sum(squares**2)

    def through_the_mean(mean):
        squares = (activity(weights) - mean) ** 2
        return np.sum(np.sum(squares, axis=1) ** 2) - np.sum(squares**2)

    mean, pull = jax.vjp(lambda weights: np.mean(activity(weights), axis=0), weights)
    left = jax.grad(one_sample)(weights, False) - jax.grad(one_sample)(weights, True)
    yield left, pull(jax.grad(through_the_mean)(mean))[0]
    yield np.max(np.abs(left)) > 1e-3, 1.0


def ratios_unit_by_unit(jax: Any, rng: Any) -> Pairs:
    """The factor between two hinges of different ε, and between a hinge and a logarithm, is another for every variance."""
    np = jax.numpy
    std = np.asarray([0.1, 0.3, 0.8])

    def hinge(std, epsilon):
        return np.sum(1 - np.sqrt(std**2 + epsilon))

    def logarithm(std, epsilon):
        return -np.sum(np.log(std**2 + epsilon)) / 2

    variance = np.square(std)
    ratio = jax.grad(hinge)(std, 0.01) / jax.grad(hinge)(std, 0.02)
    yield ratio, np.sqrt((variance + 0.02) / (variance + 0.01))
    yield jax.grad(logarithm)(std, 0.01) / jax.grad(logarithm)(std, 0.02), (variance + 0.02) / (variance + 0.01)
    yield jax.grad(hinge)(std, 0.01) / jax.grad(logarithm)(std, 0.01), np.sqrt(variance + 0.01)
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
    return np.sum(K**2) - np.sum(np.diagonal(K) ** 2)


def covariance_divided(np: ModuleType, W: Array, data: Data) -> Array:
    """The squared covariances off the diagonal, K multiplied by any d in the place of 1/(B − 1)."""
    K = data.d * (len(data.x) - 1) * np.cov(np.tanh(data.x @ W.T), rowvar=False)
    return np.sum(K**2) - np.sum(np.diagonal(K) ** 2)


def deviations(np: ModuleType, W: Array, data: Data) -> Array:
    """Minus the standard deviations: hinges with open gates."""
    return -np.sum(np.sqrt(np.var(np.tanh(data.x @ W.T), axis=0, ddof=1) + data.epsilon))
