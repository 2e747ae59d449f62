"""Independent checks of invariance: reversible inputs, a cycle, and any pairs of inputs for a linear unit."""

from types import ModuleType
from typing import Any

from . import Pairs


def reversible_input(ad: Any, rng: Any) -> Pairs:
    """A symmetric joint distribution of pairs: every pair occurs in both orders."""
    np = ad.numpy
    pairs = np.asarray(rng.normal(size=(5, 2, 3)))
    pairs = np.concatenate([pairs, pairs[:, ::-1]])
    weights = np.asarray(rng.normal(size=(2, 3)))

    def mean_loss(weights, past):
        return np.mean(np.sum((np.tanh(pairs[:, 0] @ weights.T) - np.tanh(pairs[:, 1] @ past.T)) ** 2, axis=1))

    first, second = np.tanh(pairs[:, 0] @ weights.T), np.tanh(pairs[:, 1] @ weights.T)
    yield mean_loss(weights, weights), np.mean(np.linalg.norm(first - second, axis=1) ** 2)
    stopped = ad.grad(mean_loss)(weights, weights)
    yield 2 * stopped, ad.grad(lambda v: mean_loss(v, v))(weights)


def cycle(ad: Any, rng: Any) -> Pairs:
    """Three unit vectors one after the other, where the half is lost."""
    np = ad.numpy
    cycle = np.eye(3)
    previous = np.roll(cycle, 1, axis=0)
    covariance, lag = cycle.T @ cycle / 3, cycle.T @ previous / 3
    unit = np.asarray([1.0, 0.0, 0.0])
    stopped = ad.grad(lambda v: np.mean((cycle @ v - previous @ unit) ** 2))(unit)
    yield stopped, 2 * (covariance - lag) @ unit
    full = ad.grad(lambda v: np.mean((cycle @ v - previous @ v) ** 2))(unit)
    yield full, 4 * (covariance - (lag + lag.T) / 2) @ unit


def mean_square_step(np: ModuleType, w: Any, data: Any) -> Any:
    """The mean of (w·x − w·x')² over pairs, the activity before held constant."""
    return np.mean((data.x @ w - data.x_prev @ data.w) ** 2)


def mean_square_difference(np: ModuleType, w: Any, data: Any) -> Any:
    """The same with both free."""
    return np.mean((data.x @ w - data.x_prev @ w) ** 2)
