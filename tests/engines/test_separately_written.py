"""Engines that compare what is written separately: what each accepts, and an error and a check without content refused."""

import pytest

from lvicreg.engines import Contradiction, Counterexample, Evidence, Fractions, Numbers, Polynomials, Solver, solver


def refused(check: Evidence, said: str) -> None:
    with pytest.raises(Contradiction, match=said):
        check.run()


# --- numbers, in float64 -------------------------------------------------------------------------------------------------
def numbers(*pairs) -> Numbers:
    return Numbers(lambda jax, rng: [(jax.numpy.asarray(one), jax.numpy.asarray(other)) for one, other in pairs])


def test_numbers_that_agree() -> None:
    assert numbers((2.0, 2.0), ([1.0, 3.0], [1.0, 3.0])).run() == "2 pairs, relative 1e-10"
    assert numbers((0.0, 0.0), (1.0, 1.0), (3.0, 3.0)).run() == "3 pairs, relative 1e-10"
    assert numbers(([0.0, 2.0], [0.0, 2.0])).run() == "1 pairs, relative 1e-10"


def test_numbers_that_do_not() -> None:
    refused(numbers((2.0, 2.0), (2.0, 2.0 + 1e-9)), "^pair 2: relative difference 5.0e-10")
    refused(numbers((3.0, 2.0)), "^pair 1")
    refused(numbers(), "nothing was compared")
    refused(numbers((0.0, 0.0), ([1.0, 0.0], [1.0, 0.0])), "nothing but zeros and ones was compared")


def test_numbers_are_computed_with_64_bits_from_the_same_draws_each_time() -> None:
    assert Numbers(lambda jax, rng: [(jax.numpy.asarray(1.0) * rng.normal(), 0.1257302210933933)]).run()


# --- fractions -----------------------------------------------------------------------------------------------------------
def test_fractions() -> None:
    assert Fractions(lambda: [(0, 0), (2, 2)]).run() == "2 equal"
    refused(Fractions(lambda: [(2, 2), (2, 3)]), "^2 ≠ 3")
    refused(Fractions(lambda: [(2, 2.0)]), "2 and 2.0 are not both exact")
    refused(Fractions(lambda: [(2.0, 2)]), "2.0 and 2 are not both exact")
    refused(Fractions(lambda: [(0, 0), (0, 0)]), "nothing but zeros")
    refused(Fractions(lambda: []), "nothing but zeros")


# --- polynomials ---------------------------------------------------------------------------------------------------------
def polynomials(wrong=lambda n, x: x, zero=()) -> Polynomials:
    def pairs(flint, n):
        context = flint.fmpq_mpoly_ctx.get(("x",), flint.Ordering.lex)
        (x,) = context.gens()
        yield (0 * x, 0 * x)
        if n not in zero:
            yield (x + n) * (x - n), wrong(n, x * x - n * n)

    return Polynomials(pairs)


def test_polynomials() -> None:
    assert polynomials().run() == "10 identities, n = 2 to 6"
    refused(polynomials(wrong=lambda n, p: p + (n == 6)), "identity 2 fails at n = 6")
    refused(polynomials(wrong=lambda n, p: p + (n == 2)), "identity 2 fails at n = 2")
    refused(polynomials(zero=(4,)), "nothing but zeros was compared at n = 4")


# --- formulas ------------------------------------------------------------------------------------------------------------
def formulas(valid=None, invalid=None) -> Solver:
    def both(z3):
        x = z3.Real("x")
        return (
            {"square": z3.Implies(x > 1, x * x > x)} if valid is None else valid(z3, x),
            {"cube": z3.Implies(x > -1, x * x * x > x)} if invalid is None else invalid(z3, x),
        )

    return Solver(both)


def test_formulas() -> None:
    assert formulas().run() == "1 valid, 1 refuted"
    assert (
        formulas(valid=lambda z3, x: {"square": x * x >= 0, "all": x == x}, invalid=lambda z3, x: {}).run()
        == "2 valid, 0 refuted"
    )
    refused(formulas(valid=lambda z3, x: {"all": x * x > 0}), "all: the negation is sat, expected unsat")
    refused(formulas(invalid=lambda z3, x: {"none": x * x >= 0}), "none: the negation is unsat, expected sat")
    refused(formulas(valid=lambda z3, x: {}), "no formula is said to be valid")


def test_hypotheses_can_be_satisfied() -> None:
    refused(
        formulas(valid=lambda z3, x: {"no x": z3.Implies(x * x < 0, x == 1)}), "no x: its hypotheses are unsat, expected sat"
    )


def test_what_z3_does_not_know_is_not_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    def power(z3, x):
        return {"power": z3.Implies(x > 3, 2**x > x)}

    refused(formulas(valid=power), "power: the negation is unknown, expected unsat")
    refused(formulas(invalid=power), "power: the negation is unknown, expected sat")
    monkeypatch.setattr(solver, "MILLISECONDS", 20)
    refused(formulas(valid=lambda z3, x: {"given": z3.Implies(2**x == x * x * x - 1, x == x)}), "its hypotheses are unknown")


# --- counterexamples -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("left, right = 1, 2", "1. ≠ 2."),
        ("left, right = 1, 1 + 2e-6", "1. ≠ 1."),
        ("left, right = 2e-9, 1e-9", "2.e-09 ≠ 1.e-09"),
        ("left, right = np.ones(2), np.asarray([1, 3])", "[1. 1.] ≠ [1. 3.]"),
        ("left, right = -5, 0", "-5. ≠ 0."),
        ("left, right = 1 / 3, 2 / 3", "0.3333 ≠ 0.6667"),
    ],
)
def test_two_numbers_that_differ(code: str, found: str) -> None:
    assert Counterexample(code).run() == found


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("left, right = 2, 2", "the two sides agree: 2.0 and 2.0"),
        ("left, right = 0, 0", "the two sides agree"),
        ("left, right = 1, 1 + 5e-7", "the two sides agree"),
        ("left, right = 1e6, 1e6 + 0.5", "the two sides agree"),
        ("left, right = np.asarray([1e6, 1]), np.asarray([1e6, 1.5])", "the two sides agree"),  # of the largest
        ("left, right = np.nan, 1", "not finite numbers"),
        ("left, right = 1, np.inf", "not finite numbers"),
        ("left, right = np.ones(2), 2 * np.ones((1, 2))", "not finite numbers that can be compared"),
    ],
)
def test_two_numbers_that_do_not_differ(code: str, said: str) -> None:
    refused(Counterexample(code), said)
