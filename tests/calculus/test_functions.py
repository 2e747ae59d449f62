"""Hinge and step: positive factors stand outside, and others do not."""

from sympy import S, Symbol

from lvicreg.calculus import H, relu

y, s = Symbol("y"), Symbol("s", positive=True)
zero_too = Symbol("e", nonnegative=True)


def test_positive_factors_leave_a_hinge_and_a_step() -> None:
    assert relu(2 * s * y) == 2 * s * relu(y)
    assert H(2 * s * y) == H(y)
    assert relu(s).args == (s,)  # not s times the hinge of 1


def test_a_factor_that_may_be_zero_stays() -> None:
    assert H(zero_too * y) != H(y)
    assert H(zero_too * y).args[0] == zero_too * y
    assert relu(zero_too * y).args[0] == zero_too * y
    assert H(-y) != H(y)


def test_known_signs_are_decided_and_0_is_closed() -> None:
    assert H(s) == 1
    assert H(-s) == H(S.Zero) == H(-zero_too) == 0
    assert H(zero_too) not in (0, 1)
