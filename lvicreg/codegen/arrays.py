"""An indexed expression as array code.

Arrays have samples on the first axis and units on the last, so a product over ``(b, i)`` is elementwise with broadcasting:
``u[b, i]`` is ``u``, ``sigma[i]`` is ``sigma``, and what has the sample's index alone is kept as a column. A sum is
``xp.sum`` over its axis where one index goes, ``summed`` where that counts samples, of which there may be millions, and a
matrix product where two arrays share an index. ``H`` becomes a ``where`` around the rest of its product, so that its value at
the kink is the same in every library.

Whatever is not known to be right is refused: a node that has no code here, and an array whose axes are not where broadcasting
would take them to be (``layout``).
"""

from __future__ import annotations

import re
from itertools import permutations
from typing import Any

from sympy import Add, Expr, Float, Function, Idx, Indexed, Integer, Mul, Pow, Rational, S, Symbol, pi
from sympy.printing.str import StrPrinter

from lvicreg.calculus.axes import is_sample, size_of
from lvicreg.calculus.functions import ELEMENTWISE, H, StopGradient, relu
from lvicreg.calculus.indexed import Before, Delta, Sigma, Symmetric, distinct, free_indices
from lvicreg.calculus.notation import PositiveFirst

from .layout import Axes, NotArrayCode, check, misfit, place_of


class _Elementwise(PositiveFirst, StrPrinter):
    """Expressions without sums."""

    printmethod = "_lvicreg_code"
    known: tuple[type[Expr], ...] = (Add, Mul, Pow, Rational, type(pi), Symbol, Indexed, H, relu)
    known += tuple(function for function, about in ELEMENTWISE.items() if about.code)

    def __init__(self) -> None:
        super().__init__({"order": None})

    def _print(self, expr: Expr, **settings: Any) -> str:
        """As SymPy's, which would print a node without code by its own name."""
        if isinstance(expr, self.known):
            return str(super()._print(expr, **settings))
        raise NotArrayCode(f"{expr} {_unknown(expr)}")

    def _print_Indexed(self, entry: Indexed) -> str:
        if len(set(entry.indices)) < len(entry.indices):
            return f"xp.linalg.diagonal({entry.base})"
        return str(entry.base)

    def _print_Pow(self, power: Pow, rational: bool = False) -> str:
        if power.exp in (S.Half, -S.Half) and _has_arrays(power.base):  # of a number it is a power, as in Python
            root = f"xp.sqrt({self._print(power.base)})"
            return root if power.exp == S.Half else f"1/{root}"
        power_code = str(super()._print_Pow(power, rational=True))
        return power_code.replace(")**", ") ** ") if isinstance(power.base, Add) else power_code

    def _print_Mul(self, expr: Mul) -> str:
        steps = [factor for factor in expr.args if isinstance(factor, H)]
        if not steps:
            return str(super()._print_Mul(expr))
        rest = Mul(*(factor for factor in expr.args if factor not in steps), evaluate=False)
        if not _has_arrays(rest):
            raise NotArrayCode(
                f"{steps[0]} must multiply an array, and {rest} is none: write it beside the array that it gates"
            )
        closed = " | ".join(f"({_closed(step)})" if len(steps) > 1 else _closed(step) for step in steps)
        return f"xp.where({closed}, 0.0, {self._print(rest)})"

    def _print_H(self, step: H) -> str:
        raise NotArrayCode(f"{step} must multiply an array: write it beside the array that it gates")

    def _print_relu(self, hinge: relu) -> str:
        return f"xp.where({_closed(hinge)}, 0.0, {self._print(hinge.args[0])})"

    def _print_Pi(self, number: Expr) -> str:
        return "xp.pi"

    def _print_Function(self, function: Function) -> str:
        return ELEMENTWISE[function.func].code.format(self._print(_array_in(function)))


class _Total(_Elementwise):
    """Numbers: every sum runs over all indices of its term."""

    known = (*_Elementwise.known, Sigma)

    def _print_Sigma(self, sigma: Sigma) -> str:
        term, over = _opened(sigma)
        orders = [place_of(order) for order in permutations(sorted(over, key=is_sample, reverse=True))]
        problems = [misfit(term, order) for order in orders]
        if all(problems):
            raise NotArrayCode(problems[0])
        return f"xp.sum({printed(term)})"


def _unknown(expr: Expr) -> str:
    """Why a node has no code, and what to do."""
    match expr:
        case Sigma() | StopGradient():
            return "has no name, and no name stands for it in array code: give it one in the definitions"
        case Delta():
            return "has no array code but in a matrix without its diagonal: define a name as distinct(i, k) times that matrix"
        case Before():
            return "has no array code but in a triangle of a matrix: define a name as Before(k, i) times that matrix"
        case Float():
            return "is rounded when it is written: give it as a Rational, or as an option"
    return "has no array code: give it a name in the definitions and make that an argument, or an option if it is a number"


def _has_arrays(expr: Expr) -> bool:
    return bool(expr.has(Indexed, Sigma))


def _array_in(function: Function) -> Expr:
    """The argument of a function that array libraries take of arrays only."""
    (argument,) = function.args
    if not _has_arrays(argument):
        raise NotArrayCode(f"{function} is of numbers, and array libraries take it of arrays only: make it an option")
    return argument


def _closed(step: H | relu) -> str:
    """Where ``H(γ − σ)``, or a hinge, is 0: ``sigma >= gamma``. So put, a NaN is not taken for closed but stays visible."""
    terms = Add.make_args(_array_in(step))
    negative = [-term for term in terms if term.could_extract_minus_sign()]
    positive = [term for term in terms if not term.could_extract_minus_sign()]
    return f"{printed(Add(*negative))} >= {printed(Add(*positive))}"


def elementwise(expr: Expr, axes: Axes) -> str:
    """Code for the array of all values over ``axes`` of an expression without sums."""
    spelled = printed(expr)
    check(expr, place_of(axes))
    return spelled


def printed(expr: Expr) -> str:
    """Code for an expression without sums, or for a part of one, whatever its axes."""
    return _spaced(_Elementwise().doprint(expr))


def _spaced(code: str) -> str:
    return re.sub(r"(?<![*\s])([*/])(?![*\s])", r" \1 ", code)


def total(expr: Expr) -> str:
    """Code for a number, made of sums over all indices of elementwise products."""
    if free := free_indices(expr):
        listed = ", ".join(sorted(map(str, free)))
        raise NotArrayCode(f"{expr} is not a number made of sums, but depends on {listed}: sum over what is left")
    return _spaced(_Total().doprint(expr))


def code(expr: Expr, axes: Axes) -> str:
    """Code for the array of all values of ``expr`` over ``axes``; a coefficient may stand before a sum."""
    expr = expr.replace(StopGradient, lambda held: held)
    if not axes:
        return total(expr)
    sums = [factor for factor in Mul.make_args(expr) if isinstance(factor, Sigma)]
    if len(sums) > 1 or (not sums and expr.has(Sigma)):
        raise NotArrayCode(f"{expr} is not one sum times a coefficient: give each sum a name in the definitions")
    if not sums:
        return _part_of_matrix(expr, axes) or elementwise(expr, axes)
    coefficient = Mul(*(factor for factor in Mul.make_args(expr) if factor not in sums))
    term, over = _opened(sums[0])
    matrices = matrix_chain(term, axes, over)
    summed = product_code(matrices) if matrices else _reduced(term, axes, over)
    numerator, denominator = coefficient.as_numer_denom()
    check(coefficient, place_of(axes), fill=False)
    prefix = "" if numerator == 1 else f"{_bracketed(numerator, Add)} * "
    return prefix + summed + ("" if denominator == 1 else f" / {_bracketed(denominator, Add, Mul)}")


def _bracketed(expr: Expr, *kinds: type[Expr]) -> str:
    """Code for an expression, in brackets if it is of one of these kinds."""
    return f"({printed(expr)})" if isinstance(expr, kinds) else printed(expr)


def _opened(sigma: Sigma) -> tuple[Expr, list[Idx]]:
    """The term of nested sums, and what they run over."""
    term, over = sigma, []
    while isinstance(term, Sigma):
        over.append(term.index)
        term = term.term
    return term, over


def _part_of_matrix(expr: Expr, axes: Axes) -> str:
    """A matrix without its diagonal, or what stands on one side of it; empty for anything else."""
    if len(axes) != 2 or size_of(axes[0]) != size_of(axes[1]):
        return ""
    row, column = axes
    below, above = "xp.tril({0}, k=-1)", "xp.triu({0}, k=1)"
    parts = {distinct(row, column): f"{below} + {above}", Before(column, row): below, Before(row, column): above}
    for part, code in parts.items():
        if isinstance(matrix := expr / part, Indexed):
            check(matrix, place_of(axes))
            return code.format(matrix.base)
    return ""


def _reduced(term: Expr, axes: Axes, over: list[Idx]) -> str:
    """A sum over one index of an elementwise product; over units it leaves a column, one value a sample."""
    if len(axes) != 1 or len(over) != 1:
        raise NotArrayCode(
            f"the sum of {term} over {', '.join(map(str, over))} is neither a reduction over one axis nor a matrix product: "
            "give a sum over one of the indices a name in the definitions"
        )
    spelled, along_rows, along_columns = printed(term), (axes[0], over[0]), (over[0], axes[0])
    if is_sample(axes[0]):
        check(term, along_rows)
        return f"xp.sum({spelled}, axis=-1, keepdims=True)"
    if not misfit(term, along_rows):  # of a matrix with the axis that is kept first
        return f"xp.sum({spelled}, axis=-1)"
    check(term, along_columns)
    return f"summed(xp, {spelled})" if is_sample(over[0]) else f"xp.sum({spelled}, axis=0)"


def matrix_chain(term: Expr, axes: Axes, over: list[Idx]) -> list[tuple[str, bool]]:
    """The matrices, each with whether it is transposed, whose product over ``axes`` sums ``term`` over ``over``; else empty.

    Over one axis, of units, the last of them is a vector.
    """
    factors: list[Indexed] = []
    for factor in Mul.make_args(term):
        power = int(factor.exp) if isinstance(factor, Pow) and isinstance(factor.exp, Integer) and factor.exp > 0 else 1
        factors += [factor.base if power > 1 else factor] * power
    end: list[Indexed] = []
    if len(axes) == 1 and not is_sample(axes[0]):
        end = [factor for factor in factors if _is_vector(factor)][:1]
        factors = [factor for factor in factors if factor not in end]
    if len(axes) + len(end) != 2 or not factors or not all(isinstance(each, Indexed) and _is_matrix(each) for each in factors):
        return []
    last = end[0].indices[0] if end else axes[1]
    chain: list[tuple[str, bool]] = []
    passed = [axes[0]]
    while factors:
        step = next((factor for factor in factors if passed[-1] in factor.indices), None)
        if step is None:
            return []
        transposed = step.indices[0] != passed[-1]
        chain.append((str(step.base), transposed and not isinstance(step.base, Symmetric)))
        passed.append(step.indices[0] if transposed else step.indices[1])
        factors.remove(step)
    between = passed[1:] if end else passed[1:-1]  # each of them summed over, once, and none of the axes
    simple = len(set(passed)) == len(passed) and set(between) == set(over) and len(between) == len(over)
    return chain + [(str(vector.base), False) for vector in end] if simple and passed[-1] == last else []


def _is_vector(factor: Expr) -> bool:
    """Whether it is an array along units; what has a number a sample is a column."""
    return isinstance(factor, Indexed) and len(factor.indices) == 1 and not is_sample(factor.indices[0])


def _is_matrix(entry: Indexed) -> bool:
    return len(entry.indices) == len(set(entry.indices)) == 2


def product_code(matrices: list[tuple[str, bool]]) -> str:
    """Matrix products from left to right."""
    names = [f"{name}.T" if transposed else name for name, transposed in matrices]
    product = names[0]
    for name in names[1:]:
        product = f"xp.matmul({product}, {name})"
    return product
