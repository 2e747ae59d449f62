"""Written out, an expression has the values that the engine of arrays finds, at every entry."""

from itertools import product

import numpy as np
import pytest
from sympy import Expr, Function, Symbol, lambdify, tanh

from derivations import covariance, covariance_one_sample, log_variance, oja, total, variance
from lvicreg.calculus import Before, Definitions, Delta, H, Sigma, StopGradient, f, f_prime, gradient, relu
from lvicreg.calculus.axes import size_of
from lvicreg.calculus.explicit import written_out
from lvicreg.calculus.indexed import free_indices
from lvicreg.calculus.layer import K, W, b, i, j, k, m, network, p, q, u, x
from lvicreg.engines.evaluation.broadcasting import sample, value

SIZES = {"N": 2, "M": 3, "B": 3}
EXPRESSIONS = {
    "hinge": (variance.loss, network),
    "log-variance": (log_variance.loss_with_decay, network),
    "covariance": (covariance.loss, network),
    "entries of K": (K[i, k], network),
    "a delta": (Delta(i, k) * Sigma(u[b, i], b) + Sigma(Delta(j, m) * x[b, m], b, m), network),
    "an order": (Sigma(Before(k, i) * u[b, k], k), network),
    "one-sample": (covariance_one_sample.one_sample_loss, network),
    "gradient": (gradient(variance.loss, W[p, q], network), network),
    "Oja's mean field": (oja.O[j], oja.unit),
    "total": (total.hinge_update, total.in_losses),
}


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_written_out_has_the_same_values(name: str) -> None:
    expr, definitions = EXPRESSIONS[name]
    data = sample(expr, definitions, SIZES, 0.5)
    np.testing.assert_allclose(_entries(expr, definitions, data), value(expr, definitions, data))


WRONG = {
    "a factor": (oja.O[j], 2 * oja.O[j], oja.unit),
    "a sign": (oja.O[j], oja.Cw[j] + oja.s * oja.w[j], oja.unit),
    "an index": (oja.Cw[j] * oja.w[q], oja.Cw[q] * oja.w[j], oja.unit),
    "an index of a sum": (Sigma(x[b, j] ** 2, j), Sigma(x[b, j], j) ** 2, network),
    "a delta": (Delta(i, k) * K[i, k], K[i, k], network),
    "an order": (Before(i, k) * K[i, k], Before(k, i) * K[i, k], network),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_index_or_factor_changes_the_values(name: str) -> None:
    right, wrong, definitions = WRONG[name]
    data = sample(right, definitions, SIZES, 0.5)
    assert not np.allclose(_entries(wrong, definitions, data), value(right, definitions, data), rtol=1e-3)


def _entries(expr: Expr, definitions: Definitions, data: object) -> np.ndarray:
    """Written out at every value of its free indices, with numbers for the symbols."""
    axes = sorted(free_indices(expr), key=lambda index: ("BNM".index(str(size_of(index))), str(index)))
    found = np.empty([SIZES[str(size_of(index))] for index in axes])
    for place in product(*map(range, found.shape)):
        scalar = written_out(expr, SIZES, dict(zip(axes, place, strict=True)), definitions)
        scalar = scalar.replace(f, tanh).replace(f_prime, lambda a: 1 - tanh(a) ** 2)
        assert not scalar.atoms(Sigma, Delta)
        symbols = sorted(scalar.free_symbols, key=str)
        numbers = [_number(data, symbol) for symbol in symbols]
        found[place] = lambdify(symbols, scalar, ["numpy", {"Heaviside": np.heaviside}])(*numbers)
    return found


def _number(data: object, symbol: Symbol) -> float:
    base, *indices = str(symbol).rsplit("_", sum(part.isdigit() for part in str(symbol).split("_")))
    return np.asarray(getattr(data, base))[tuple(map(int, indices))]


def test_step_and_hinge_are_0_at_0_and_what_is_held_is_written() -> None:
    entry, at = Symbol("x_0_1"), {b: 0, j: 1}
    step, hinge, held = (written_out(g(x[b, j]), {}, at) for g in (H, relu, StopGradient))
    assert [step.subs(entry, value) for value in (-2, 0, 2)] == [0, 0, 1]
    assert [hinge.subs(entry, value) for value in (-2, 0, 2)] == [0, 0, 2]
    assert held == entry


def test_a_size_that_is_not_given_is_named() -> None:
    with pytest.raises(KeyError, match="M"):
        written_out(Sigma(x[b, j], j), {"B": 2}, {b: 0})


def test_other_functions_are_left_as_they_are() -> None:
    g = Function("g")
    assert written_out(Sigma(g(x[b, j]), j), {"M": 2}, {b: 1}) == g(Symbol("x_1_0")) + g(Symbol("x_1_1"))
