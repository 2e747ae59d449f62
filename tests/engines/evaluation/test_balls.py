"""Balls enclose: what is known exactly, what is not decided, and the functions with their slopes."""

import math
from fractions import Fraction

import pytest
from flint import arb
from sympy import cos, exp, log, sin, tanh

from lvicreg.calculus import f, f_prime, f_second, sigmoid, softplus
from lvicreg.calculus.functions import Exponential
from lvicreg.engines.evaluation.balls import SERIES, Ball, Undecided, applied, in_precision
from lvicreg.engines.evaluation.duals import Dual

THIRD = Fraction(1, 3)
FLOATS = {
    exp: (math.exp, math.exp),
    Exponential: (math.exp, math.exp),
    log: (math.log, lambda x: 1 / x),
    sin: (math.sin, math.cos),
    cos: (math.cos, lambda x: -math.sin(x)),
    tanh: (math.tanh, lambda x: 1 / math.cosh(x) ** 2),
    f: (math.tanh, lambda x: 1 / math.cosh(x) ** 2),
    f_prime: (lambda x: 1 / math.cosh(x) ** 2, lambda x: -2 * math.tanh(x) / math.cosh(x) ** 2),
    f_second: (
        lambda x: -2 * math.tanh(x) / math.cosh(x) ** 2,
        lambda x: 2 * (2 * math.sinh(x) ** 2 - 1) / math.cosh(x) ** 4,
    ),
    sigmoid: (lambda x: 1 / (1 + math.exp(-x)), lambda x: 1 / (2 + math.exp(x) + math.exp(-x))),
    softplus: (lambda x: math.log1p(math.exp(x)), lambda x: 1 / (1 + math.exp(-x))),
}


@pytest.fixture(autouse=True)
def precise():
    with in_precision(256):
        yield


def test_arithmetic_encloses_the_result() -> None:
    third, two = Ball(THIRD), Ball(2)
    for made, exact in (
        (third + two, THIRD + 2),
        (third - two, THIRD - 2),
        (third * two, THIRD * 2),
        (-third, -THIRD),
        (third.inverse(), Fraction(3)),
        (Ball(4).sqrt(), Fraction(2)),
    ):
        assert made.overlaps(Ball(exact))
        assert not made.overlaps(Ball(exact + Fraction(1, 10**60)))
        assert made.radius < 10**-70
    with in_precision(64):
        assert Ball(THIRD).radius > 10**-30


def test_what_is_not_known_is_not_decided() -> None:
    small = Ball(THIRD) * Ball(3) - Ball(1)
    assert small
    assert not Ball(0)
    assert not Ball(1) - Ball(1)
    for ask, said in ((Ball.inverse, "divided by"), (Ball.sqrt, "under a root"), (Ball.sign, "its sign")):
        with pytest.raises(Undecided, match=said):
            ask(small)
    assert [Ball(n).sign() for n in (-2, 0, 2)] == [-1, 0, 1]
    with pytest.raises(ZeroDivisionError):
        Ball(0).inverse()
    with pytest.raises(ValueError, match="the root of the negative number"):
        Ball(-1).sqrt()
    assert Ball(0).sqrt().sign() == 0


def test_what_is_exact_is_a_fraction() -> None:
    assert [Ball(number).rational() for number in (7, Fraction(3, 8), 0, -2)] == [7, Fraction(3, 8), 0, -2]
    with pytest.raises(ValueError, match="not known exactly"):
        Ball(THIRD).rational()


def test_a_ball_is_told() -> None:
    assert str(Ball(THIRD)) == "0.333333333333"


@pytest.mark.parametrize("function", SERIES, ids=lambda function: function.__name__)
@pytest.mark.parametrize("x", [0.25, 2.0])
def test_a_function_has_its_value_and_its_slope(function: type, x: float) -> None:
    value, slope = FLOATS[function]
    found = applied(SERIES[function], Dual(Ball(Fraction(x)), Ball(3)))
    assert float(found.value) == pytest.approx(value(x), rel=1e-12)
    assert float(found.derivative) == pytest.approx(3 * slope(x), rel=1e-12)
    assert applied(SERIES[function], Dual(Ball(Fraction(x)))).derivative is None


def test_an_infinite_slope_says_nothing() -> None:
    with pytest.raises(Undecided, match="outside its domain"):
        applied(SERIES[exp], Dual(Ball(1), Ball(arb("+inf"))))


def test_outside_a_domain_nothing_is_said() -> None:
    with pytest.raises(Undecided, match="outside its domain"):
        applied(SERIES[log], Dual(Ball(0)))
    with pytest.raises(Undecided, match="outside its domain"):
        applied(SERIES[log], Dual(Ball(-1), Ball(1)))
