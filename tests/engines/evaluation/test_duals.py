"""Dual numbers follow the rules of slopes, over exact numbers and over balls."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lvicreg.engines.evaluation.balls import Ball
from lvicreg.engines.evaluation.duals import Dual
from lvicreg.engines.evaluation.surds import ONE, ZERO, Surd
from tests.engines.evaluation.test_surds import fractions, fuzz, single, surds


@fuzz
@given(single, surds, surds, surds)
def test_dual_numbers_follow_the_rules_of_slopes(v, slope, value, other):
    first, second = Dual(v, slope), Dual(value, other)
    assert (first + second).slope == slope + other
    assert (first * second).slope == v * other + value * slope
    unit = first * first.inverse()
    assert (unit.value, unit.slope) == (ONE, ZERO)
    assert (first.constant().value, first.constant().slope) == (v, ZERO)


@fuzz
@given(st.fractions(Fraction(1, 10), 100, max_denominator=50), fractions)
def test_dual_root_squares_to_its_argument(q, slope):
    root = Dual(Surd(q), Surd(slope)).sqrt()
    square = root * root
    assert (square.value, square.slope) == (Surd(q), Surd(slope))


def test_root_at_zero_has_no_slope():
    assert Dual(ZERO).sqrt().value == ZERO
    with pytest.raises(ZeroDivisionError):
        Dual(ZERO, ONE).sqrt()


@pytest.mark.parametrize("number", [Surd, Ball])
def test_what_does_not_depend_has_no_slope(number: type) -> None:
    constant, variable = Dual(number(3)), Dual(number(5), number(2))
    for made in (constant + constant, constant * constant, -constant, constant.inverse(), constant.sqrt(), variable.constant()):
        assert made.derivative is None
        assert not made.slope
        assert type(made.slope) is number
    for made, slope in ((constant + variable, 2), (constant * variable, 6), (-variable, -2)):
        assert made.slope.rational() == slope
