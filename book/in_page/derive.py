"""A gradient derived and checked in the reader's browser, by the project's own calculus.

``presets`` are losses and gradients as one would type them; ``check(loss, gradient, held)`` reads such a text and

1. derives the gradient of the loss with ``lvicreg.calculus``, for symbolic N, M, B and an arbitrary f, and decides whether the
   typed gradient equals it;
2. asks SymPy's own ``diff`` as well: both texts are written out for two units, two inputs and three samples with f = tanh, and
   compared at random weights and inputs, to 30 digits. That way neither the calculus' derivative nor its normal form is used.
"""

from __future__ import annotations

import random
from typing import Any

from sympy import Expr, Float, S, Symbol, SympifyError, diff, log, sqrt, tanh

from lvicreg.calculus import SG, Delta, H, Sigma, derivative, distinct, f, f_prime, gradient, is_zero, layer, relu
from lvicreg.calculus.explicit import written_out
from lvicreg.calculus.indexed import free_indices
from lvicreg.calculus.layer import W, i, mean, network, p, q
from lvicreg.calculus.notation import latex

SIZES = {"N": 2, "M": 2, "B": 3}
DIGITS = 30
OF_THE_LAYER = [
    "B",
    "K",
    "M",
    "N",
    "W",
    "a",
    "alpha",
    "b",
    "c",
    "slope",
    "epsilon",
    "i",
    "j",
    "k",
    "l",
    "m",
    "mean",
    "p",
    "q",
    "sigma",
    "t",
    "u",
    "var",
    "x",
    "z",
]
FUNCTIONS = {
    "Delta": Delta, "H": H, "S": S, "SG": SG, "Sigma": Sigma, "distinct": distinct, "log": log, "relu": relu, "sqrt": sqrt
}  # fmt: skip
NAMES = {  # that a reader's text may use
    **{name: getattr(layer, name) for name in OF_THE_LAYER},
    **{name: Symbol(name, positive=True) for name in ("beta", "gamma", "decay")},
    **FUNCTIONS,
}

presets = {
    "Variance, hinge": {
        "loss": "Sigma(relu(gamma - sigma[i]), i)",
        "gradient": "-alpha * H(gamma - sigma[p]) / sigma[p] * Sigma(u[b, p] * slope[b, p] * x[b, q], b)",
        "held": False,
    },
    "Log-variance with decay": {
        "loss": "-Sigma(log(var[i] + epsilon), i) / 2 + decay / 2 * Sigma(W[i, j]**2, i, j)",
        "gradient": "-alpha / sigma[p]**2 * Sigma(u[b, p] * slope[b, p] * x[b, q], b) + decay * W[p, q]",
        "held": False,
    },
    "Covariance": {
        "loss": "beta * Sigma(distinct(i, k) * K[i, k]**2, i, k)",
        "gradient": "4 * alpha * beta * Sigma(distinct(p, k) * K[p, k] * u[b, k] * slope[b, p] * x[b, q], b, k)",
        "held": False,
    },
    "Covariance, one sample at a time, the mean held constant": {
        "loss": "beta * Sigma(distinct(i, k) * u[b, i]**2 * u[b, k]**2, b, i, k)",
        "gradient": "4 * beta * Sigma(distinct(p, k) * u[b, p] * u[b, k]**2 * slope[b, p] * x[b, q], b, k)",
        "held": True,
    },
}


class Refused(ValueError):
    """The reader's text cannot be used, and why."""


def read(text: str, what: str) -> Expr:
    """The expression that a text stands for."""
    try:
        return S(eval(compile(text.strip(), what, "eval"), {"__builtins__": {}}, NAMES))
    except SyntaxError as problem:
        raise Refused(f"The {what} is not a Python expression: {problem.msg}, at character {problem.offset}.") from problem
    except NameError as problem:
        raise Refused(f"The {what} has an unknown name: {problem}. Known are {', '.join(sorted(NAMES))}.") from problem
    except (TypeError, ValueError, IndexError, AttributeError, SympifyError) as problem:
        raise Refused(f"The {what} cannot be read: {problem}") from problem


def check(loss_text: str, gradient_text: str, held: bool, names: dict[str, str]) -> dict[str, Any]:
    """What the browser shows: the derived gradient in LaTeX, the verdict, and what SymPy's ``diff`` found."""
    loss, typed = read(loss_text, "loss"), read(gradient_text, "gradient")
    for expr, what, allowed in ((loss, "loss", set()), (typed, "gradient", {p, q})):
        loose = sorted(map(str, free_indices(expr) - allowed))
        if loose:
            raise Refused(f"In the {what} no Sigma sums over {', '.join(loose)}.")
    definitions = network.holding(mean) if held else network
    try:
        derived = gradient(loss, W[p, q], network.primitive(mean) if held else network)
        equal = is_zero(derivative(loss, W[p, q], definitions) - typed, definitions)
    except (TypeError, ValueError) as problem:
        raise Refused(f"The gradient cannot be derived: {problem}") from problem
    points = (at_random_values(loss, typed, held, seed) for seed in range(10))
    slope, claimed = next(((s, c) for s, c in points if s or c), (S.Zero, S.Zero))  # a hinge may be closed at some
    return {
        "loss": latex(loss, names),
        "derived": latex(derived, names),
        "typed": latex(typed, names),
        "equal": equal,
        "diff": str(slope),
        "claimed": str(claimed),
        "agree": bool(abs(slope - claimed) <= Float(10, DIGITS) ** (3 - DIGITS) * max(abs(slope), abs(claimed))),
    }


def at_random_values(loss: Expr, typed: Expr, held: bool, seed: int) -> tuple[Expr, Expr]:
    """The derivative of the loss with respect to W_00 by SymPy's ``diff``, and the typed gradient, at one random point."""
    draw = random.Random(seed)

    def drawn(symbol: Symbol) -> Expr:
        return S(draw.randint(1, 99) if symbol.is_nonnegative else draw.randint(-99, 99)) / 50

    definitions = network.primitive(mean) if held else network
    written, claimed = (concrete(expr, {p: 0, q: 0}, definitions) for expr in (loss, typed))
    means = {unit: concrete(network.value(mean[i]), {i: unit}, network) for unit in range(SIZES["N"])}
    symbols = set().union(*(expr.free_symbols for expr in (written, claimed, *means.values())))
    values = {symbol: drawn(symbol) for symbol in sorted(symbols, key=str)}
    for unit, value in means.items():  # where they are held, numbers, whatever the weights may do
        values[Symbol(f"mean_{unit}", **mean[i].assumptions0)] = value.subs(values).evalf(2 * DIGITS)
    weight = Symbol("W_0_0", **W[p, q].assumptions0)
    return tuple(expr.subs(values).evalf(DIGITS) for expr in (diff(written, weight), claimed))


def concrete(expr: Expr, at: dict[Any, int], definitions: Any) -> Expr:
    """An expression written out, with f = tanh."""
    return written_out(expr, SIZES, at, definitions).replace(f, tanh).replace(f_prime, lambda a: 1 - tanh(a) ** 2)
