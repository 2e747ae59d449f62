"""Linear units once more, in array code: the losses and fields that a machine differentiates for the Oja sections.

As in ``losses``, each function takes ``np`` (in practice ``ad.numpy``), the array that is differentiated and the data. Where
that array is ``time``, the function moves from a point along a field, and its derivative at time 0 is the rate along the flow.
"""

from __future__ import annotations

from types import ModuleType

from .losses import Array, Data


def log_variance(np: ModuleType, w: Array, data: Data) -> Array:
    """−½ log wᵀCw + (λ/2)‖w‖²."""
    return -np.log(w @ data.C @ w) / 2 + data.decay / 2 * np.sum(w**2)


def scaled_log_variance(np: ModuleType, w: Array, data: Data) -> Array:
    """The same with a factor c before the logarithm."""
    return -data.c * np.log(w @ data.C @ w) / 2 + data.decay / 2 * np.sum(w**2)


def log_variance_with_epsilon(np: ModuleType, w: Array, data: Data) -> Array:
    """The same with ε added to the variance."""
    return -np.log(w @ data.C @ w + data.epsilon) / 2 + data.decay / 2 * np.sum(w**2)


def log_variance_of_a_batch(np: ModuleType, w: Array, data: Data) -> Array:
    """The same with the variance of a batch of zero mean, averaged with any factor."""
    return -np.log(data.averaging * np.sum((data.x @ w) ** 2)) / 2 + data.decay / 2 * np.sum(w**2)


def one_sample_log_variance(np: ModuleType, W: Array, data: Data) -> Array:
    """One value a sample: the sample's square is free, the rest of a long-term variance is held; α is 1 unless given."""
    alpha = getattr(data, "alpha", 1.0)
    squares, held = (data.x @ W.T) ** 2, (data.x @ data.W.T) ** 2
    logarithms = np.log(alpha * squares + (data.var - alpha * held))
    return np.sum(-logarithms / 2 + data.decay / 2 * np.sum(W**2, axis=1), axis=1)


def log_variance_field(np: ModuleType, w: Array, data: Data) -> Array:
    """C w/σ² − λ w."""
    return data.C @ w / (w @ data.C @ w) - data.decay * w


def oja_field(np: ModuleType, w: Array, data: Data) -> Array:
    """C w − σ² w."""
    return data.C @ w - (w @ data.C @ w) * w


def norm_along_log_variance(np: ModuleType, time: Array, data: Data) -> Array:
    """‖w‖² along the log-variance flow, for some covariance: the rate does not depend on it."""
    numbers = np.arange(1.0, 1.0 + len(data.w))
    some = Data(C=np.diag(numbers) + np.outer(numbers, numbers), decay=data.decay)
    return np.sum((data.w + time * log_variance_field(np, data.w, some)) ** 2)


def norm_along_oja(np: ModuleType, time: Array, data: Data) -> Array:
    """‖w‖² along Oja's flow."""
    return np.sum((data.w + time * oja_field(np, data.w, data)) ** 2)


def loss_along_log_variance(np: ModuleType, time: Array, data: Data) -> Array:
    """The log-variance loss along its own flow."""
    return log_variance(np, data.w + time * log_variance_field(np, data.w, data), data)


def loss_along_oja(np: ModuleType, time: Array, data: Data) -> Array:
    """The log-variance loss, λ = 1, along Oja's flow."""
    return log_variance(np, data.w + time * oja_field(np, data.w, data), Data(C=data.C, decay=1.0))


def log_variance_solution(np: ModuleType, time: Array, data: Data) -> Array:
    """e^{−λt} g, where g grows by C g in a time that runs at the rate 1/σ²."""
    w = data.T * data.g
    grown = data.g + time / (w @ data.C @ w) * (data.C @ data.g)
    return data.T * np.exp(-data.decay * time) * grown


def oja_solution(np: ModuleType, time: Array, data: Data) -> Array:
    """g/√(1 − ‖w_0‖² + ‖g‖²), where g grows by C g."""
    grown = data.g + time * (data.C @ data.g)
    return grown / np.sqrt(data.rest + np.sum(grown**2))


def _diagonal(np: ModuleType, data: Data) -> Data:
    """The data with a diagonal covariance of the given spectrum."""
    return Data(C=np.diag(data.mu), decay=getattr(data, "decay", 1.0))


def ratios_along_log_variance(np: ModuleType, time: Array, data: Data) -> Array:
    """The ratios of the components along eigenvectors, moved along the log-variance flow."""
    moved = data.w + time * log_variance_field(np, data.w, _diagonal(np, data))
    return moved[:, None] / moved[None, :]


def ratios_along_oja(np: ModuleType, time: Array, data: Data) -> Array:
    """The same along Oja's flow."""
    moved = data.w + time * oja_field(np, data.w, _diagonal(np, data))
    return moved[:, None] / moved[None, :]


def steps_near_fixed_points(np: ModuleType, shift: Array, data: Data) -> Array:
    """A discrete step of log-variance from near each fixed point."""
    points = np.eye(len(shift)) / np.sqrt(data.decay) + shift
    scene = _diagonal(np, data)
    return np.stack([point + data.eta * log_variance_field(np, point, scene) for point in points])


def oja_steps_near_fixed_points(np: ModuleType, shift: Array, data: Data) -> Array:
    """A discrete step of Oja's rule from near each fixed point."""
    scene = _diagonal(np, data)
    return np.stack([point + data.eta * oja_field(np, point, scene) for point in np.eye(len(shift)) + shift])


def loss_of_a_length(np: ModuleType, length: Array, data: Data) -> Array:
    """The loss of one unit of given direction, κ = q̂ᵀC⁻¹q̂, in the length of q."""
    return -np.log(length**2) / 2 + data.decay / 2 * length**2 * data.kappa


def _penalised(np: ModuleType, W: Array, V: Array, data: Data) -> Array:
    """Log-variance, decay and exact covariance of units with weights along the leading components, and along others."""
    K = W @ np.diag(data.mu) @ W.T + V @ np.diag(data.nu) @ V.T
    norms = np.sum(W**2) + np.sum(V**2)
    pairs = np.sum(np.triu(K, 1) ** 2) + np.sum(np.tril(K, -1) ** 2)
    return np.sum(-np.log(np.diag(K))) / 2 + data.decay / 2 * norms + data.beta * pairs


def penalised(np: ModuleType, W: Array, data: Data) -> Array:
    """The penalised loss in the weights along the leading components."""
    return _penalised(np, W, data.V, data)


def penalised_beyond(np: ModuleType, V: Array, data: Data) -> Array:
    """The penalised loss in the weights along the other components."""
    return _penalised(np, data.W, V, data)


def penalised_near_identical(np: ModuleType, shift: Array, data: Data) -> Array:
    """The penalised loss near units that are all alike, along each leading component in turn; nothing along the others."""
    unit_vectors, nothing = np.eye(len(shift)), np.zeros((len(shift), len(data.nu)))
    alike = [np.sqrt(data.size) * vector + shift for vector in unit_vectors]
    return np.stack([_penalised(np, W, nothing, data) for W in alike])


def hinge_near_collapse(np: ModuleType, w: Array, data: Data) -> Array:
    """The hinge of a linear unit on input of covariance AᵀA."""
    std = np.sqrt(np.sum((data.A @ w) ** 2) + data.epsilon)
    return np.where(std < data.gamma, data.gamma - std, 0.0)


def log_variance_near_collapse(np: ModuleType, w: Array, data: Data) -> Array:
    """The log-variance of such a unit."""
    return -np.log(np.sum((data.A @ w) ** 2) + data.epsilon) / 2


def expected_one_sample(np: ModuleType, W: Array, data: Data) -> Array:
    """The one-sample covariance loss over inputs A ξ, ξ two standard Gaussians, by a cubature exact to the fifth degree."""
    nodes, chances = np.asarray([-(3**0.5), 0.0, 3**0.5]), np.asarray([1, 4, 1]) / 6
    grid = np.stack([axis.ravel() for axis in np.meshgrid(nodes, nodes)], axis=1) @ data.A.T
    squares = (grid @ W.T) ** 2
    return data.beta * np.outer(chances, chances).ravel() @ (np.sum(squares, axis=1) ** 2 - np.sum(squares**2, axis=1))


def expected_third_factor(np: ModuleType, W: Array, data: Data) -> Array:
    """Log-variance, decay and β E‖u‖⁴ of linear units on Gaussian input."""
    K = W @ data.C @ W.T
    fourth = np.trace(K) ** 2 + 2 * np.sum(K * K.T)
    return -np.sum(np.log(np.diag(K))) / 2 + data.decay / 2 * np.sum(W**2) + data.beta * fourth
