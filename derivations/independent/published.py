"""The losses of papers and codes once more, in array code: of two views ``data.x`` and ``data.x_prev``, with coefficients c.

Each is written from its source, named in ``lvicreg.conventions.PRESETS``; ``data.W`` holds constant what a source detaches.
"""

from __future__ import annotations

from types import ModuleType

from .losses import Array, Data, _covariance, _hinge, _layer


def _views(np: ModuleType, W: Array, data: Data) -> tuple[Array, Array]:
    return _layer(np, W, data.x), _layer(np, W, data.x_prev)


def _mean_hinge(np: ModuleType, z: Array) -> Array:
    return np.mean(_hinge(np, np.sqrt(np.var(z, axis=0, ddof=1) + 0.0001), 1.0))


def _off_diagonal(np: ModuleType, z: Array) -> Array:
    K = _covariance(np, z)
    return np.sum(np.triu(K, 1) ** 2) + np.sum(np.tril(K, -1) ** 2)


def _vicreg(variance, invariance, nominal=None):
    """VICReg with the given sum of two hinges and measure of distance, covariances added and divided by N."""

    def loss(np: ModuleType, W: Array, data: Data) -> Array:
        first, second = _views(np, W, data)
        told = 1.0 if nominal is None else ((len(first) - 1) / (getattr(data, nominal) - 1)) ** 2
        spread = variance(_mean_hinge(np, first), _mean_hinge(np, second))
        covariances = told * (_off_diagonal(np, first) + _off_diagonal(np, second)) / len(W)
        return data.c_inv * invariance(np, first - second) + data.c_var * spread + data.c_cov * covariances

    return loss


def _added(first, second):
    return first + second


def _averaged(first, second):
    return (first + second) / 2


def _mean_square(np: ModuleType, difference: Array) -> Array:
    return np.mean(difference**2)


def _mean_norm(np: ModuleType, difference: Array) -> Array:
    return np.mean(np.linalg.norm(difference, axis=1) ** 2)


vicreg_paper = _vicreg(_added, _mean_norm)
facebookresearch = _vicreg(_averaged, _mean_square, nominal="B_nominal")
lightly = _vicreg(_averaged, _mean_square)
solo_learn = _vicreg(_added, _mean_square)
pytorch_metric_learning = _vicreg(_averaged, _mean_square)


def _mean_log_variance(np: ModuleType, z: Array, epsilon: float) -> Array:
    return -np.mean(np.log(np.var(z, axis=0, ddof=1) + epsilon))


def _mean_over_pairs(np: ModuleType, z: Array) -> Array:
    units = z.shape[1]
    return _off_diagonal(np, z) / (units * (units - 1))


def _fourth_products(np: ModuleType, W: Array, data: Data) -> Array:
    """Σ_b Σ_i Σ_{k≠i} of the products of two squares, the mean held."""
    squares = (_layer(np, W, data.x) - np.mean(_layer(np, data.W, data.x), axis=0)) ** 2
    return np.sum(np.sum(squares, axis=1) ** 2) - np.sum(squares**2)


def lpl_code(np: ModuleType, W: Array, data: Data) -> Array:
    """Everything averaged over the two views."""
    first, second = _views(np, W, data)
    push = _averaged(*(_mean_log_variance(np, z, 1e-4) for z in (first, second)))
    decorrelation = _averaged(_mean_over_pairs(np, first), _mean_over_pairs(np, second))
    return data.c_inv * _mean_square(np, first - second) + data.c_var * push + data.c_cov * decorrelation


def _mean_square_step(np: ModuleType, W: Array, data: Data) -> Array:
    """The mean square of the step from the previous activity, which is detached."""
    return np.mean((_layer(np, W, data.x) - _layer(np, data.W, data.x_prev)) ** 2)


def lpl_published(np: ModuleType, W: Array, data: Data) -> Array:
    """Methods Eq. 6 as it was printed, and the other two terms."""
    units, count = len(W), len(data.x)
    decorrelation = _fourth_products(np, W, data) / ((count - 1) * (units**2 - units))
    push = _mean_log_variance(np, _layer(np, W, data.x), 0.0)
    return data.c_inv * _mean_square_step(np, W, data) / 2 + data.c_var * push + data.c_cov * decorrelation


def lpl_erratum(np: ModuleType, W: Array, data: Data) -> Array:
    """The corrected decorrelation loss, and the other two terms."""
    z = _layer(np, W, data.x)
    push = _mean_log_variance(np, z, 0.0)
    return data.c_inv * _mean_square_step(np, W, data) / 2 + data.c_var * push + data.c_cov * _mean_over_pairs(np, z)


def martinosorb(np: ModuleType, W: Array, data: Data) -> Array:
    """LPLPass: sums over units, the previous activity detached."""
    z = _layer(np, W, data.x)
    step = np.sum((z - _layer(np, data.W, data.x_prev)) ** 2) / 2
    hebbian = -np.sum(np.log(np.var(z, axis=0, ddof=1) + 1e-6)) / 2
    decorrelation = _fourth_products(np, W, data) / (4 * len(z) * (len(W) - 1))
    return data.c_inv * step + data.c_var * hebbian + data.c_cov * decorrelation
