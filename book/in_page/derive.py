"""A gradient derived and checked in the reader's browser, by the project's own calculus.

``presets`` are the losses and gradients of the note as one would type them. ``check(loss, gradient, held)`` reads two texts and

1. derives the gradient of the loss with ``lvicreg.calculus``, for symbolic N, M, B and an arbitrary f, and decides whether the
   typed gradient equals it; where it does not, it says by what they differ, and whether by a constant factor;
2. asks SymPy's own ``diff`` as well: both texts are written out at two choices of N, M and B with f = tanh, and compared at
   random weights and inputs, to 30 digits. That way neither the calculus' derivative nor its normal form is used.

A text may come from a link. So it is read as arithmetic on known names and never as any other Python.
"""

from __future__ import annotations

import ast
import random
from functools import lru_cache
from math import prod
from typing import Any, NamedTuple

from sympy import (
    Expr,
    Float,
    Function,
    Idx,
    Indexed,
    IndexedBase,
    Rational,
    S,
    Symbol,
    diff,
    log,
    nan,
    nsimplify,
    oo,
    sqrt,
    tanh,
    zoo,
)

from lvicreg.calculus import SG, D, Delta, H, Sigma, derivative, distinct, f, f_prime, gradient, is_zero, layer, normal, relu
from lvicreg.calculus.definitions import Definitions
from lvicreg.calculus.explicit import written_out
from lvicreg.calculus.functions import f_second
from lvicreg.calculus.indexed import free_indices
from lvicreg.calculus.layer import B, M, N, W, alpha, b, i, j, k, mean, network, p, q, u, x
from lvicreg.calculus.notation import latex
from lvicreg.calculus.operators import resolve

# at one of these 2, N, N - 1, M, B, B - 1 and their inverses differ
SIZES = ({"N": 2, "M": 3, "B": 4}, {"N": 3, "M": 1, "B": 3})
DIGITS = 30
LARGEST = 24  # denominator of a number that is simple
POINTS = 4  # of each sizes: a hinge is closed at some of them, and open at others
LARGEST_EXPONENT = 64
WEIGHT = Symbol("W_0_0", **W[p, q].assumptions0)

# --- what a text may use --------------------------------------------------------------------------------------------------
x_prev, a_prev, z_prev, slope_prev = map(IndexedBase, ("x_prev", "a_prev", "z_prev", "slope_prev"))  # one time step before
squares = IndexedBase("S")
given = network.replace(
    {
        a_prev[b, i]: Sigma(W[i, j] * x_prev[b, j], j),
        z_prev[b, i]: f(a_prev[b, i]),
        slope_prev[b, i]: f_prime(a_prev[b, i]),
        squares[b]: Sigma(u[b, k] ** 2, k),
    }
)
ARRAYS = {str(name): pattern for name, pattern in ((each, given[each][0]) for each in given) if isinstance(pattern, Indexed)}
ARRAYS |= {"W": W[i, j], "x": x[b, j], "x_prev": x_prev[b, j]}
INDICES = {letter: Idx(letter, size) for size, letters in ((N, "iklnop"), (M, "jmrsq"), (B, "bctdegh")) for letter in letters}
SCALARS = {str(size): size for size in (N, M, B)} | {"alpha": alpha, "epsilon": layer.epsilon}
SCALARS |= {
    name: Symbol(name, positive=True)
    for name in ("beta", "gamma", "decay", "c_inv", "c_var", "c_cov", "lambda_inv", "lambda_var", "lambda_cov")
}
FUNCTIONS = {"D": D, "Delta": Delta, "H": H, "SG": SG, "Sigma": Sigma, "distinct": distinct, "f": f, "f_prime": f_prime}
FUNCTIONS |= {"f_second": f_second, "log": log, "relu": relu, "sqrt": sqrt, "tanh": tanh}
NAMES = {**{name: pattern.base for name, pattern in ARRAYS.items()}, **INDICES, **SCALARS, **FUNCTIONS}
ARITHMETIC = (ast.Expression, ast.BinOp, ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow, ast.UnaryOp, ast.USub, ast.UAdd)
ARITHMETIC += (ast.Call, ast.Subscript, ast.Tuple, ast.Name, ast.Load, ast.Constant)

_one_sample = "Sigma(distinct(i, k) * u[b, i]**2 * u[b, k]**2, b, i, k)"
_open_hinge = "H(gamma - sigma[p]) / sigma[p]"
_total = "Sigma((2 * c_inv * (z[b, p] - z_prev[b, p]) - alpha * c_var * {} * u[b, p]\n"
_total += "  + 4 * c_cov * beta * u[b, p] * Sigma(distinct(p, k) * u[b, k]**2, k)) * slope[b, p] * x[b, q], b)"

presets: dict[str, dict[str, Any]] = {
    "variance": {
        "title": "Variance, hinge",
        "loss": "Sigma(relu(gamma - sigma[i]), i)",
        "gradient": f"-alpha * {_open_hinge} * Sigma(u[b, p] * slope[b, p] * x[b, q], b)",
        "held": False,
    },
    "log-variance": {
        "title": "Log-variance",
        "loss": "-Sigma(log(var[i] + epsilon), i) / 2",
        "gradient": "-alpha / sigma[p]**2 * Sigma(u[b, p] * slope[b, p] * x[b, q], b)",
        "held": False,
    },
    "log-variance-decay": {
        "title": "Log-variance with weight decay",
        "loss": "-Sigma(log(var[i] + epsilon), i) / 2 + decay / 2 * Sigma(W[i, j]**2, i, j)",
        "gradient": "-alpha / sigma[p]**2 * Sigma(u[b, p] * slope[b, p] * x[b, q], b) + decay * W[p, q]",
        "held": False,
    },
    "invariance": {
        "title": "Invariance, the past held constant",
        "loss": "Sigma((z[b, i] - SG(z_prev[b, i]))**2, b, i)",
        "gradient": "2 * Sigma((z[b, p] - z_prev[b, p]) * slope[b, p] * x[b, q], b)",
        "held": False,
    },
    "covariance": {
        "title": "Covariance",
        "loss": "beta * Sigma(distinct(i, k) * K[i, k]**2, i, k)",
        "gradient": "4 * alpha * beta * Sigma(distinct(p, k) * K[p, k] * u[b, k] * slope[b, p] * x[b, q], b, k)",
        "held": False,
    },
    "covariance-one-sample": {
        "title": "Covariance, one sample at a time, the mean held constant",
        "loss": f"beta * {_one_sample}",
        "gradient": "4 * beta * Sigma(distinct(p, k) * u[b, p] * u[b, k]**2 * slope[b, p] * x[b, q], b, k)",
        "held": True,
    },
    "third-factor": {
        "title": "Covariance, third factor, the mean held constant",
        "loss": "beta * Sigma(S[b]**2, b)",
        "gradient": "4 * beta * Sigma(S[b] * u[b, p] * slope[b, p] * x[b, q], b)",
        "held": True,
    },
    "total": {
        "title": "Total, with the hinge",
        "loss": f"c_inv * Sigma((z[b, i] - SG(z_prev[b, i]))**2, b, i)\n  + c_var * Sigma(relu(gamma - sigma[i]), i)\n"
        f"  + c_cov * beta * {_one_sample}",
        "gradient": _total.format(_open_hinge),
        "held": True,
    },
    "total-log-variance": {
        "title": "Total, with the log-variance",
        "loss": f"c_inv * Sigma((z[b, i] - SG(z_prev[b, i]))**2, b, i)\n  - c_var / 2 * Sigma(log(var[i] + epsilon), i)\n"
        f"  + c_cov * beta * {_one_sample}",
        "gradient": _total.format("1 / sigma[p]**2"),
        "held": True,
    },
}


class Refused(ValueError):
    """The reader's text cannot be used, and why."""


# --- reading ----------------------------------------------------------------------------------------------------------------
def read(text: str, what: str) -> Expr:
    """The expression that a text stands for, its numbers exact."""
    if not text.strip():
        raise Refused(f"The {what} is empty.")
    try:
        tree = ast.parse(text.strip().replace("\n", " "), mode="eval")
    except SyntaxError as problem:
        raise Refused(f"The {what} is not a Python expression: {problem.msg}, at character {problem.offset}.") from problem
    _admit(tree, what)
    try:
        expr = S(eval(compile(_Exact().visit(tree), what, "eval"), {"__builtins__": {}}, {**NAMES, "_exactly": Rational}))
    except (TypeError, ValueError, IndexError, AttributeError) as problem:
        raise Refused(f"The {what} cannot be read: {problem}.") from problem
    if not isinstance(expr, Expr) or expr.has(zoo, nan, oo):
        raise Refused(f"The {what} is {expr}, which is not a number.")
    for entry in sorted(expr.atoms(Indexed), key=str):
        pattern = ARRAYS[str(entry.base)]
        if [index.args[1] for index in entry.indices] != [index.args[1] for index in pattern.indices]:
            raise Refused(f"In the {what} stands {entry}; {entry.base} is written with indices such as {pattern}.")
    return expr


def _admit(tree: ast.AST, what: str) -> None:
    """Let nothing pass but arithmetic, with functions called and arrays indexed."""
    used = {id(node.func): FUNCTIONS for node in ast.walk(tree) if isinstance(node, ast.Call)}
    used |= {id(node.value): ARRAYS for node in ast.walk(tree) if isinstance(node, ast.Subscript)}
    for node in ast.walk(tree):
        number = isinstance(node, ast.Constant) and type(node.value) in (int, float)
        if not isinstance(node, ARITHMETIC) or (isinstance(node, ast.Constant) and not number):
            raise Refused(f"The {what} has more than arithmetic in it: {ast.unparse(node)}")
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
            _admit_exponent(node.right, what)
        if getattr(node, "keywords", ()) or (id(node) in used and not isinstance(node, ast.Name)):
            raise Refused(f"The {what} has more than arithmetic in it: {ast.unparse(node)}")
        if isinstance(node, ast.Name):
            if node.id not in NAMES:
                raise Refused(f"The {what} has an unknown name: {node.id}. Known are {', '.join(sorted(NAMES))}.")
            if node.id in ARRAYS and used.get(id(node)) is not ARRAYS:
                raise Refused(f"In the {what} {node.id} stands without its indices: {ARRAYS[node.id]}.")
            if (node.id in FUNCTIONS) != (used.get(id(node)) is FUNCTIONS):
                reason = "is a function, and has no arguments" if node.id in FUNCTIONS else "is not a function"
                raise Refused(f"In the {what} {node.id} {reason}.")


def _admit_exponent(tree: ast.AST, what: str) -> None:
    """No number whose digits would fill the memory."""
    inside = list(ast.walk(tree))
    numbers = [abs(node.value) for node in inside if isinstance(node, ast.Constant) and type(node.value) in (int, float)]
    nested = any(isinstance(node, ast.Pow) for node in inside)
    if nested or prod(max(number, 1) for number in numbers) > LARGEST_EXPONENT:
        raise Refused(f"The {what} has an exponent above {LARGEST_EXPONENT}: {ast.unparse(tree)}")


class _Exact(ast.NodeTransformer):
    """``1/2`` is a half, and no floating-point number."""

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        name = ast.Name("_exactly", ast.Load())
        return ast.fix_missing_locations(ast.copy_location(ast.Call(name, [ast.Constant(repr(node.value))], []), node))


# --- checking ---------------------------------------------------------------------------------------------------------------
def check(loss_text: str, gradient_text: str, held: bool, names: dict[str, str]) -> dict[str, Any]:
    """What the browser shows: the derived gradient in LaTeX, the verdict, the difference, and what SymPy's ``diff`` found."""
    loss, typed = read(loss_text, "loss"), read(gradient_text, "gradient")
    for expr, what, allowed in ((loss, "loss", set()), (typed, "gradient", {p, q})):
        loose = sorted(map(str, free_indices(expr) - allowed))
        if loose:
            raise Refused(f"In the {what} no Sigma sums over {', '.join(loose)}.")
    definitions = given.holding(mean) if held else given
    try:
        derived, exact = gradients(loss, held)
        taken = resolve(typed, definitions)
        equal = is_zero(exact - taken, definitions)
        points = at_random_values(loss, typed, held)
    except (TypeError, ValueError, IndexError) as problem:
        raise Refused(f"The gradient cannot be derived: {problem}.") from problem
    factor = None if equal else times(exact, taken, points, definitions)
    shown = max(points, key=lambda point: (not agree(point.slope, point.claimed), any((point.slope, point.claimed))))
    same = agree(shown.slope, shown.claimed)
    return {
        "verdict": "equal" if equal else "open" if same and factor is None else "refused",
        "loss": latex(loss, names),
        "derived": latex(derived, names),
        "typed": latex(typed, names),
        "difference": None if equal else latex(normal(derived - taken), names),
        "factor": None if factor is None else latex(factor, names),
        "diff": str(shown.slope),
        "claimed": str(shown.claimed),
        "agree": same,
        "at": ", ".join(f"{name} = {size}" for name, size in shown.sizes.items()),
    }


@lru_cache(maxsize=8)  # a loss is asked about again and again
def gradients(loss: Expr, held: bool) -> tuple[Expr, Expr]:
    """The gradient of a loss by the calculus, for the eye, and as it is compared."""
    derived = gradient(loss, W[p, q], given.primitive(mean) if held else given)
    return derived, derivative(loss, W[p, q], given.holding(mean) if held else given)


class Point(NamedTuple):
    """The derivative of the loss with respect to W_00 by SymPy's ``diff``, and the typed gradient, at some sizes and values."""

    slope: Expr
    claimed: Expr
    sizes: dict[str, int]
    values: dict[Symbol, Expr]


def times(exact: Expr, taken: Expr, points: list[Point], definitions: Definitions) -> Expr | None:
    """The constant by which the typed gradient is too large, if there is one: a simple number, perhaps times α, β, N or B.

    Which come into question is seen at the random points; that one is right is decided for all sizes.
    """
    ratios = [(point.claimed / point.slope, point) for point in points if point.slope]
    for symbol in (S.One, *(each**sign for each in (alpha, SCALARS["beta"], N, B) for sign in (1, -1))):
        numbers = [ratio / written_out(symbol, point.sizes, {}, definitions).subs(point.values) for ratio, point in ratios]
        if not numbers or not all(number.is_number and number.is_real and agree(number, numbers[0]) for number in numbers):
            continue
        simple = nsimplify(numbers[0], rational=True, tolerance=1e-9)
        if simple.q <= LARGEST and agree(simple, numbers[0]) and is_zero(simple * symbol * exact - taken, definitions):
            return simple * symbol
    return None


class Held(Function):
    """What SymPy's ``diff`` shall take for a constant."""

    def _eval_derivative(self, symbol: Symbol) -> Expr:
        return S.Zero


def at_random_values(loss: Expr, typed: Expr, held: bool) -> list[Point]:
    """Both at some random points. Weights and inputs have either sign at some of them."""
    definitions = given.holding(mean) if held else given
    found = []
    for sizes, slope in zip(SIZES, slopes(loss, held), strict=True):
        claimed = concrete(typed, sizes, definitions).replace(D, diff).replace(Held, lambda value: value)
        symbols = sorted(slope.free_symbols | claimed.free_symbols | {WEIGHT}, key=str)
        draw = random.Random(0)
        sign = {each: 1 if each.is_nonnegative else draw.choice((-1, 1)) for each in symbols}
        for _ in range(POINTS):
            values = {each: sign[each] * Rational(draw.randint(1, 99), 50) for each in symbols}
            found.append(Point(slope.xreplace(values).evalf(DIGITS), claimed.xreplace(values).evalf(DIGITS), sizes, values))
            sign = {each: 1 if each.is_nonnegative else -sign[each] for each in symbols}
    return found


@lru_cache(maxsize=8)
def slopes(loss: Expr, held: bool) -> list[Expr]:
    """The derivatives of a loss with respect to W_00 by SymPy's ``diff``, at each of the sizes."""
    definitions = given.holding(mean) if held else given
    return [diff(concrete(loss, sizes, definitions), WEIGHT).replace(Held, lambda value: value) for sizes in SIZES]


def agree(one: Expr, other: Expr) -> bool:
    """Whether two numbers are the same but for rounding."""
    return bool(abs(one - other) <= Float(10, DIGITS) ** (3 - DIGITS) * max(abs(one), abs(other)))


def concrete(expr: Expr, sizes: dict[str, int], definitions: Definitions) -> Expr:
    """An expression written out for ``W_00``, with f = tanh and what is held constant marked."""
    written = written_out(definitions.expand(expr).replace(SG, Held), sizes, {p: 0, q: 0})
    written = written.replace(f, tanh).replace(f_prime, lambda a: 1 - tanh(a) ** 2)
    return written.replace(f_second, lambda a: -2 * tanh(a) * (1 - tanh(a) ** 2))
