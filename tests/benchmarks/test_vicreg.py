"""The VICReg loss and its gradient, in time and memory: against lightly, and against what one would write who knows better."""

import subprocess
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from book.benchmarks import PRODUCTS
from lvicreg import losses
from tests.benchmarks.written import cheaper, off_diagonal, written
from tests.packages import published

torch = pytest.importorskip("torch")
jax = pytest.importorskip("jax")
from lvicreg.torch import VICRegLoss  # noqa: E402

# PyTorch's own, of what its compiler uses
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning")

COEFFICIENTS = {"invariance": 25, "variance": 25, "covariance": 1}
LIGHTLY, OURS = "lightly, PyTorch", "lvicreg, PyTorch"


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
    autodiff = jax.jit(jax.value_and_grad(partial(written, xp=jax.numpy, squares=cheaper), argnums=(0, 1)))
    closed, products_on_jax = jax.jit(in_jax), jax.jit(products)
    in_cheaper_order = partial(written, xp=torch, squares=cheaper)
    torch.compiler.reset()
    return {
        LIGHTLY: in_pytorch(published("lightly", **COEFFICIENTS), arrays),
        "facebook's form, PyTorch": in_pytorch(partial(written, xp=torch, squares=off_diagonal), arrays),
        "cheaper order, PyTorch": in_pytorch(in_cheaper_order, arrays),
        "cheaper order, torch.compile": in_pytorch(torch.compile(in_cheaper_order, dynamic=False), arrays),
        "cheaper order, JAX": lambda: jax.block_until_ready(autodiff(*on_jax)),
        "by hand, NumPy": lambda: by_hand(*arrays),
        OURS: in_pytorch(VICRegLoss(), arrays),
        "lvicreg, torch.compile": in_pytorch(torch.compile(VICRegLoss(), dynamic=False), arrays),
        "lvicreg, JAX": lambda: jax.block_until_ready(closed(*on_jax)),
        f"{PRODUCTS}, NumPy": lambda: products(*arrays),
        f"{PRODUCTS}, PyTorch": lambda: products(*map(torch.from_numpy, arrays)),
        f"{PRODUCTS}, JAX": lambda: jax.block_until_ready(products_on_jax(*on_jax)),
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
        if not name.startswith(PRODUCTS):
            found, others = flattened(work())
            assert found == pytest.approx(value, rel=1e-4), name
            for ours, theirs in zip(others, gradients, strict=True):
                np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-4 * np.abs(theirs).max(), err_msg=name)


def test_growth_with_units(compare) -> None:
    for N in (512, 1024, 2048, 4096, 8192):
        compare("vicreg-N", N, ways(256, N), rounds=7 if N < 4096 else 3)


def test_growth_with_samples(compare) -> None:
    for B in (64, 256, 1024, 4096):
        compare("vicreg-B", B, ways(B, 2048), rounds=7 if B < 4096 else 3)


MEMORY = """
import runpy, sys
from functools import partial
from importlib.metadata import files
import torch
from lvicreg.torch import VICRegLoss
B, N, which = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
def peak():
    (line,) = (line for line in open("/proc/self/status") if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024
def lightly():
    (file,) = (file for file in files("lightly") if str(file) == "lightly/loss/vicreg_loss.py")
    return runpy.run_path(str(file.locate()))["VICRegLoss"]()
peers = runpy.run_path("tests/benchmarks/written.py")
work = {
    "lightly, PyTorch": lightly,
    "facebook's form, PyTorch": lambda: partial(peers["written"], xp=torch, squares=peers["off_diagonal"]),
    "cheaper order, PyTorch": lambda: partial(peers["written"], xp=torch, squares=peers["cheaper"]),
    "lvicreg, PyTorch": VICRegLoss,
}[which]()
small = [torch.randn(8, 16, requires_grad=True) for _ in range(2)]
work(*small).backward()  # whatever PyTorch needs in any case
z = [torch.randn(B, N, requires_grad=True) for _ in range(2)]
before = peak()
work(*z).backward()
print(peak() - before)
"""


def extra_memory(B, N, which) -> int:
    """By how much loss and gradient raise the peak of a process that holds the activities, in bytes."""
    command, root = [sys.executable, "-c", MEMORY, str(B), str(N), which], Path(__file__).parents[2]
    return int(subprocess.run(command, check=True, capture_output=True, text=True, cwd=root).stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="not run: the peak of a process is read as Linux has it")
def test_memory(note) -> None:
    for N in (2048, 4096, 8192):
        for which in (LIGHTLY, "facebook's form, PyTorch", "cheaper order, PyTorch", OURS):
            note("vicreg-memory", which, N, extra_memory(256, N, which))
