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

from sympy import Expr, Float, Heaviside, S, Symbol, SympifyError, diff, log, sqrt, tanh

from lvicreg.calculus import SG, Delta, H, NotLocal, Sigma, derivative, f, f_prime, gradient, is_zero, others, relu
from lvicreg.calculus.explicit import written_out
from lvicreg.calculus.layer import (
    B, K, M, N, W, a, alpha, b, c, df, epsilon, i, j, k, l, m, mean, network, p, q, sigma, t, u, var, x, z,
)  # fmt: skip
from lvicreg.calculus.notation import latex

beta, gamma, decay = (Symbol(name, positive=True) for name in ("beta", "gamma", "decay"))
SIZES = {"N": 2, "M": 2, "B": 3}
DIGITS = 30
NAMES = {
    "B": B, "K": K, "M": M, "N": N, "W": W, "a": a, "alpha": alpha, "b": b, "c": c, "df": df, "epsilon": epsilon, "i": i, "j": j,
    "k": k, "l": l, "m": m, "mean": mean, "p": p, "q": q, "sigma": sigma, "t": t, "u": u, "var": var, "x": x, "z": z,
    "beta": beta, "gamma": gamma, "decay": decay, "Sigma": Sigma, "Delta": Delta, "others": others, "relu": relu, "H": H, "SG": SG,
    "log": log, "sqrt": sqrt, "S": S,
}  # fmt: skip

presets = {
    "Variance, hinge": {
        "loss": "Sigma(relu(gamma - sigma[i]), i)",
        "gradient": "-alpha * H(gamma - sigma[p]) / sigma[p] * Sigma(u[b, p] * df[b, p] * x[b, q], b)",
        "held": False,
    },
    "Log-variance with decay": {
        "loss": "-Sigma(log(var[i] + epsilon), i) / 2 + decay / 2 * Sigma(W[i, j]**2, i, j)",
        "gradient": "-alpha / sigma[p]**2 * Sigma(u[b, p] * df[b, p] * x[b, q], b) + decay * W[p, q]",
        "held": False,
    },
    "Covariance": {
        "loss": "beta * Sigma(others(i, k) * K[i, k]**2, i, k)",
        "gradient": "4 * alpha * beta * Sigma(others(p, k) * K[p, k] * u[b, k] * df[b, p] * x[b, q], b, k)",
        "held": False,
    },
    "Covariance, one sample at a time, the mean held constant": {
        "loss": "beta * Sigma(others(i, k) * u[b, i]**2 * u[b, k]**2, b, i, k)",
        "gradient": "4 * beta * Sigma(others(p, k) * u[b, p] * u[b, k]**2 * df[b, p] * x[b, q], b, k)",
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
    definitions = network.held(mean) if held else network
    try:
        derived = gradient(loss, W[p, q], network.given(mean) if held else network)
        equal = is_zero(derivative(loss, W[p, q], definitions) - typed, definitions)
    except (TypeError, ValueError, NotLocal) as problem:
        raise Refused(f"The gradient cannot be derived: {problem}") from problem
    slope, claimed = at_random_values(loss, typed, definitions)
    return {
        "loss": latex(loss, names),
        "derived": latex(derived, names),
        "typed": latex(typed, names),
        "equal": equal,
        "diff": str(slope),
        "claimed": str(claimed),
        "agree": abs(slope - claimed) <= Float(10, DIGITS) ** (3 - DIGITS) * max(abs(slope), abs(claimed), 1),
    }


def at_random_values(loss: Expr, typed: Expr, definitions: Any) -> tuple[Expr, Expr]:
    """The derivative of the loss with respect to W_00 by SymPy's ``diff``, and the typed gradient, at one random point."""
    draw = random.Random(1)
    weight = Symbol("W_0_0", **W[p, q].assumptions0)
    means_held = definitions.value(mean[i]) is not None and isinstance(definitions.value(mean[i]), SG)
    at = {index: 0 for index in (p, q)}
    written = [concrete(expr, at, network.given(mean) if means_held else definitions) for expr in (loss, typed)]
    values: dict[Symbol, Expr] = {}
    for symbol in sorted(set().union(*(expr.free_symbols for expr in written)), key=str):
        values[symbol] = S(draw.randint(1, 99)) / 50 if symbol.is_positive or symbol.is_nonnegative else S(draw.randint(-99, 99)) / 50
    if means_held:  # their values at this point, whatever the weights may do
        for unit in range(SIZES["N"]):
            value = concrete(network.value(mean[i]), {i: unit}, network)
            for symbol in sorted(value.free_symbols - set(values), key=str):
                values[symbol] = S(draw.randint(-99, 99)) / 50
            values[Symbol(f"mean_{unit}", **mean[i].assumptions0)] = value.subs(values).evalf(DIGITS + 10)
    slope = diff(written[0], weight)
    return tuple(expr.subs(values).evalf(DIGITS) for expr in (slope, written[1]))


def concrete(expr: Expr, at: dict[Any, int], definitions: Any) -> Expr:
    """An expression written out, with f = tanh."""
    scalar = written_out(expr, SIZES, at, definitions)
    return scalar.replace(f, tanh).replace(f_prime, lambda a: 1 - tanh(a) ** 2).replace(Heaviside, lambda a, at_zero: Heaviside(a, 0))
