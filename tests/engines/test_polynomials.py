"""Identities of polynomials: one wrong coefficient at one size, or nothing but constants at one size, is refused."""

import pytest

from lvicreg.engines import Contradiction, Polynomials

pytest.importorskip("flint")


def ring(flint):
    return flint.fmpq_mpoly_ctx.get(("x", "y"), flint.Ordering.lex).constant


def square(flint, n, factor=2, times=1):
    x, y = flint.fmpq_mpoly_ctx.get(("x", "y"), flint.Ordering.lex).gens()
    yield times * (x + n * y) ** 2, times * (x**2 + factor * n * x * y + n**2 * y**2)


def test_what_is_equal_at_every_size_passes() -> None:
    assert Polynomials(square).run() == "5 identities, n = 2 to 6"


@pytest.mark.parametrize("size", [2, 4, 6])
def test_an_error_at_one_size_is_refused(size: int) -> None:
    with pytest.raises(Contradiction, match=f"identity 1 fails at n = {size}"):
        Polynomials(lambda flint, n: square(flint, n, factor=3 if n == size else 2)).run()


def test_the_second_pair_is_looked_at_too() -> None:
    with pytest.raises(Contradiction, match="identity 2 fails at n = 2"):
        Polynomials(lambda flint, n: [*square(flint, n), *square(flint, n, factor=3)]).run()


@pytest.mark.parametrize("size", [2, 6])
def test_constants_at_one_size_are_refused(size: int) -> None:
    with pytest.raises(Contradiction, match=f"nothing but constants was compared at n = {size}"):
        Polynomials(lambda flint, n: square(flint, n, times=0 if n == size else 1)).run()
    with pytest.raises(Contradiction, match="nothing but constants was compared at n = 3"):
        Polynomials(lambda flint, n: square(flint, n) if n != 3 else ()).run()
    with pytest.raises(Contradiction, match="nothing but constants was compared at n = 3"):
        Polynomials(lambda flint, n: square(flint, n) if n != 3 else [(ring(flint)(3), ring(flint)(3))]).run()


def test_what_is_no_polynomial_or_the_same_one_is_refused() -> None:
    for pair in ((2, 2), (0, 0)):
        with pytest.raises(Contradiction, match=r"identity 2 is of \d with itself, or of no polynomial"):
            Polynomials(lambda flint, n, pair=pair: [*square(flint, n), pair]).run()
    with pytest.raises(Contradiction, match=r"identity 1 is of .* with itself"):
        Polynomials(lambda flint, n: [(left, left) for left, _ in square(flint, n)]).run()
