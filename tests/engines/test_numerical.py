"""Pairs of numbers: a difference, nothing, or nothing but zeros and ones is refused."""

import pytest

from lvicreg.engines import Contradiction, Numbers

pytest.importorskip("autograd")


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ([(1.5, 1.5), (2.0, 2.0 + 1e-8)], "pair 2: relative difference"),
        ([(1.5, [1.5])], "pair 1: shapes"),
        ([], "nothing was compared"),
        ([(1.0, 1.0)], "nothing but zeros and ones"),
        ([(0.0, 0.0), ([1.0, 0.0], [1.0, 0.0])], "nothing but zeros and ones"),
        ([(float("nan"), float("nan"))], "pair 1"),
    ],
)
def test_what_is_refused(pairs, message: str) -> None:
    with pytest.raises(Contradiction, match=message):
        Numbers(lambda ad, rng: ((ad.numpy.asarray(a), ad.numpy.asarray(b)) for a, b in pairs)).run()


def test_what_agrees_passes_in_float64() -> None:
    third = Numbers(lambda ad, rng: [(ad.numpy.asarray(1.0) / 3, 1 / 3), (1.0, 1)])
    assert third.run() == "2 pairs, relative 1e-10, 1e-13 of the largest entry"


def test_the_random_numbers_are_the_same_each_time() -> None:
    drawn = []
    check = Numbers(lambda ad, rng: [(drawn.append(rng.normal()) or 3, 3.0)])
    check.run()
    check.run()
    assert drawn[0] == drawn[1]


def test_a_number_with_itself_is_refused_beside_others() -> None:
    def pairs(ad, rng):
        number = ad.numpy.asarray(2.0)
        yield 3, 3.0
        yield number, number

    with pytest.raises(Contradiction, match="a number was compared with itself"):
        Numbers(pairs).run()
