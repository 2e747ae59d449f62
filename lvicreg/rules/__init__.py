# Generated from derivations/ by `python -m derivations`, SymPy 1.14.0.
# Do not edit: change the derivation and run the command again.
"""Update functions of a one-layer network, generated from the derivations.

Each function returns the direction of descent, shape (N, M); add it to the weights times a learning rate. The arrays may be
of any library that follows the array API standard: NumPy, PyTorch, JAX. ``x`` and ``z = f(W x)`` are a minibatch with samples
on the first axis, or one sample; ``slope`` is f'(W x). Means and variances are taken from the minibatch unless they are given,
as from a slow filter.
"""

from .covariance import covariance
from .covariance_one_sample import covariance_one_sample, covariance_third_factor
from .invariance import invariance
from .log_variance import log_variance, log_variance_decay
from .oja import oja
from .total import total, total_log_variance
from .variance import variance

__all__ = [
    "covariance",
    "covariance_one_sample",
    "covariance_third_factor",
    "invariance",
    "log_variance",
    "log_variance_decay",
    "oja",
    "total",
    "total_log_variance",
    "variance",
]
