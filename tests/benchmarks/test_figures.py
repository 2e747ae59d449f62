"""The figures of the table: rules and streams against the least that has to be computed, and against autograd.

``python -m pytest tests/benchmarks -n0 --benchmark-enable`` prints each beside its target. Nothing is asserted about time.
"""

import numpy as np
import pytest

from lvicreg import rules
from lvicreg.online import Stream

B, N, M = 256, 1024, 1024


def layer() -> tuple[np.ndarray, ...]:
    """Input, previous activity, slope and weights of a linear layer, in float32."""
    random = np.random.default_rng(0)
    x, z_prev, W = random.normal(size=(B, M)), random.normal(size=(B, N)), random.normal(size=(N, M)) / np.sqrt(M)
    return tuple(array.astype(np.float32) for array in (x, z_prev, np.ones((B, N)), W))


def products(x, W):
    """What cannot be avoided: the activity, and an outer product summed over samples."""
    z = x @ W.T
    return z.T @ x


def total(x, z_prev, df, W):
    return rules.total(x, x @ W.T, z_prev, df)


def test_total_in_numpy(measure) -> None:
    x, z_prev, df, W = layer()
    measure("total-numpy", lambda: total(x, z_prev, df, W), lambda: products(x, W))


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")  # PyTorch's own
def test_total_compiled(measure) -> None:
    torch = pytest.importorskip("torch")
    x, z_prev, df, W = map(torch.from_numpy, layer())
    compiled = torch.compile(total, fullgraph=True)
    measure("total-compiled", lambda: compiled(x, z_prev, df, W), lambda: products(x, W))


def test_a_stream_against_blas(measure) -> None:
    """The total rule in float32; BLAS in place, on the same weights."""
    jax, blas = pytest.importorskip("jax"), pytest.importorskip("scipy.linalg.blas")
    random = np.random.default_rng(0)
    W, x = random.normal(size=(512, 784)).astype(np.float32) / 28, random.normal(size=(1024, 784)).astype(np.float32)
    learns = Stream(rule=rules.total, eta=1e-6, alpha=0.01)
    state, samples = learns.start(jax.numpy.asarray(W)), jax.numpy.asarray(x)
    transposed = np.asfortranarray(W.T)

    def least() -> None:
        for sample in x:
            z = blas.sgemv(1.0, transposed, sample, trans=1)
            blas.sger(1e-6, sample, z, a=transposed, overwrite_a=1)

    measure("stream", lambda: jax.block_until_ready(learns.run(state, samples)), least, rounds=15)


def test_a_neuron_against_autograd(measure) -> None:
    """Filters, hinge and invariance of one linear neuron; in PyTorch the same loss, backward and an optimiser's step."""
    jax, torch = pytest.importorskip("jax"), pytest.importorskip("torch")
    random = np.random.default_rng(0)
    W, x = random.normal(size=(1, 2)).astype(np.float32), random.normal(size=(40 * 1024, 2)).astype(np.float32)
    learns = Stream(rule=rules.total, eta=1e-3, alpha=0.01)
    state, samples = learns.start(jax.numpy.asarray(W)), jax.numpy.asarray(x)
    steps = 500

    def autograd() -> None:
        weights = torch.tensor(W, requires_grad=True)
        descent = torch.optim.SGD([weights], lr=1e-3)
        mean, var, z_prev = torch.zeros(1), torch.ones(1), None
        for sample in torch.from_numpy(x[:steps]):
            z = weights @ sample
            z_prev = z.detach() if z_prev is None else z_prev
            mean = mean + 0.01 * (z.detach() - mean)
            new = 0.99 * var + 0.01 * (z - mean) ** 2
            loss = ((z - z_prev) ** 2).sum() / 2 + torch.relu(1 - torch.sqrt(new + 1e-4)).sum() / 0.01
            descent.zero_grad()
            loss.backward()
            descent.step()
            var, z_prev = new.detach(), z.detach()

    measure("neuron", lambda: jax.block_until_ready(learns.run(state, samples)), autograd, each=len(x), other=steps, rounds=5)
