"""The engine of enclosures says no: to numbers that differ, to what is not decided, and to what it has no value for."""

from typing import Any

import pytest
from flint import arb
from sympy import Abs, E, GoldenRatio, IndexedBase, Rational, Symbol, cos, exp, log, pi, sign, sin, sqrt, tanh

from lvicreg.calculus import D, Definitions, H, Mean, SecondMoments, Sigma, Symmetric, f, f_prime, relu, sigmoid, softplus
from lvicreg.calculus.layer import B, b, i, j, k
from lvicreg.claims import Claim, Entry, Status, examine
from lvicreg.engines import Contradiction, Enclosed, Equation, Exact, Symbolic, enclosure, evaluating
from lvicreg.engines.evaluation.balls import Ball, Undecided, in_precision

v, w, u = IndexedBase("v"), IndexedBase("w", positive=True), IndexedBase("u")
y, s = Symbol("y"), Symbol("s", positive=True)
total = Sigma(exp(v[i]), i)
HOLDS = {
    "a product": Equation(Sigma(exp(v[i] + v[k]), k), exp(v[i]) * Sigma(exp(v[k]), k)),
    "a slope of a sum": Equation(D(log(Sigma(exp(v[i]), i)), v[k]), exp(v[k]) / total),
    "a sigmoid": Equation(sigmoid(v[i]), 1 / (1 + exp(-v[i]))),
    "the slope of a soft hinge": Equation(D(softplus(s), s), sigmoid(s)),
    "the slope of a sigmoid": Equation(D(sigmoid(s), s), exp(-s) * sigmoid(s) ** 2),
    "the hyperbolic tangent": Equation(tanh(y), (exp(2 * y) - 1) / (exp(2 * y) + 1)),
    "a circle": Equation(sin(y) ** 2 + cos(y) ** 2, 1),
    "slopes of a circle": Equation(D(sin(y) * cos(y), y), 1 - 2 * sin(y) ** 2),
    "a logarithm": Equation(log((s + y) ** 2), log(s**2 + 2 * s * y + y**2)),
    "the area of a ring": Equation(pi * (s + y) ** 2 - pi * y**2, pi * s * (s + 2 * y)),
    "the number e": Equation(E * (y + s) - E * s, E * y),
}
WRONG = {
    "a factor": Equation(2 * exp(y), exp(y)),
    "a sign": Equation(exp(-y), exp(y)),
    "pi": Equation(pi * y, Rational(3141592654, 10**9) * y),
    "e": Equation(E * y, Rational(2718281828, 10**9) * y),
    "a millionth": Equation(exp(y) * Rational(1_000_001, 1_000_000), exp(y)),
    "a slope": Equation(D(tanh(y), y), 1 + tanh(y) ** 2),
    "a logarithm": Equation(log(s * w[i]), log(s) * log(w[i])),
    "of two numbers": Equation(exp(v[i] + v[k]), exp(v[i])),
    "the mean of an exponential": Equation(Sigma(exp(u[b, i]), b) / B, exp(Sigma(u[b, i], b) / B)),
}


@pytest.mark.parametrize("equation", WRONG.values(), ids=WRONG)
def test_what_does_not_hold_is_refused(equation: Equation) -> None:
    assert evaluating(equation) is Enclosed
    with pytest.raises(Contradiction, match="≠"):
        Enclosed((equation,)).run()
    assert "≠" in Enclosed((), (equation,)).run()


@pytest.mark.parametrize("equation", HOLDS.values(), ids=HOLDS)
def test_what_holds_is_enclosed_and_decided_at_every_size(equation: Equation) -> None:
    assert evaluating(equation) is Enclosed
    assert Enclosed((equation,)).run().startswith("equal to 1e-50 of the larger side at ")
    assert Symbolic((equation,)).run() == "1 hold, 0 fail"
    with pytest.raises(Contradiction, match="was to fail, but no counterexample was found"):
        Enclosed((), (equation,)).run()


def test_what_is_algebraic_is_left_to_exact_numbers() -> None:
    for equation in (Equation(D(log(s), s), 1 / s), Equation(f(y), 2 * f(y)), Equation(sqrt(s), s), Equation(relu(y), y)):
        assert evaluating(equation) is Exact
    hidden = Equation(y, 2 * y, Definitions({y: exp(s)}))
    assert evaluating(hidden) is Enclosed


def test_a_number_without_an_enclosure_is_refused() -> None:
    with pytest.raises(TypeError, match="the balls of this engine have no rule for GoldenRatio"):
        Enclosed((Equation(GoldenRatio * y, 2 * y),)).run()


def test_the_activation_function_is_tanh_beside_them() -> None:
    assert Enclosed((Equation(f(v[i]) + exp(s), tanh(v[i]) + exp(s)),)).run()
    assert Enclosed((Equation(D(f(s) * exp(s), s), (f_prime(s) + f(s)) * exp(s)),)).run()


def test_kinks_and_steps_have_their_sides() -> None:
    assert Enclosed((Equation(relu(v[i]) * exp(y), v[i] * H(v[i]) * exp(y)),)).run()
    assert Enclosed((Equation(Abs(v[i]) * exp(y), v[i] * sign(v[i]) * exp(y)),)).run()
    with pytest.raises(Contradiction):
        Enclosed((Equation(Abs(v[i]) * exp(y), v[i] * exp(y)),)).run()


def test_wide_balls_decide_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enclosure, "WIDTH", 1e-90)
    assert Enclosed((HOLDS["a sigmoid"],)).run()  # with more bits
    monkeypatch.setattr(enclosure, "PRECISIONS", (64, 256))
    with pytest.raises(Undecided, match=r"are known to \de-\d\d only"):
        Enclosed((HOLDS["a sigmoid"],)).run()


@pytest.mark.parametrize(
    ("middle", "radius", "decided"),
    [
        ("0", "1e-51", True),
        ("0", "1e-49", False),
        ("1", "1e-51", True),
        ("1", "1e-49", False),
        ("1.2", "1.5e-50", False),
        ("1e6", "1e-46", True),
        ("1e6", "1e-43", False),
    ],
)
def test_how_wide_a_ball_may_be(middle: str, radius: str, decided: bool) -> None:
    engine = Enclosed(())
    with in_precision(256):
        for sign in (1, -1):
            wide, known = Ball(sign * arb(middle, radius)), Ball(sign * arb(middle))
            if decided:
                engine.decide(wide, known)
            else:
                with pytest.raises(Undecided):
                    engine.decide(wide, known)


def test_bits_are_tried_in_turn_until_they_decide(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []

    def noted(bits: int) -> Any:
        tried.append(bits)
        return in_precision(bits)

    monkeypatch.setattr(enclosure, "in_precision", noted)
    assert Enclosed((HOLDS["a sigmoid"],)).run()
    assert tried == [256]
    tried.clear()
    monkeypatch.setattr(enclosure, "PRECISIONS", (16, 32, 512))
    assert Enclosed((HOLDS["a sigmoid"],)).run()
    assert tried == [16, 32, 512]
    tried.clear()
    monkeypatch.setattr(enclosure, "PRECISIONS", (16, 24, 32, 48))
    with pytest.raises(Undecided):
        Enclosed((HOLDS["a sigmoid"],)).run()
    assert tried == [16, 24, 32, 48]


def test_as_many_bits_as_it_takes_and_no_more_than_are_stated() -> None:
    logistic = D(log(1 - sigmoid(1000 * s)), s)
    assert Enclosed((Equation(logistic, -1000 * sigmoid(1000 * s)),)).run()
    assert "≠" in Enclosed((), (Equation(logistic, -999 * sigmoid(1000 * s)),)).run()
    with pytest.raises(Undecided):
        Enclosed((Equation(log(1 - sigmoid(10**6 * s)), log(sigmoid(-(10**6) * s))),)).run()


def test_what_is_0_everywhere_checks_nothing() -> None:
    zero = Definitions({y: Sigma(u[b, i], b, i) - Sigma(u[b, i], i, b)})
    with pytest.raises(Contradiction, match="both sides are 0"):
        Enclosed((Equation(y * exp(v[i]), y * exp(v[k]), zero),)).run()


def test_a_mean_is_refused() -> None:
    law = SecondMoments((v[j], v[j], Symmetric("C")))
    with pytest.raises(TypeError, match="a law states moments"):
        Enclosed((Equation(Mean(v[j] ** 2, law) * exp(s), exp(s)),)).run()


def test_a_claim_is_checked_by_the_engine_that_has_numbers_for_it() -> None:
    claim = Claim("a", "Title", "", "A proof.", holds=(HOLDS["a sigmoid"], Equation((y + 1) ** 2, y**2 + 2 * y + 1)))
    assert [check.kind for check in claim.checks] == ["symbolic", "exact", "enclosure"]
    entry = Entry(claim, examine(claim))
    assert entry.status == Status.EVERY_SIZE
    missing = Entry(claim, tuple(finding for finding in entry.findings if finding.kind != "enclosure"))
    assert missing.status == Status.NOT_RUN


def test_what_holds_of_tanh_only_is_no_equation_for_every_f() -> None:
    """Confirmed by nothing else, it is refused."""
    v, al = IndexedBase("v"), Symbol("al")
    for left, right in (
        (f_prime(v[i]) * exp(al), (1 - f(v[i]) ** 2) * exp(al)),
        (f(-v[i]) * tanh(al), -f(v[i]) * tanh(al)),
    ):
        equation = Equation(left, right, engines=("exact",))
        assert evaluating(equation) is Enclosed
        with pytest.raises(TypeError, match="f is tanh here, and an equation for an arbitrary f needs another engine too"):
            Enclosed((equation,)).run()
        both = Equation(left, right)
        entry = examine(Claim("t", "Title", "", "A proof.", holds=(both,)))
        assert "failed" in {finding.outcome for finding in entry}
