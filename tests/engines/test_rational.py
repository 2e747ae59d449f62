"""Pairs of exact numbers: a difference, a float, nothing, or nothing but zeros and ones is refused."""

from fractions import Fraction

import pytest

from lvicreg.engines import Contradiction, Fractions

THIRD = Fraction(1, 3)


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ([(1, 1), (Fraction(1, 3), Fraction(1, 4))], "1/3 ≠ 1/4"),
        ([(1, 1), (Fraction(1, 4), Fraction(1, 3))], "1/4 ≠ 1/3"),
        ([(1, 1 + Fraction(1, 10**20))], "1 ≠ 100000000000000000001/"),  # the same when rounded to floats
        ([(0.5, Fraction(1, 2))], "not both whole numbers or fractions"),
        ([(Fraction(1, 2), 0.5)], "not both whole numbers or fractions"),
        ([(True, True)], "not both whole numbers or fractions"),
        ([((0,), (0,))], "not both whole numbers or fractions"),
        ([(0, 0), (0, Fraction(0))], "nothing but zeros and ones"),
        ([(0, 0), (1, Fraction(1))], "nothing but zeros and ones"),
        ([], "nothing but zeros and ones"),
        ([(1, 1), (THIRD, THIRD)], "1/3 was compared with itself"),
    ],
)
def test_what_is_refused(pairs, message: str) -> None:
    with pytest.raises(Contradiction, match=message):
        Fractions(lambda: iter(pairs)).run()


def test_what_is_equal_passes() -> None:
    assert Fractions(lambda: iter([(0, 0), (Fraction(2, 4), Fraction(1, 2))])).run() == "2 equal"
