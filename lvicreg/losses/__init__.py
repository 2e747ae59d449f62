# Generated from derivations/ by `python -m derivations`, SymPy 1.14.0.
# Do not edit: change the derivation and run the command again.
"""Losses with their gradients with respect to the activity, generated from the derivations.

Each function returns the loss of a minibatch, a number, and its gradient with respect to the activity ``z``, (B, N): what
automatic differentiation would give, from the closed form. Means and variances are the minibatch's. The arrays may be of any
library that follows the array API standard: NumPy, PyTorch, JAX.
"""

from .covariance import covariance
from .covariance_one_sample import covariance_one_sample
from .invariance import invariance
from .log_variance import log_variance
from .variance import variance

__all__ = [
    "covariance",
    "covariance_one_sample",
    "invariance",
    "log_variance",
    "variance",
]
