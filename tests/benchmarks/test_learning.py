"""Rules and streams: against the matrix products, automatic differentiation and hand-written NumPy."""

import numpy as np
import pytest

from book.benchmarks import PRODUCTS
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
    """The products of every way: the activity, and an outer product summed over samples."""
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
    products_on_jax = jax.jit(products)
    return {
        "autodiff, PyTorch": lambda: differentiated_by_pytorch(x, z_prev, free),
        "autodiff, torch.compile": lambda: -torch.autograd.grad(loss_compiled(free), free)[0],
        "autodiff, JAX": lambda: jax.block_until_ready(descent(on_jax[3], on_jax[0], on_jax[1])),
        "by hand, NumPy": lambda: by_hand(*arrays),
        "lvicreg, NumPy": lambda: total(*arrays),
        "lvicreg, torch.compile": lambda: rule_compiled(x, z_prev, slope, W),
        "lvicreg, JAX": lambda: jax.block_until_ready(rule_on_jax(*on_jax)),
        f"{PRODUCTS}, NumPy": lambda: products(*arrays),
        f"{PRODUCTS}, PyTorch": lambda: products(x, z_prev, slope, W),
        f"{PRODUCTS}, JAX": lambda: jax.block_until_ready(products_on_jax(*on_jax)),
    }


def test_the_ways_agree() -> None:
    """What is compared in time gives the same update."""
    expected = total(*layer(64))
    for name, work in ways(64).items():
        if not name.startswith(PRODUCTS):
            np.testing.assert_allclose(np.asarray(work()), expected, rtol=0, atol=2e-4 * np.abs(expected).max(), err_msg=name)


def test_growth(compare) -> None:
    for N in (128, 256, 512, 1024, 2048):
        compare("total-N", N, ways(N), rounds=30)


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


def loss_of_a_neuron(W, state, x, xp, held):
    """Hinge and invariance of a linear neuron with its filters, and the filters' next state; for PyTorch and JAX."""
    mean, var, z_prev = state
    z = W @ x
    mean = 0.99 * mean + 0.01 * held(z)
    new = 0.99 * var + 0.01 * (z - mean) ** 2
    sigma = xp.sqrt(new + 1e-4)
    loss = ((z - z_prev) ** 2).sum() / 2 + xp.where(sigma < 1, 1 - sigma, 0.0).sum() / 0.01
    return loss, (mean, held(new), held(z))


def neuron_by_pytorch(W, x):
    """Weights after an optimiser's steps, one after another."""
    weights = torch.tensor(W, requires_grad=True)
    descent, samples = torch.optim.SGD([weights], lr=1e-3), torch.from_numpy(x)
    state = torch.zeros(1), torch.ones(1), (weights @ samples[0]).detach()
    for sample in samples:
        loss, state = loss_of_a_neuron(weights, state, sample, torch, torch.Tensor.detach)
        descent.zero_grad()
        loss.backward()
        descent.step()
    return weights.detach().numpy()


@jax.jit
def neuron_by_jax(W, x):
    """The same in one compiled loop."""

    def step(carry, sample):
        W, state = carry
        gradient, state = jax.grad(loss_of_a_neuron, has_aux=True)(W, state, sample, jax.numpy, jax.lax.stop_gradient)
        return (W - 1e-3 * gradient, state), None

    return jax.lax.scan(step, (W, (jax.numpy.zeros(1), jax.numpy.ones(1), W @ x[0])), x)[0][0]


def neuron(samples):
    """A stream, its first state, weights and samples of one linear neuron with two inputs; no covariance with itself."""
    random = np.random.default_rng(0)
    W, x = random.normal(size=(1, 2)).astype(np.float32), random.normal(size=(samples, 2)).astype(np.float32)
    learns = Stream(rule=rules.total, eta=1e-3, alpha=0.01)
    return learns, learns.start(jax.numpy.asarray(W)), W, x


def test_the_neurons_agree() -> None:
    learns, state, W, x = neuron(200)
    expected = np.asarray(learns.run(state, jax.numpy.asarray(x))[0].W)
    np.testing.assert_allclose(neuron_by_jax(W, x), expected, rtol=1e-4)
    np.testing.assert_allclose(neuron_by_pytorch(W, x), expected, rtol=1e-4)


def test_a_neuron_against_autograd(measure) -> None:
    """In one compiled loop, and step by step."""
    learns, state, W, x = neuron(40 * 1024)
    samples, weights, steps = jax.numpy.asarray(x), jax.numpy.asarray(W), 500

    def stream():
        return jax.block_until_ready(learns.run(state, samples))

    measure("neuron", stream, lambda: jax.block_until_ready(neuron_by_jax(weights, samples)), rounds=15)
    measure("neuron-pytorch", stream, lambda: neuron_by_pytorch(W, x[:steps]), each=len(x), other=steps, rounds=5)
