"""The VICReg loss and its gradient: against lightly, automatic differentiation and hand-written NumPy, in time and memory."""

import subprocess
import sys

import numpy as np
import pytest

from lvicreg import losses
from tests.packages import published

torch = pytest.importorskip("torch")
jax = pytest.importorskip("jax")
from lvicreg.torch import VICRegLoss  # noqa: E402

# PyTorch's own, of what its compiler uses
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning")

COEFFICIENTS = {"invariance": 25, "variance": 25, "covariance": 1}
LIGHTLY, OURS, FLOOR = "lightly", "lvicreg, PyTorch", "the matrix products alone"


def views(B, N):
    random = np.random.default_rng(0)
    z = 0.8 * random.normal(size=(B, N))
    return [array.astype(np.float32) for array in (z, z + 0.3 * random.normal(size=(B, N)))]


def in_pytorch(loss, arrays):
    """Loss and gradients of two views."""
    z = [torch.from_numpy(array).requires_grad_() for array in arrays]

    def work():
        value = loss(*z)
        return value, *torch.autograd.grad(value, z)

    return work


def of_one_view(z):
    """The closed forms of one view's variance and covariance."""
    N = z.shape[1]
    (variance, by_variance), (covariance, by_covariance) = losses.variance(z), losses.covariance(z)
    return 25 / (2 * N) * variance + covariance / N, 25 / (2 * N) * by_variance + by_covariance / N


def in_jax(z_a, z_b):
    """lvicreg's closed forms, to be compiled by JAX."""
    distance, by_distance = losses.invariance(z_a, z_b)
    weight = 25 / (z_a.shape[0] * z_a.shape[1])
    (first, by_first), (second, by_second) = of_one_view(z_a), of_one_view(z_b)
    return weight * distance + first + second, by_first + weight * by_distance, by_second - weight * by_distance


def loss_in_jax(z_a, z_b):
    """The loss as it is usually written, for JAX to differentiate."""
    np_, (B, N) = jax.numpy, z_a.shape
    value = 25 * np_.mean((z_a - z_b) ** 2)
    for z in (z_a, z_b):
        u = z - z.mean(axis=0)
        K = u.T @ u / (B - 1)
        value += 25 / 2 * np_.mean(np_.maximum(0, 1 - np_.sqrt(np_.diagonal(K) + 1e-4)))
        value += (np_.sum(K**2) - np_.sum(np_.diagonal(K) ** 2)) / N
    return value


def by_hand(z_a, z_b):
    """What a careful user of NumPy would write."""
    B, N = z_a.shape
    d = z_a - z_b
    value, gradients = 25 * np.mean(d**2), [50 / (B * N) * d, -50 / (B * N) * d]
    for z, gradient in zip((z_a, z_b), gradients, strict=True):
        u = z - z.mean(axis=0)
        v = np.einsum("bi,bi->i", u, u) / (B - 1)
        sigma = np.sqrt(v + 1e-4)
        open_ = sigma < 1
        if B < N:
            G = u @ u.T / (B - 1)
            squares, product = np.vdot(G, G), G @ u
        else:
            K = u.T @ u / (B - 1)
            squares, product = np.vdot(K, K), u @ K
        value += 25 / (2 * N) * np.sum((1 - sigma)[open_]) + (squares - np.vdot(v, v)) / N
        gradient -= (25 / (2 * N) * open_ / sigma + 4 / N * v) / (B - 1) * u
        gradient += 4 / (N * (B - 1)) * product
    return value, *gradients


def products(z_a, z_b):
    """A matrix of covariances or of products of samples, the smaller one, and its product with the activity; of both views."""
    B, N = z_a.shape
    return [(z @ z.T) @ z if B < N else z @ (z.T @ z) for z in (z_a, z_b)]


def ways(B, N):
    """Each way to compute loss and gradients."""
    arrays = views(B, N)
    on_jax = [jax.numpy.asarray(array) for array in arrays]
    autodiff, closed = jax.jit(jax.value_and_grad(loss_in_jax, argnums=(0, 1))), jax.jit(in_jax)
    lightly = published("lightly", **COEFFICIENTS)
    torch.compiler.reset()
    return {
        LIGHTLY: in_pytorch(lightly, arrays),
        "lightly, compiled": in_pytorch(torch.compile(lightly, dynamic=False), arrays),
        "JAX, automatic differentiation": lambda: jax.block_until_ready(autodiff(*on_jax)),
        "NumPy by hand": lambda: by_hand(*arrays),
        OURS: in_pytorch(VICRegLoss(), arrays),
        "lvicreg, JAX": lambda: jax.block_until_ready(closed(*on_jax)),
        FLOOR: lambda: products(*map(torch.from_numpy, arrays)),
    }


def flattened(result):
    value, *gradients = result
    gradients = gradients[0] if isinstance(gradients[0], tuple) else gradients
    arrays = [np.asarray(part.detach() if isinstance(part, torch.Tensor) else part) for part in gradients]
    return float(value), arrays


@pytest.mark.parametrize(("B", "N"), [(256, 512), (96, 48)])
def test_the_ways_agree(B, N) -> None:
    """What is compared in time gives the same loss and gradients."""
    value, gradients = flattened(ways(B, N)[LIGHTLY]())
    for name, work in ways(B, N).items():
        if name != FLOOR:
            found, others = flattened(work())
            assert found == pytest.approx(value, rel=1e-4), name
            for ours, theirs in zip(others, gradients, strict=True):
                np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-4 * np.abs(theirs).max(), err_msg=name)


@pytest.mark.parametrize(
    ("curve", "sizes"),
    [("vicreg-N", [(256, N) for N in (512, 1024, 2048, 4096)]), ("vicreg-B", [(B, 2048) for B in (64, 256, 1024, 4096)])],
    ids=["growth with N", "growth with B"],
)
def test_growth(compare, curve, sizes) -> None:
    for B, N in sizes:
        compare(curve, N if curve == "vicreg-N" else B, ways(B, N), rounds=7)


@pytest.mark.parametrize(("name", "B", "rounds"), [("vicreg-256", 256, 5), ("vicreg-2048", 2048, 3)])
def test_against_lightly(measure, name, B, rounds) -> None:
    arrays = views(B, 8192)
    measure(name, in_pytorch(VICRegLoss(), arrays), in_pytorch(published("lightly", **COEFFICIENTS), arrays), rounds=rounds)


MEMORY = """
import sys
import torch
B, N, which = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
def peak():
    (line,) = (line for line in open("/proc/self/status") if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024
def loss(name):
    if name == "lvicreg, PyTorch":
        from lvicreg.torch import VICRegLoss
        return VICRegLoss()
    from importlib.metadata import files
    from importlib.util import module_from_spec, spec_from_file_location
    (file,) = (f for f in files("lightly") if str(f) == "lightly/loss/vicreg_loss.py")
    spec = spec_from_file_location("shipped", file.locate()); module = module_from_spec(spec); spec.loader.exec_module(module)
    return module.VICRegLoss()
work = loss(which)
small = [torch.randn(8, 16, requires_grad=True) for _ in range(2)]
work(*small).backward()  # whatever PyTorch needs in any case
z = [torch.randn(B, N, requires_grad=True) for _ in range(2)]
before = peak()
work(*z).backward()
print(peak() - before)
"""


def extra_memory(B, N, which) -> int:
    """By how much loss and gradient raise the peak of a process that holds the activities, in bytes."""
    run = subprocess.run([sys.executable, "-c", MEMORY, str(B), str(N), which], check=True, capture_output=True, text=True)
    return int(run.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="not run: the peak of a process is read as Linux has it")
def test_memory_against_lightly(note) -> None:
    for N in (2048, 4096, 8192):
        found = {which: extra_memory(256, N, which) for which in (OURS, LIGHTLY)}
        for which, bytes_ in found.items():
            note("vicreg-memory", which, N, bytes_)
    note.target("vicreg-256-memory", found[OURS] / found[LIGHTLY])
