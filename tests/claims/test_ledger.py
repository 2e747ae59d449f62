"""Status is what the findings establish, never what somebody typed."""

from dataclasses import dataclass
from typing import ClassVar

import pytest
from sympy import Symbol

from lvicreg.calculus import Definitions
from lvicreg.claims import Claim, measure, to_json
from lvicreg.engines import Contradiction, Counterexample, EngineMissing, Equation, Fractions, Numbers, Polynomials, Solver

y = Symbol("y")
TRUE = Equation((y + 1) ** 2, y**2 + 2 * y + 1)
FALSE = Equation((y + 1) ** 2, y**2 + 1)


@dataclass(frozen=True)
class Missing:
    kind: ClassVar[str] = "solver"
    engine: ClassVar[str] = "absent"

    def run(self) -> str:
        raise EngineMissing("absent is not installed")


def status(*claims: Claim) -> list[str]:
    return [entry.status for entry in measure(claims)]


def test_status_follows_the_equations() -> None:
    assert status(Claim("a", "", holds=(TRUE,))) == ["proven"]
    assert status(Claim("a", "", holds=(TRUE,), assumptions=("y real",))) == ["proven under stated assumptions"]
    assert status(Claim("a", "", holds=(FALSE,))) == ["failed"]
    assert status(Claim("a", "", fails=(FALSE,), kind="refutation")) == ["refuted"]
    assert status(Claim("a", "", fails=(TRUE,), kind="refutation")) == ["failed"]
    assert status(Claim("a", "", holds=(TRUE,), fails=(FALSE,), kind="approximation")) == ["approximation"]


def test_a_claim_on_a_failed_one_has_failed() -> None:
    assert status(Claim("a", "", holds=(FALSE,)), Claim("b", "", holds=(TRUE,), rests_on=("a",))) == ["failed", "failed"]


def test_what_is_not_run_does_not_count() -> None:
    (entry,) = measure([Claim("a", "", holds=(TRUE,), evidence=(Missing(),))])
    assert entry.kinds == {"symbolic", "exact"}
    assert [finding.outcome for finding in entry.findings] == ["passed", "passed", "not run"]
    assert status(Claim("a", "", evidence=(Missing(),))) == ["not run"]
    assert '"outcome": "not run"' in to_json([entry])


@dataclass(frozen=True)
class Broken:
    kind: ClassVar[str] = "autodiff"
    engine: ClassVar[str] = "broken"

    def run(self) -> str:
        raise ModuleNotFoundError("a bug in the check")


def test_a_check_that_breaks_has_failed() -> None:
    assert status(Claim("a", "", holds=(TRUE,), evidence=(Broken(),))) == ["failed"]


def test_a_claim_says_what_it_could_not_be() -> None:
    with pytest.raises(ValueError, match="checks nothing"):
        Equation(y, y)
    with pytest.raises(ValueError, match="needs an equation that fails"):
        Claim("a", "", holds=(TRUE,), kind="refutation")
    with pytest.raises(ValueError, match="needs an equation for its error"):
        Claim("a", "", fails=(FALSE,), kind="approximation")


@pytest.mark.parametrize(
    "check",
    [
        Counterexample("left, right = 1.0, 1.0"),
        Fractions(lambda: iter([(1, 2)])),
        Fractions(lambda: iter([(0, 0)])),
        Fractions(lambda: iter([])),
        Numbers(lambda jax, rng: iter([(1.0, 1.0 + 1e-6)])),
        Numbers(lambda jax, rng: iter([])),
        Solver(lambda z3: ({"wrong": z3.Real("r") > 0}, {})),
        Solver(lambda z3: ({}, {"right": z3.Real("r") ** 2 >= 0})),
    ],
)
def test_evidence_can_fail(check) -> None:
    with pytest.raises(Contradiction):
        check.run()


def test_definitions_reach_both_engines() -> None:
    a = Symbol("a")
    assert status(Claim("a", "", holds=(Equation(a, y + 1, Definitions({a: 1 + y})),))) == ["proven"]
    assert status(Claim("a", "", holds=(Equation(a, y + 1, Definitions({a: 2 + y})),))) == ["failed"]


def test_polynomials_are_compared_at_every_size() -> None:
    pytest.importorskip("flint")

    def square(flint, n, factor=2):
        x, y = flint.fmpq_mpoly_ctx.get(("x", "y"), flint.Ordering.lex).gens()
        yield (x + n * y) ** 2, x**2 + factor * n * x * y + n**2 * y**2

    assert Polynomials(square).run() == "5 identities, n = 2 to 6"
    with pytest.raises(Contradiction, match="identity 1 fails at n = 2"):
        Polynomials(lambda flint, n: square(flint, n, factor=3)).run()
    with pytest.raises(Contradiction, match="identity 1 fails at n = 4"):
        Polynomials(lambda flint, n: square(flint, n, factor=3 if n == 4 else 2)).run()
    with pytest.raises(Contradiction, match="nothing but zeros"):
        Polynomials(lambda flint, n: [(left - left, right - right) for left, right in square(flint, n)]).run()
