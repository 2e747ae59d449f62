"""The numbers that points are made of."""

from fractions import Fraction

from sympy import sqrt

from lvicreg.calculus.layer import K, W, alpha, b, epsilon, i, j, k, network, var, x, z
from lvicreg.engines.evaluation.evaluator import Evaluator
from lvicreg.engines.evaluation.points import Point
from lvicreg.engines.evaluation.surds import Surd
from tests.engines.evaluation.small import INPUTS, SAMPLES, SIZES, UNITS


def test_numbers_are_small_fractions_of_either_sign_and_never_0() -> None:
    point = Point(SIZES)
    drawn = {point.draw().rational() for _ in range(2000)}
    assert drawn == {sign * Fraction(n, m) for sign in (1, -1) for n in range(1, 10) for m in range(1, 5)}
    assert {point.draw(positive=True).sign() for _ in range(200)} == {1}
    assert {point.draw(scale=Fraction(1, 7)).rational() * 7 for _ in range(2000)} == drawn
    signs = [point.draw().sign() for _ in range(1000)]
    assert 400 < signs.count(1) < 600


def test_sizes_are_values_and_others_are_drawn_once() -> None:
    point = Point(SIZES, Fraction(1, 100))
    assert (point.primitive("N", (), True, True), point.primitive("B", (), True, True)) == (Surd(2), Surd(4))
    entry, scalar = point.primitive("x", (0, 1), False, False), point.primitive("y", (), False, False)
    assert abs(entry.rational()) < Fraction(1, 10) < abs(scalar.rational())
    assert point.primitive("x", (0, 1), False, False) is entry
    assert len({point.primitive("x", (n, m), False, False).rational() for n in range(5) for m in range(5)}) > 15
    assert {point.primitive("p", (n,), True, True).sign() for n in range(50)} == {1}


def test_zeros_are_among_the_values_where_they_are_asked_for_and_may_be() -> None:
    """A symbol that may be 0 is; of array entries some are; what is positive, or of either sign, is not."""

    def drawn(zeros: bool, positive: bool, nonnegative: bool) -> tuple[int, list[int]]:
        point = Point(SIZES, zeros=zeros)
        entries = [point.primitive("x", (n,), positive, nonnegative).sign() for n in range(400)]
        return point.primitive("y", (), positive, nonnegative).sign(), [entries.count(sign) for sign in (-1, 0, 1)]

    assert drawn(False, False, True) == drawn(True, True, True) == (1, [0, 0, 400])
    symbol, (negative, zeros, positive) = drawn(True, False, True)
    assert (symbol, negative) == (0, 0)
    assert 30 < zeros < 70
    assert negative + zeros + positive == 400
    symbol, (negative, zeros, positive) = drawn(True, False, False)
    assert symbol != 0
    assert 30 < zeros < 70
    assert min(negative, positive) > 130
    assert drawn(False, False, False)[1][1] == 0


def test_functions_are_tables() -> None:
    point = Point(SIZES, Fraction(1, 100))
    value = point.table("f", Surd(3))
    assert point.table("f", Surd(3)) is value
    assert len({point.table(name, Surd(n)).rational() for name in ("f", "f_prime") for n in range(20)}) > 20
    assert abs(value.rational()) < Fraction(1, 10)


def test_a_point_is_told() -> None:
    assert str(Point(SIZES, Fraction(1, 8))) == "B = 4, M = 3, N = 2, entries of order 1/8"
    assert str(Point({"M": 3})) == "M = 3, entries of order 1"
    assert str(Point({"M": 3}, zeros=True)) == "M = 3, entries of order 1, some 0"


def test_points_differ_by_sizes_scale_and_seed() -> None:
    points = [Point(SIZES), Point(SIZES, Fraction(4)), Point(SIZES, seed=1), Point({"N": 3, "B": 4})]
    assert len({tuple(point.random.random() for _ in range(3)) for point in points}) == 4
    assert Point(SIZES).random.random() == Point(dict(reversed(SIZES.items())), Fraction(1), 0).random.random()


# --- as an evaluator reads them --------------------------------------------------------------------------------------------
def test_points_are_reproducible_and_differ():
    def values(**options):
        engine = Evaluator(Point(SIZES, **options), network)
        return [engine.value(z[b, i], {b: s, i: n}) for s in SAMPLES for n in UNITS]

    assert values() == values()
    assert values() != values(seed=1)
    assert values() != values(scale=Fraction(1, 100))


def test_positive_symbols_have_positive_values():
    for seed in range(20):
        engine = Evaluator(Point(SIZES, seed=seed), network.primitive(var, alpha))
        for quantity in (var[i], alpha, epsilon):
            assert engine.value(quantity, {i: 0}).sign() > 0
        engine.value(sqrt(var[i] + epsilon), {i: 0})


def test_symmetric_matrices_are_symmetric():
    engine = Evaluator(Point(SIZES), network.primitive(K))
    assert engine.value(K[i, k], {i: 0, k: 1}) == engine.value(K[i, k], {i: 1, k: 0})
    assert engine.value(W[i, k], {i: 0, k: 1}) != engine.value(W[i, k], {i: 1, k: 0})


def test_arrays_are_drawn_on_both_sides_of_zero():
    engine = Evaluator(Point(SIZES), network)
    assert {engine.value(x[b, j], {b: s, j: r}).sign() for s in SAMPLES for r in INPUTS} == {1, -1}
