"""An indexed expression as array code.

Arrays have samples on the first axis and units on the last, so a product over ``(b, i)`` is elementwise with broadcasting:
``u[b, i]`` is ``u``, ``sigma[i]`` is ``sigma``, and what has the sample's index alone is kept as a column. A sum is
``xp.sum`` over its axis where one index goes, and a matrix product where two arrays share an index. ``H`` becomes a ``where``
around the rest of its product, so that its value at the kink is the same in every library.
"""

from __future__ import annotations

import re

from sympy import Add, Expr, Idx, Indexed, Integer, Mul, Pow, S, log
from sympy.printing.str import StrPrinter

from lvicreg.calculus.functions import H, StopGradient, relu
from lvicreg.calculus.indexed import Sigma, Symmetric, free_indices, others, size_of
from lvicreg.calculus.notation import PositiveFirst

Axes = tuple[Idx, ...]


class NotArrayCode(ValueError):
    """An expression for which no readable array code is known."""


class _Elementwise(PositiveFirst, StrPrinter):
    """Expressions without sums."""

    printmethod = "_lvicreg_code"

    def __init__(self) -> None:
        super().__init__({"order": None})

    def _print_Indexed(self, entry: Indexed) -> str:
        if len(set(entry.indices)) < len(entry.indices):
            return f"xp.linalg.diagonal({entry.base})"
        return str(entry.base)

    def _print_Pow(self, power: Pow, rational: bool = False) -> str:
        if power.exp == S.Half:
            return f"xp.sqrt({self._print(power.base)})"
        power_code = str(super()._print_Pow(power, rational=rational))
        return power_code.replace(")**", ") ** ") if isinstance(power.base, Add) else power_code

    def _print_Mul(self, expr: Mul) -> str:
        steps = [factor for factor in expr.args if isinstance(factor, H)]
        if not steps:
            return str(super()._print_Mul(expr))
        rest = Mul(*(factor for factor in expr.args if factor not in steps), evaluate=False)
        closed = " | ".join(f"({_closed(step)})" if len(steps) > 1 else _closed(step) for step in steps)
        return f"xp.where({closed}, 0.0, {self._print(rest)})"

    def _print_H(self, step: H) -> str:
        raise NotArrayCode(f"{step} must multiply an array")

    def _print_relu(self, hinge: relu) -> str:
        return f"xp.where({_closed(hinge)}, 0.0, {self._print(hinge.args[0])})"

    def _print_log(self, logarithm: log) -> str:
        return f"xp.log({self._print(logarithm.args[0])})"


class _Total(_Elementwise):
    """Numbers: every sum runs over all indices of its term."""

    def _print_Sigma(self, sigma: Sigma) -> str:
        term: Expr = sigma
        while isinstance(term, Sigma):
            term = term.term
        return f"xp.sum({elementwise(term)})"


def _closed(step: H | relu) -> str:
    """Where ``H(γ − σ)``, or a hinge, is 0: ``sigma >= gamma``. So put, a NaN is not taken for closed but stays visible."""
    terms = Add.make_args(step.args[0])
    negative = [-term for term in terms if term.could_extract_minus_sign()]
    positive = [term for term in terms if not term.could_extract_minus_sign()]
    return f"{elementwise(Add(*negative))} >= {elementwise(Add(*positive))}"


def elementwise(expr: Expr) -> str:
    """Code for an expression without sums."""
    if expr.has(Sigma, StopGradient):
        raise NotArrayCode(f"{expr} has a sum or stop-gradient that no name stands for")
    return _spaced(_Elementwise().doprint(expr))


def _spaced(code: str) -> str:
    return re.sub(r"(?<![*\s])([*/])(?![*\s])", r" \1 ", code)


def total(expr: Expr) -> str:
    """Code for a number, made of sums over all indices of elementwise products."""
    if free_indices(expr) or expr.has(StopGradient):
        raise NotArrayCode(f"{expr} is not a number made of sums")
    return _spaced(_Total().doprint(expr))


def code(expr: Expr, axes: Axes) -> str:
    """Code for the array of all values of ``expr`` over ``axes``; a coefficient may stand before a sum."""
    expr = expr.replace(StopGradient, lambda held: held)
    sums = [factor for factor in Mul.make_args(expr) if isinstance(factor, Sigma)]
    if len(sums) > 1 or (not sums and expr.has(Sigma)):
        raise NotArrayCode(f"{expr} is not one sum times a coefficient")
    if not sums:
        return _off_diagonal(expr, axes) or elementwise(expr)
    coefficient = Mul(*(factor for factor in Mul.make_args(expr) if factor not in sums))
    over, term = [], sums[0]
    while isinstance(term, Sigma):
        over.append(term.index)
        term = term.term
    matrices = matrix_chain(term, axes)
    summed = product_code(matrices) if matrices else _reduced(term, axes, over)
    numerator, denominator = coefficient.as_numer_denom()
    prefix = "" if numerator == 1 else f"{elementwise(numerator)} * "
    return prefix + summed + ("" if denominator == 1 else f" / {elementwise(denominator)}")


def _off_diagonal(expr: Expr, axes: Axes) -> str:
    """A matrix without its diagonal; empty for anything else."""
    matrix = expr / others(*axes) if len(axes) == 2 and size_of(axes[0]) == size_of(axes[1]) else S.Zero
    return f"xp.tril({matrix.base}, k=-1) + xp.triu({matrix.base}, k=1)" if isinstance(matrix, Indexed) else ""


def _reduced(term: Expr, axes: Axes, over: list[Idx]) -> str:
    """A sum over one index of an elementwise product; a sum over units leaves a column, one value a sample."""
    if len(over) != 1 or not free_indices(term) - set(over) <= set(axes):
        raise NotArrayCode(f"the sum of {term} over {over} is neither a reduction over one axis nor a matrix product")
    samples = all(entry.indices[0] == over[0] for entry in term.atoms(Indexed) if len(entry.indices) == 2)
    return f"xp.sum({elementwise(term)}, {'axis=0' if samples else 'axis=-1, keepdims=True'})"


def matrix_chain(term: Expr, axes: Axes) -> list[tuple[str, bool]]:
    """The matrices, each with whether it is transposed, whose product over ``axes`` is the sum of ``term``; else empty."""
    factors: list[Indexed] = []
    for factor in Mul.make_args(term):
        power = int(factor.exp) if isinstance(factor, Pow) and isinstance(factor.exp, Integer) else 1
        factors += [factor.base if power > 1 else factor] * power
    if len(axes) != 2 or not all(isinstance(factor, Indexed) and len(set(factor.indices)) == 2 for factor in factors):
        return []
    chain: list[tuple[str, bool]] = []
    position, end = axes
    while factors:
        step = next((factor for factor in factors if position in factor.indices), None)
        if step is None:
            return []
        transposed = step.indices[0] != position
        chain.append((str(step.base), transposed and not isinstance(step.base, Symmetric)))
        position = step.indices[0] if transposed else step.indices[1]
        factors.remove(step)
    return chain if position == end else []


def product_code(matrices: list[tuple[str, bool]]) -> str:
    """Matrix products from left to right."""
    names = [f"{name}.T" if transposed else name for name, transposed in matrices]
    product = names[0]
    for name in names[1:]:
        product = f"xp.matmul({product}, {name})"
    return product
