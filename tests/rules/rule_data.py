"""Small layers with random data, sums and statistics by loops, and calls of a rule with what it asks for."""

import inspect
from itertools import product
from types import SimpleNamespace

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

from lvicreg import rules

RULES = [getattr(rules, name) for name in rules.__all__]
SIZES = [(2, 3, 2), (3, 7, 4), (3, 5, 4), (4, 4, 3), (9, 3, 2)]  # B, N, M: B = 2, N ≥ 2 B, B < N, B = N, B > N

examples = settings(max_examples=25, deadline=None, derandomize=True)


def layer(B, N, M, seed=0, linear=False):
    """A layer's input, weights and activity, and long-term statistics that are not the minibatch's."""
    rng = np.random.default_rng([seed, B, N, M])
    W, x, x_prev = rng.normal(size=(N, M)) / 2, rng.normal(0.3, 1, (B, M)), rng.normal(size=(B, M))
    z, z_prev = (x @ W.T, x_prev @ W.T) if linear else (np.tanh(x @ W.T), np.tanh(x_prev @ W.T))
    factor = rng.normal(size=(N, N + 1))
    return SimpleNamespace(
        x=x,
        x_prev=x_prev,
        W=W,
        z=z,
        z_prev=z_prev,
        slope=np.ones_like(z) if linear else 1 - z**2,
        mean=rng.normal(size=N) / 4,
        var=np.linspace(0.3, 1.7, N),  # standard deviations below and above 1
        K=factor @ factor.T / N,
        alpha=0.3,
    )


_sizes_and_seed = st.integers(2, 6), st.integers(2, 5), st.integers(1, 4), st.integers(0, 999)
layers = st.builds(layer, *_sizes_and_seed)
linear_layers = st.builds(layer, *_sizes_and_seed, linear=st.just(True))


def but(data, **changes):
    return SimpleNamespace(**vars(data) | changes)


def with_minibatch_statistics(data):
    """The same data with the minibatch's own mean, variance and covariance, by loops."""
    B, N = data.z.shape
    mean = [sum(data.z[b, i] for b in range(B)) / B for i in range(N)]
    K = np.zeros((N, N))
    for b, i, k in product(range(B), range(N), range(N)):
        K[i, k] += (data.z[b, i] - mean[i]) * (data.z[b, k] - mean[k]) / (B - 1)
    return but(data, mean=np.array(mean), K=K, var=np.array([K[i, i] for i in range(N)]), alpha=1 / (B - 1))


def summed(data, post):
    """``Σ_b post(b, i) f'(a_i^b) x_j^b`` for all i and j."""
    update = np.zeros_like(data.W)
    for b, i, j in product(range(len(data.x)), *map(range, data.W.shape)):
        update[i, j] += post(b, i) * data.slope[b, i] * data.x[b, j]
    return update


def statistics(rule):
    """The names of the long-term statistics that a rule may be given."""
    return [name for name, parameter in inspect.signature(rule).parameters.items() if parameter.default is None]


def options(rule):
    """The names of a rule's options, which are Python floats."""
    return [name for name, parameter in inspect.signature(rule).parameters.items() if isinstance(parameter.default, float)]


def arguments(rule, data, given=False):
    """What a rule requires, and with ``given`` its statistics too, by name."""
    parameters = inspect.signature(rule).parameters
    required = [name for name, parameter in parameters.items() if parameter.default is parameter.empty]
    return {name: getattr(data, name) for name in required + (statistics(rule) if given else [])}


def call(rule, data, given=False, **options):
    return rule(**arguments(rule, data, given), **options)


def assert_close(found, expected, rtol=1e-12):
    """Equal shapes, and equal values up to ``rtol`` of the largest."""
    found, expected = np.asarray(found), np.asarray(expected)
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=0, atol=rtol * np.max(np.abs(expected)))
