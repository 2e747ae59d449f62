"""Rules and streams: against the least that has to be computed, automatic differentiation and hand-written NumPy."""

import numpy as np
import pytest

from lvicreg import rules
from lvicreg.online import Stream

jax, torch = pytest.importorskip("jax"), pytest.importorskip("torch")

# PyTorch's own, of what its compiler uses
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning")

B = 256


def layer(N: int = 1024) -> tuple[np.ndarray, ...]:
    """Input, previous activity, slope and weights of a linear layer with as many inputs as units, in float32."""
    random = np.random.default_rng(0)
    x, z_prev, W = random.normal(size=(B, N)), random.normal(size=(B, N)), random.normal(size=(N, N)) / np.sqrt(N)
    return tuple(array.astype(np.float32) for array in (x, z_prev, np.ones((B, N)), W))


def products(x, z_prev, slope, W):
    """What cannot be avoided: the activity, and an outer product summed over samples."""
    z = x @ W.T
    return z.T @ x


def total(x, z_prev, slope, W):
    return rules.total(x, x @ W.T, z_prev, slope)


def by_hand(x, z_prev, slope, W):
    """The note's total rule as a careful user of NumPy would write it, with coefficients 1, γ = 1 and ε = 1e-4."""
    z = x @ W.T
    u = z - z.mean(axis=0)
    squares = u * u
    sigma = np.sqrt(squares.sum(axis=0) / (len(x) - 1) + np.float32(1e-4))
    post = squares
    post -= squares.sum(axis=1, keepdims=True)
    post += np.where(sigma < 1, 1 / sigma, 0)
    post *= u
    post -= z
    post += z_prev
    post *= slope
    return post.T @ x


def total_loss(x, z_prev, W, xp, held):
    """The total loss whose gradient is the rule with coefficients 1, for linear units; for PyTorch and JAX."""
    z = x @ W.T
    u = z - held(z.mean(0))
    squares = u**2
    sigma = xp.sqrt(squares.sum(0) / (x.shape[0] - 1) + 1e-4)
    hinge = xp.where(sigma < 1, 1 - sigma, 0.0).sum() * (x.shape[0] - 1)
    return ((z - z_prev) ** 2).sum() / 2 + hinge + (((squares.sum(1)) ** 2).sum() - (squares**2).sum()) / 4


def differentiated_by_pytorch(x, z_prev, W):
    loss = total_loss(x, z_prev, W, torch, torch.Tensor.detach)
    return -torch.autograd.grad(loss, W)[0]


FLOOR = "the matrix products alone"


def ways(N: int) -> dict:
    """Each way to compute the update of the total rule."""
    arrays = layer(N)
    x, z_prev, slope, W = map(torch.from_numpy, arrays)
    free = W.clone().requires_grad_()
    on_jax = [jax.numpy.asarray(array) for array in arrays]
    descent = jax.jit(jax.grad(lambda W, x, z_prev: -total_loss(x, z_prev, W, jax.numpy, jax.lax.stop_gradient)))
    rule_on_jax = jax.jit(total)
    torch.compiler.reset()
    rule_compiled = torch.compile(total, fullgraph=True, dynamic=False)

    def loss(W):
        return total_loss(x, z_prev, W, torch, torch.Tensor.detach)

    loss_compiled = torch.compile(loss, dynamic=False)
    return {
        "PyTorch, automatic differentiation": lambda: differentiated_by_pytorch(x, z_prev, free),
        "the same, compiled": lambda: -torch.autograd.grad(loss_compiled(free), free)[0],
        "JAX, automatic differentiation": lambda: jax.block_until_ready(descent(on_jax[3], on_jax[0], on_jax[1])),
        "NumPy by hand": lambda: by_hand(*arrays),
        "lvicreg, NumPy": lambda: total(*arrays),
        "lvicreg, torch.compile": lambda: rule_compiled(x, z_prev, slope, W),
        "lvicreg, JAX": lambda: jax.block_until_ready(rule_on_jax(*on_jax)),
        FLOOR: lambda: products(x, z_prev, slope, W),
    }


def test_the_ways_agree() -> None:
    """What is compared in time gives the same update."""
    expected = total(*layer(64))
    for name, work in ways(64).items():
        if name != FLOOR:
            np.testing.assert_allclose(np.asarray(work()), expected, rtol=0, atol=2e-4 * np.abs(expected).max(), err_msg=name)


def test_growth(compare) -> None:
    for N in (128, 256, 512, 1024, 2048):
        compare("total-N", N, ways(N), rounds=30)


def test_total_in_numpy(measure) -> None:
    x, z_prev, slope, W = layer()
    measure("total-numpy", lambda: total(x, z_prev, slope, W), lambda: products(x, z_prev, slope, W))


def test_total_compiled(measure) -> None:
    x, z_prev, slope, W = map(torch.from_numpy, layer())
    torch.compiler.reset()
    compiled = torch.compile(total, fullgraph=True)
    measure("total-compiled", lambda: compiled(x, z_prev, slope, W), lambda: products(x, z_prev, slope, W))


def test_a_stream_against_blas(measure) -> None:
    """The total rule in float32; BLAS in place, on the same weights."""
    blas = pytest.importorskip("scipy.linalg.blas")
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
