"""Published VICReg losses as their packages ship them against the rules, value and gradient, by the weights of the conventions.

PyTorch computes and differentiates a package's loss of two views. Its gradient must be the sum, over both views, of the
generated rules times ``conventions.for_rules``; its value that of NumPy's losses times the same weights. Where a package's
factors are not those of the paper that it implements, a test says by how much.
"""

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lvicreg import rules
from lvicreg.conventions import PRESETS, convert, for_rules
from tests.packages import SHIPPED, Loss, published

torch = pytest.importorskip("torch")

COEFFICIENTS = {"invariance": 25, "variance": 25, "covariance": 1}  # the packages' defaults
SIZES = [
    (2, 2, 3),
    (2, 7, 3),
    (3, 5, 4),
    (4, 2, 9),
    (5, 7, 2),
    (8, 4, 6),
    (16, 16, 8),
    (32, 3, 5),
    (9, 40, 6),
    (65, 33, 17),
]  # B, N, M


def views(B: int, N: int, M: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Two views of the input, and weights for which some units are below the hinge's threshold and some above."""
    random = np.random.default_rng([B, N, M])
    return random.normal(size=(B, M)), random.normal(size=(B, M)), random.normal(size=(N, M)) * np.linspace(0.1, 4, N)[:, None]


def activity(x: Any, W: Any) -> Any:
    """A smooth activation whose standard deviations reach beyond the threshold; and for both array libraries."""
    a = x @ W.T
    return a + (torch.sin(a) if isinstance(a, torch.Tensor) else np.sin(a)) / 2


def slopes(x: np.ndarray, W: np.ndarray) -> np.ndarray:
    return 1 + np.cos(x @ W.T) / 2


def by_the_rules(weights: dict[str, Fraction], x: np.ndarray, y: np.ndarray, W: np.ndarray) -> np.ndarray:
    """The direction of descent: each rule for both views, times its weight."""
    z, v = activity(x, W), activity(y, W)
    update = np.zeros_like(W)
    for inputs, own, other in ((x, z, v), (y, v, z)):
        slope = slopes(inputs, W)
        update += float(weights.get("variance", 0)) * rules.variance(inputs, own, slope, gamma=1.0, epsilon=1e-4)
        update += float(weights.get("covariance", 0)) * rules.covariance(inputs, own, slope)
        update += float(weights.get("invariance", 0)) * rules.invariance(inputs, own, other, slope)
    return update


def by_numpy(weights: dict[str, Fraction], x: np.ndarray, y: np.ndarray, W: np.ndarray) -> float:
    """The value: the losses that the rules descend, for both views, and the distance of the views once."""
    pair = activity(x, W), activity(y, W)
    total = float(weights.get("invariance", 0)) * np.sum((pair[0] - pair[1]) ** 2)
    for z in pair:
        K = np.atleast_2d(np.cov(z, rowvar=False, ddof=1))
        total += float(weights.get("variance", 0)) * np.sum(np.maximum(0, 1 - np.sqrt(np.diagonal(K) + 1e-4)))
        total += float(weights.get("covariance", 0)) * (np.sum(np.square(K)) - np.sum(np.diagonal(K) ** 2))
    return float(total)


def by_pytorch(loss: Loss, x: np.ndarray, y: np.ndarray, W: np.ndarray) -> tuple[float, np.ndarray]:
    """Value and direction of descent."""
    weights = torch.tensor(W, requires_grad=True)
    value = loss(*(activity(torch.tensor(view), weights) for view in (x, y)))
    value.backward()
    return value.item(), -weights.grad.numpy()


def relative(found: Any, expected: Any) -> float:
    return float(np.max(np.abs(np.asarray(found) - expected)) / np.max(np.abs(expected)))


def test_sizes_have_units_on_both_sides_of_the_threshold():
    for sizes in SIZES[1:]:
        x, _, W = views(*sizes)
        std = np.std(activity(x, W), axis=0, ddof=1)
        assert std.min() < 1 < std.max(), sizes


@pytest.mark.parametrize("sizes", SIZES, ids=str)
@pytest.mark.parametrize("name", SHIPPED)
def test_value_and_gradient(name, sizes):
    data, (B, N, _) = views(*sizes), sizes
    weights = for_rules(COEFFICIENTS, name, N=N, B=B)
    value, descent = by_pytorch(published(name, **COEFFICIENTS), *data)
    assert relative(by_the_rules(weights, *data), descent) <= 1e-10
    assert relative(by_numpy(weights, *data), value) <= 1e-10


@pytest.mark.parametrize("term", COEFFICIENTS)
@pytest.mark.parametrize("name", SHIPPED)
def test_each_term_by_itself(name, term):
    """So that no term hides behind a larger one."""
    for B, N, M in ((8, 4, 6), (5, 12, 6)):
        data = views(B, N, M)
        weights = for_rules({term: 3}, name, N=N, B=B)
        value, descent = by_pytorch(published(name, **{term: 3}), *data)
        assert relative(by_the_rules(weights, *data), descent) <= 1e-10
        assert relative(by_numpy(weights, *data), value) <= 1e-10


@pytest.mark.parametrize("factor", [2, -1, Fraction(8, 7)], ids=str)
@pytest.mark.parametrize("term", COEFFICIENTS)
@pytest.mark.parametrize("name", SHIPPED)
def test_a_wrong_factor_in_one_term_is_noticed(name, term, factor):
    data = views(8, 4, 6)
    weights = for_rules(COEFFICIENTS, name, N=4, B=8)
    weights[PRESETS[name].terms[term].rule] *= factor
    value, descent = by_pytorch(published(name, **COEFFICIENTS), *data)
    assert relative(by_the_rules(weights, *data), descent) >= 1e-4
    assert relative(by_numpy(weights, *data), value) >= 1e-4


@pytest.mark.parametrize("source", SHIPPED)
@pytest.mark.parametrize("target", SHIPPED)
def test_converted_coefficients_give_the_same_loss(source, target):
    data = views(8, 4, 6)
    converted = convert(COEFFICIENTS, source, target, N=4, B=8)
    value, descent = by_pytorch(published(source, **COEFFICIENTS), *data)
    other_value, other_descent = by_pytorch(published(target, **{k: float(v) for k, v in converted.items()}), *data)
    assert relative(other_descent, descent) <= 1e-10
    assert relative(other_value, value) <= 1e-10


def vicreg_paper(z: Any, v: Any, coefficients: dict[str, float]) -> Any:
    """arXiv 2105.04906, Eq. 6: the terms of Eq. 1, 4 and 5 as they stand there, in PyTorch."""
    n, d = z.shape
    invariance = sum(torch.linalg.vector_norm(z[b] - v[b]) ** 2 for b in range(n)) / n
    variance, covariance = 0, 0
    for view in (z, v):
        variance += sum(torch.relu(1 - torch.sqrt(torch.var(view[:, j], correction=1) + 1e-4)) for j in range(d)) / d
        C = torch.cov(view.T, correction=1)
        covariance += sum(C[i, j] ** 2 for i in range(d) for j in range(d) if i != j) / d
    terms = {"invariance": invariance, "variance": variance, "covariance": covariance}
    return sum(coefficients[name] * term for name, term in terms.items())


@pytest.mark.parametrize("name", SHIPPED)
def test_how_a_package_differs_from_the_paper_that_it_implements(name):
    """The paper's loss has the package's gradient with converted coefficients, and not with the package's own."""
    B, N, M = 6, 4, 5
    data = views(B, N, M)
    _, descent = by_pytorch(published(name, **COEFFICIENTS), *data)
    converted = {k: float(v) for k, v in convert(COEFFICIENTS, name, PRESETS[name].paper, N=N, B=B).items()}
    _, of_the_paper = by_pytorch(lambda z, v: vicreg_paper(z, v, converted), *data)
    assert relative(of_the_paper, descent) <= 1e-10
    _, unconverted = by_pytorch(lambda z, v: vicreg_paper(z, v, COEFFICIENTS), *data)
    assert relative(unconverted, descent) >= 0.1
    assert converted["invariance"] == 25 / N  # a mean over units and samples, where the paper has a mean over samples
    assert converted["variance"] == (25 if name == "solo-learn" else 12.5)  # views averaged, where the paper adds them
    assert converted["covariance"] == 1


def test_the_packages_compared_are_those_that_ci_installs():
    installed = (Path(__file__).parents[1] / "Makefile").read_text(encoding="utf-8")
    for name in SHIPPED:
        assert PRESETS[name].package.replace(" ", "==") in installed
