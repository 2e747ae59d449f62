"""Functions of one number in the exact engines: their values and slopes, by kind of number.

Where numbers are exact, ``f`` and the logarithm are tables of drawn values, as arbitrary as can be. Where they are enclosed,
functions are series. What stands in a hinge, a step or ``|·|`` decides between two branches, and is noted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from sympy import Abs, Expr, Function, log, sign

from lvicreg.calculus.functions import H, StopGradient, f, f_prime, f_second, relu

from .balls import SERIES, Ball, Series, applied
from .duals import Dual
from .points import Kind
from .surds import Surd

if TYPE_CHECKING:
    from .evaluator import Evaluator

Rule = Callable[["Evaluator", Expr, Dual], Dual]


def _step(run: Evaluator, gate: Expr, argument: Dual) -> Dual:
    return Dual(run.point.number(int(run.met(gate.args[0], argument))))


def _hinge(run: Evaluator, gate: Expr, argument: Dual) -> Dual:
    return argument * _step(run, gate, argument)


def _held(run: Evaluator, expr: Expr, argument: Dual) -> Dual:
    return argument.constant()


def _activation(run: Evaluator, expr: Expr, argument: Dual) -> Dual:
    """An arbitrary function: its values at every argument are drawn, and those of its slope, and of the slope's slope."""
    slope = run.point.table("f_prime", argument.value)
    return Dual(run.point.table("f", argument.value), slope * argument.derivative if argument.derivative else None)


def _slope_of_activation(run: Evaluator, expr: Expr, argument: Dual) -> Dual:
    value = run.point.table("f_prime", argument.value)
    if not argument.derivative:
        return Dual(value)
    return Dual(value, run.point.table("f_second", argument.value) * argument.derivative)


def _second_slope(run: Evaluator, expr: Expr, argument: Dual) -> Dual:
    if argument.derivative:
        raise TypeError("no derivative is known for f_second")
    return Dual(run.point.table("f_second", argument.value))


def _logarithm(run: Evaluator, expr: Expr, argument: Dual) -> Dual:
    """An arbitrary function whose slope is 1/v."""
    value, slope = run.point.table("log", argument.value), argument.value.inverse()
    return Dual(value, slope * argument.derivative if argument.derivative else None)


def _size(run: Evaluator, expr: Expr, argument: Dual) -> Dual:
    """The slope is the sign, which is 0 at 0."""
    more = run.met(expr.args[0], argument)
    if not argument.value:
        return argument.constant()
    return argument if more else -argument


def _sign(run: Evaluator, expr: Expr, argument: Dual) -> Dual:
    run.met(expr.args[0], argument)
    return Dual(run.point.number(argument.value.sign()))


def _enclosed(series: Series) -> Rule:
    return lambda run, expr, argument: applied(series, argument)


SHARED = {StopGradient: _held, H: _step, relu: _hinge, Abs: _size, sign: _sign}
FUNCTIONS: Mapping[Kind, Mapping[type[Function], Rule]] = {
    Surd: SHARED
    | {
        f: _activation,
        f_prime: _slope_of_activation,
        f_second: _second_slope,
        log: _logarithm,
    },
    Ball: SHARED | {function: _enclosed(series) for function, series in SERIES.items()},
}
