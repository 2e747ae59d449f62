"""Independent checks of the hinge: its kink, and collapse."""

from typing import Any

from . import Formulas, Pairs


def kink_in_frameworks(ad: Any, rng: Any) -> Pairs:
    """At σ = γ the slope of ``where`` is 0 and that of ``maximum`` is half the one-sided one."""
    np = ad.numpy
    weights, inputs = np.asarray(rng.normal(size=(1, 3))), np.asarray(rng.normal(size=(6, 3)))

    def std(weights):
        return np.std(np.tanh(inputs @ weights.T), ddof=1)

    def where(threshold):
        return ad.grad(lambda v: np.where(std(v) < threshold, threshold - std(v), 0.0))(weights)

    held, one_sided = std(weights), ad.grad(std)(weights)
    yield where(held), np.zeros((1, 3))
    yield where(2 * held), -one_sided
    yield 2 * ad.grad(lambda v: np.maximum(0.0, held - std(v)))(weights), -one_sided


def kink_is_real(z3: Any) -> Formulas:
    """The loss γ − σ near the kink is max(0, −h·g), with σ's slope g: two one-sided slopes, which agree exactly where g = 0."""
    g, h = z3.Reals("g h")
    rectified = lambda value: z3.If(value > 0, value, 0)  # noqa: E731
    loss, right, left = rectified(-h * g), rectified(-g), -rectified(g)
    agree = right == left
    return {
        "the loss": loss >= 0,
        "its slopes": loss == h * z3.If(h > 0, right, left),
        "they agree iff g = 0": agree == (g == 0),
    }, {"they agree": agree}


def collapse_by_autodiff(ad: Any, rng: Any) -> Pairs:
    """Growth rates at zero weights, zero updates at constant input; without ε a gradient of the direction alone."""
    np = ad.numpy
    inputs = np.asarray(rng.normal(size=(7, 3)))
    inputs -= inputs.mean(axis=0)
    covariance = inputs.T @ inputs / 6

    def hinge(weights, epsilon, data=inputs):
        return np.maximum(0.0, 1.0 - np.sqrt(np.var(data @ weights, ddof=1) + epsilon))

    def log_variance(weights, epsilon, data=inputs):
        return -np.log(np.var(data @ weights, ddof=1) + epsilon) / 2

    zero = np.zeros(3)
    for loss, rate in ((hinge, 0.01**0.5), (log_variance, 0.01)):
        yield -ad.hessian(loss)(zero, 0.01), covariance / rate
        yield ad.grad(loss)(np.ones(3), 0.01, np.ones((7, 3))), zero
    for direction in np.asarray(rng.normal(size=(2, 3))):
        for distance in (1e-2, 1e-6):
            slope = covariance @ direction / np.sqrt(direction @ covariance @ direction)
            yield ad.grad(hinge)(distance * direction, 0.0), -slope
