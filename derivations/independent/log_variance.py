"""Independent checks of log-variance: scale invariance."""

from typing import Any

from . import Pairs


def relu_layer(ad: Any, rng: Any) -> Pairs:
    """The update from autograd's gradient, ReLU units, decay included, at inputs of three scales."""
    np = ad.numpy
    weights, inputs = np.asarray(rng.normal(size=(4, 3))), np.asarray(rng.normal(size=(9, 3)))

    def loss(weights, scale):
        z = np.maximum(0.0, scale * inputs @ weights.T)
        return -np.sum(np.log(np.var(z, axis=0, ddof=1))) / 2 + 0.3 * np.sum(weights**2) / 2

    deviations = np.std(np.clip(2.0 * inputs @ weights.T, 0.0, None), axis=0, ddof=1)
    yield loss(weights, 2.0), 0.15 * np.linalg.norm(weights) ** 2 - np.sum(np.log(deviations))
    for scale in (1e-3, 0.5, 40.0):
        yield ad.grad(loss)(weights, scale), ad.grad(loss)(weights, 1.0)
