"""The generated rules against published VICReg losses as their packages ship them, differentiated by PyTorch.

Each loss is a sum of the terms whose rules are generated here, with a factor that its convention fixes: ``N`` units, ``B``
samples, two views. Without a stop-gradient the invariance term has one update for each view.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from importlib.metadata import PackageNotFoundError, files
from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from lvicreg import rules

torch = pytest.importorskip("torch")

COEFFICIENTS = {"inv": 25.0, "var": 25.0, "cov": 1.0}  # of the three terms, in the packages' own convention


@dataclass(frozen=True)
class Published:
    """A package's loss of two views, and the factors by which its terms are those of the rules."""

    load: Callable[[], Callable[[Any, Any], Any]]
    variance: Callable[[int], Fraction]  # of Σ_i max(0, 1 − σ_i), for each view; given N
    covariance: Callable[[int], Fraction]  # of Σ_{i≠k} K_ik², for each view; given N
    invariance: Callable[[int, int], Fraction]  # of Σ_b ‖z_b − z'_b‖²; given N and B


def shipped(package: str, path: str) -> ModuleType:
    """A module of an installed package, loaded by itself: the package as a whole may need more than is installed."""
    try:
        (file,) = (file for file in files(package) or () if str(file) == path)
    except PackageNotFoundError:
        pytest.skip(f"not run: {package} is not installed")
    spec = spec_from_file_location(f"shipped_{package.replace('-', '_')}", file.locate())
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def lightly() -> Callable[[Any, Any], Any]:
    return shipped("lightly", "lightly/loss/vicreg_loss.py").VICRegLoss()


def solo_learn() -> Callable[[Any, Any], Any]:
    return shipped("solo-learn", "solo/losses/vicreg.py").vicreg_loss_func


def pytorch_metric_learning() -> Callable[[Any, Any], Any]:
    losses = pytest.importorskip("pytorch_metric_learning.losses", reason="not run: pytorch-metric-learning is not installed")
    loss = losses.VICRegLoss()
    return lambda first, second: loss(first, ref_emb=second)


SOURCES = {
    "lightly": Published(lightly, lambda N: Fraction(1, 2 * N), lambda N: Fraction(1, N), lambda N, B: Fraction(1, N * B)),
    "solo-learn": Published(solo_learn, lambda N: Fraction(1, N), lambda N: Fraction(1, N), lambda N, B: Fraction(1, N * B)),
    "pytorch-metric-learning": Published(
        pytorch_metric_learning, lambda N: Fraction(1, 2 * N), lambda N: Fraction(1, N), lambda N, B: Fraction(1, N * B)
    ),
}
SIZES = [(2, 2, 3), (3, 5, 4), (8, 4, 6), (5, 7, 2)]  # B, N, M


def views(B: int, N: int, M: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Two views of the input, and weights for which some units are below the hinge's threshold and some above."""
    random = np.random.default_rng([B, N, M])
    return random.normal(size=(B, M)), random.normal(size=(B, M)), random.normal(size=(N, M)) * np.linspace(0.1, 2, N)[:, None]


def by_the_rules(source: Published, x: np.ndarray, y: np.ndarray, W: np.ndarray) -> np.ndarray:
    """The direction of descent of the package's loss, made of the generated rules."""
    (B, _), N = x.shape, len(W)
    a, b = x @ W.T, y @ W.T
    z, v = np.tanh(a), np.tanh(b)
    update = np.zeros_like(W)
    for inputs, activity, other in ((x, z, v), (y, v, z)):
        df = 1 - activity**2
        update += COEFFICIENTS["var"] * float(source.variance(N)) * rules.variance(inputs, activity, df, epsilon=1e-4)
        update += COEFFICIENTS["cov"] * float(source.covariance(N)) * rules.covariance(inputs, activity, df)
        update += COEFFICIENTS["inv"] * float(source.invariance(N, B)) * rules.invariance(inputs, activity, other, df)
    return update


def by_pytorch(loss: Callable[[Any, Any], Any], x: np.ndarray, y: np.ndarray, W: np.ndarray) -> np.ndarray:
    weights = torch.tensor(W, requires_grad=True)
    loss(*(torch.tanh(torch.tensor(view) @ weights.T) for view in (x, y))).backward()
    return -weights.grad.numpy()


def relative(found: np.ndarray, expected: np.ndarray) -> float:
    return float(np.abs(found - expected).max() / np.abs(expected).max())


@pytest.mark.parametrize("sizes", SIZES, ids=str)
@pytest.mark.parametrize("name", SOURCES)
def test_the_rules_are_the_gradient_of_the_published_loss(name: str, sizes: tuple[int, int, int]) -> None:
    source, data = SOURCES[name], views(*sizes)
    assert relative(by_the_rules(source, *data), by_pytorch(source.load(), *data)) <= 1e-10


@pytest.mark.parametrize("term", ["variance", "covariance", "invariance"])
@pytest.mark.parametrize("name", SOURCES)
def test_a_factor_of_two_in_one_term_is_noticed(name: str, term: str) -> None:
    source, data = SOURCES[name], views(8, 4, 6)
    wrong = Published(**{**vars(source), term: lambda *sizes: 2 * getattr(source, term)(*sizes)})
    assert relative(by_the_rules(wrong, *data), by_pytorch(source.load(), *data)) >= 1e-3
