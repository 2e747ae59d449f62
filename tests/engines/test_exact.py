"""The exact engine says no: to a wrong number anywhere, to checks that could not fail, to points where nothing is defined."""

from collections import Counter
from contextlib import nullcontext
from fractions import Fraction
from itertools import accumulate
from math import prod

import pytest
from sympy import Expr, IndexedBase, Rational, Symbol, log, sqrt

from lvicreg.calculus import At, D, Definitions, Delta, H, Mean, SecondMoments, Sigma, Symmetric, distinct, relu
from lvicreg.calculus.layer import B, N, alpha, b, c, i, j, k, l, network, p, q, u, z
from lvicreg.engines import Contradiction, Equation, Exact, exact
from lvicreg.engines.evaluation.evaluator import Evaluator

y, s, e = Symbol("y"), Symbol("s", positive=True), Symbol("e", nonnegative=True)
v, w, n = IndexedBase("v"), IndexedBase("w", positive=True), IndexedBase("n", nonnegative=True)
G = IndexedBase("G")
C, xi = Symmetric("C"), IndexedBase("xi")
WRONG = {
    "a factor": Equation(2 * y, y),
    "a sign": Equation(-y, y),
    "a millionth": Equation(y * Fraction(1_000_001, 1_000_000), y),
    "a sum and its terms": Equation(Sigma(v[i], i) ** 2, Sigma(v[i] ** 2, i)),
    "others and all": Equation(Sigma(distinct(i, k) * v[k], k), Sigma(v[k], k)),
    "an index": Equation(G[i, k], G[k, i]),
    "a derivative": Equation(D(Sigma(v[i] ** 2, i), v[p]), v[p]),
    "the slope of a logarithm": Equation(D(log(s), s), 1 / s**2),
    "B for B - 1": Equation(alpha * B, 1, network),
    "a mean": Equation(Mean(xi[j] * xi[q], SecondMoments((xi[j], xi[j], C))), 2 * C[j, q]),
    "a place": Equation(At(v[j], v[q], Delta(j, q)), 2),
    "the threshold of a step": Equation(H(s - w[i]), H(2 * s - w[i])),
    "the threshold of a hinge": Equation(relu(s - w[i]), relu(s - 2 * w[i])),
    "a root": Equation(sqrt(w[i]) * sqrt(w[k]), w[i]),
}


@pytest.mark.parametrize("equation", WRONG.values(), ids=WRONG)
def test_what_does_not_hold_is_refused(equation: Equation) -> None:
    with pytest.raises(Contradiction, match="≠"):
        Exact((equation,)).run()
    assert "≠" in Exact((), (equation,)).run()


@pytest.mark.parametrize(
    "equation",
    [
        Equation(log(w[i]), log(2 * w[i])),
        Equation(log(s * w[i]), log(s) + log(w[i])),
        Equation(G[i] * v[i], 2 * v[i], Definitions({G[i]: log(w[i])})),
        Equation(log(w[i]) * D(log(s), s), 2),
    ],
    ids=["by itself", "in a sum", "behind a name", "beside a slope"],
)
def test_nothing_may_depend_on_the_value_of_a_logarithm(equation: Equation) -> None:
    with pytest.raises(TypeError, match="knows the slope of a logarithm, not its value"):
        Exact((), (equation,)).run()


def test_the_slope_of_a_logarithm_is_known() -> None:
    assert Exact((Equation(D(log(s), s), 1 / s),)).run()


def test_what_was_to_fail_and_holds_is_refused() -> None:
    with pytest.raises(Contradiction, match="was to fail, but no counterexample was found"):
        Exact((), (Equation((y + 1) ** 2, y**2 + 2 * y + 1),)).run()
    with pytest.raises(Contradiction, match="was to fail"):
        Exact((), (WRONG["a factor"], Equation(Sigma(u[b, i], b), 0, network))).run()


def test_an_error_at_one_pattern_of_indices_is_found() -> None:
    """Wrong only where the indices coincide in one way, among five indices of one range."""
    for pattern in (Delta(i, k), Delta(i, k) * Delta(k, l), Delta(i, l) * distinct(i, k), Delta(i, k) * Delta(l, p)):
        with pytest.raises(Contradiction):
            Exact((Equation(v[i] * v[k] * v[l] * v[p] + pattern, v[i] * v[k] * v[l] * v[p], sizes=({"N": 4},)),)).run()


def test_the_second_equation_is_looked_at_too() -> None:
    with pytest.raises(Contradiction):
        Exact((Equation((y + 1) ** 2, y**2 + 2 * y + 1), WRONG["a factor"])).run()


def test_a_gate_behind_a_name_or_on_one_side_is_seen() -> None:
    g, h = IndexedBase("g"), IndexedBase("h")
    named = Definitions({g[i]: H(s - w[i]), h[i]: H(Fraction(11, 10) * s - w[i])})
    for equation in (
        Equation(g[i] * v[i], h[i] * v[i], named, ({"N": 2},)),
        Equation(v[i], v[i] * (1 - H(s - w[i]) * H(w[i] - Fraction(9, 10) * s)), sizes=({"N": 2},)),
    ):
        with pytest.raises(Contradiction):
            Exact((equation,)).run()


def test_an_error_at_one_size_or_scale_is_found() -> None:
    with pytest.raises(Contradiction, match="N = 3"):
        Exact((Equation(N * (N - 2) + v[i], v[i], sizes=({"N": 2}, {"N": 3})),)).run()
    small, large = (f"entries of order {scale}" for scale in Exact.scales)
    found = [where for where, *_ in Exact(()).values(Equation(v[i], 0), 0)]
    assert any(small in where for where in found)
    assert any(large in where for where in found)


def test_what_is_0_everywhere_checks_nothing() -> None:
    with pytest.raises(Contradiction, match="both sides are 0 wherever evaluated"):
        Exact((Equation(Sigma(u[b, i], b) * v[i], Sigma(u[b, i], b) * z[c, k], network),)).run()
    assert Exact((Equation(Sigma(u[b, i], b), 0, network),)).run().startswith("equal at")


def test_what_is_undefined_is_not_skipped() -> None:
    with pytest.raises(ZeroDivisionError):
        Exact((Equation(y / Sigma(u[b, i], b), y / Sigma(u[b, i], b) + 1, network),)).run()
    with pytest.raises(ZeroDivisionError):
        Exact((), (Equation(1 / Sigma(u[b, i], b), 1, network),)).run()


@pytest.mark.parametrize(("gate", "side"), [(H, "more"), (H, "not more"), (relu, "more"), (relu, "not more")])
def test_a_gate_that_the_exact_engine_alone_saw_from_one_side_is_refused(gate: type, side: str) -> None:
    """All that is drawn at random is less than 1000."""
    inside = v[i] + (1000 if side == "more" else -1000)
    left = v[i] * gate(inside)
    right = v[i] * (0 if side == "not more" else 1 if gate is H else inside)
    with pytest.raises(Contradiction, match=rf"1000.* is {side} than 0 wherever evaluated"):
        Exact((Equation(left + v[i], right + v[i], engines=("exact",)),)).run()
    Exact((Equation(left + v[i], right + v[i]),)).run()  # and leave the other side to the symbolic engine


@pytest.mark.parametrize("inside", [v[i] + 1000, v[i] - 1000])
def test_a_root_of_a_square_is_a_gate(inside: Expr) -> None:
    sides = sqrt(inside**2) * y, (inside if inside - v[i] > 0 else -inside) * y
    with pytest.raises(Contradiction, match=r"1000.* more than 0 wherever evaluated"):
        Exact((Equation(*sides, engines=("exact",)),)).run()
    with pytest.raises(Contradiction, match="≠"):
        Exact((Equation(sqrt((v[i] - 1) ** 2) * y, (v[i] - 1) * y, engines=("exact",)),)).run()


def test_gates_seen_from_both_sides_at_different_points_are_let_pass() -> None:
    Exact((Equation(relu(s - w[i]), (s - w[i]) * H(s - w[i]), sizes=({"N": 2},), engines=("exact",)),)).run()


def test_more_points_are_tried_where_a_gate_decides() -> None:
    """The two sides differ for a value between two thresholds that are near each other, on any scale."""
    for near in (Fraction(1, 2), Fraction(3, 2)):
        with pytest.raises(Contradiction):
            Exact((Equation(H(s - w[i]) * v[i], H(near * s - w[i]) * v[i], sizes=({"N": 2},)),)).run()
    plain, gated = (len(list(Exact(()).values(Equation(e, 0), 0))) for e in (v[i], H(v[i])))
    assert gated == plain + Exact.hinged


@pytest.mark.parametrize(
    ("undefined", "most"), [((1,), False), ((1, Fraction(1, 2)), False), ((1, Fraction(1, 2), Fraction(1, 4)), True)]
)
def test_where_most_of_the_further_points_are_undefined_it_is_said(
    undefined: tuple, most: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    class SomewhereUndefined(Evaluator):
        def value(self, expr, at=None):
            if self.point.scale in undefined and expr.has(H):
                raise ZeroDivisionError
            return super().value(expr, at)

    monkeypatch.setattr(exact, "Evaluator", SomewhereUndefined)
    check = Exact((Equation(H(v[i]) ** 2, H(v[i]), sizes=({"N": 2},)),))
    with pytest.raises(Contradiction, match="undefined at 96 of 128 points") if most else nullcontext():
        check.run()


@pytest.mark.parametrize("problem", [TypeError, ValueError])
def test_of_further_points_only_those_with_a_zero_denominator_are_passed_over(
    problem: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    class SomewhereBroken(Evaluator):
        def value(self, expr, at=None):
            if self.point.scale == Fraction(1, 2) and expr.has(H):
                raise problem
            return super().value(expr, at)

    monkeypatch.setattr(exact, "Evaluator", SomewhereBroken)
    with pytest.raises(problem):
        Exact((Equation(H(v[i]) ** 2, H(v[i]), sizes=({"N": 2},)),)).run()


def test_what_holds_but_at_a_kink_or_a_zero_is_refused() -> None:
    """H(v) + H(−v) is 1 everywhere else; H(ε) too."""
    with pytest.raises(Contradiction, match=r"0 ≠ 1 at .*, some 0"):
        Exact((Equation(H(v[i]) + H(-v[i]), 1),)).run()
    with pytest.raises(Contradiction, match=r"0 ≠ 1 at .*, some 0"):
        Exact((Equation(H(e), 1),)).run()


@pytest.mark.parametrize(
    ("expr", "further", "zeros"),
    [
        (e * v[i], Exact.edges, Exact.edges),
        (n[i] * v[i], Exact.edges, Exact.edges),
        (G[i], Exact.edges, Exact.edges),
        (relu(e * v[i]), 128, 64),
        (s * v[i], 0, 0),
    ],
    ids=["a number", "an array", "behind a name", "in a hinge", "what is positive"],
)
def test_zeros_are_met_where_something_may_be_zero(expr: Expr, further: int, zeros: int) -> None:
    equation = Equation(expr, 0, Definitions({G[i]: e * v[i]}), ({"N": 2},))
    assert Exact.edges >= 8
    found = [where for where, *_ in Exact(()).values(equation, 0)]
    assert len(found) == 4 + further
    assert sum(", some 0" in where for where in found) == zeros


def test_points_with_zeros_differ() -> None:
    values = [left for _, left, _ in Exact(()).values(Equation(e * v[i] + v[i], 0, sizes=({"N": 2},)), 0)]
    assert len(set(values[-Exact.edges :])) > Exact.edges / 2


def test_the_places_have_every_pattern() -> None:
    places = Exact(())._places([i, k, l], [3, 3, 3])
    patterns = {(a == b_, b_ == c_, a == c_) for a, b_, c_ in places}
    assert len(patterns) == 5
    assert len(places) == len(set(places))
    mixed = Exact(())._places([i, b], [2, 2])  # of different ranges: nothing coincides
    assert len(mixed) == 4


def test_it_says_what_it_found_and_where() -> None:
    holds, fails = Equation((y + 1) ** 2, y**2 + 2 * y + 1), Equation(y, 2 * y)
    assert Exact((holds,)).run() == "equal at 4 entries"  # two sizes, small and large values
    found = Exact((), (fails,)).run()
    assert found.endswith("at B = 3, M = 3, N = 2, entries of order 1/8, {}")
    assert Exact((holds, holds), (fails, fails)).run() == f"equal at 8 entries; {found}; {found}"
    (first, *_) = Exact(()).values(fails, seed=0)
    assert found == f"{first[1]} ≠ {first[2]} at {first[0]}"


def test_of_many_entries_a_few_are_met() -> None:
    places = Exact(())._places([b, c, i, k], [5, 5, 5, 5])
    assert 4 <= len(places) <= 4 + Exact.entries  # two patterns for each of two ranges
    assert Exact.entries >= 4


def test_every_size_is_met_at_either_scale_and_further_points_at_the_first_size() -> None:
    """Small values and large ones; where a gate decides, 128 more from 1 to 1/8, each at one entry, each drawn anew."""
    where = [point.rpartition(", {")[0] for point, *_ in Exact(()).values(Equation(v[i], 2 * v[i]), 0)]
    first, second = "B = 3, M = 3, N = 2, entries of order ", "B = 2, M = 2, N = 3, entries of order "
    assert list(dict.fromkeys(where)) == [first + "1/8", first + "4", second + "1/8", second + "4"]
    assert len(where) == 2 * (2 + 3)
    three = Equation(relu(v[i]), 0, sizes=({"N": 2}, {"N": 3}, {"N": 4}))
    assert len(list(Exact(()).values(three, 0))) == 2 * (2 + 3 + 4) + Exact.hinged
    gated = list(Exact(()).values(Equation(relu(v[i]), 2 * v[i]), 0))
    further = gated[len(where) :]
    assert {point.rpartition(", {")[0] for point, *_ in further} == {
        first + size + zeros for size in ("1", "1/2", "1/4", "1/8") for zeros in ("", ", some 0")
    }
    assert len(further) == Exact.hinged
    assert len({right for _, _, right in further}) > 40
    assert [point.rpartition("{")[2] for point, *_ in further[:4]] == ["i: 0}", "i: 1}"] * 2


def test_a_mean_is_taken_at_one_scale_and_its_law_fixes_the_parameters_first() -> None:
    law = SecondMoments((xi[j], xi[j], C))
    equation = Equation(Mean(xi[j] * xi[q], law) + C[j, q], 0, sizes=({"N": 2, "M": 2, "B": 3},))
    found = [where for where, *_ in Exact(()).values(equation, 0)]
    assert {where.rpartition(", {")[0] for where in found} == {"B = 3, M = 2, N = 2, entries of order 4"}
    assert Exact((Equation(C[j, q] + Mean(xi[j] * xi[q], law), 2 * C[j, q]),)).run().startswith("equal at")


def test_the_law_of_every_mean_fixes_its_parameters_first() -> None:
    """Where two means are taken, and where one stands behind a name on the side that is read last."""
    ups, S = IndexedBase("ups"), Symmetric("S")
    law, other = SecondMoments((xi[j], xi[j], C)), SecondMoments((ups[j], ups[j], S))
    both = C[j, q] + S[j, q]
    assert Exact((Equation(both + Mean(xi[j] * xi[q], law) + Mean(ups[j] * ups[q], other), 2 * both),)).run()
    assert Exact((Equation(C[j, j], G[j], Definitions({G[j]: Mean(xi[j] ** 2, law)})),)).run()


def test_points_outside_the_domain_are_passed_over() -> None:
    """Of the further points up to half may be; none of the others."""
    values = [left.rational() for _, left, _ in Exact(()).values(Equation(v[i], relu(v[i])), 0)]
    number = len(values) - Exact.hinged
    often = [value for value, _ in Counter(values[number:]).most_common() if value not in values[:number]]

    def undefined_at(places: list[Fraction]) -> Equation:
        pole = 1 / prod(v[i] - Rational(place.numerator, place.denominator) for place in places)
        return Equation(pole + relu(v[i]), pole + v[i] * H(v[i]))

    skipped = list(accumulate(values[number:].count(place) for place in often))
    most = next(n for n, total in enumerate(skipped) if total > 64)
    assert Exact((undefined_at(often[:most]),)).run() == f"equal at {len(values) - skipped[most - 1]} entries"
    with pytest.raises(Contradiction, match=f"undefined at {skipped[most]} of 128 points"):
        Exact((undefined_at(often[: most + 1]),)).run()
    with pytest.raises(ZeroDivisionError):
        Exact((undefined_at(values[:1]),)).run()
