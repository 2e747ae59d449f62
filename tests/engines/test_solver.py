"""The solver says no: to what has a counterexample or should, to what it does not know, and to void hypotheses."""

import pytest

from lvicreg.engines import Contradiction, Solver, solver

pytest.importorskip("z3")
VALID = {"a square": lambda z3: z3.Real("r") * z3.Real("r") >= 0}


def check(valid=None, invalid=None) -> str:
    groups = (valid or {}, invalid or {})
    return Solver(lambda z3: tuple({name: made(z3) for name, made in group.items()} for group in groups)).run()


def test_what_is_valid_passes_and_what_is_wrong_is_refuted() -> None:
    assert check(VALID, {"a sign": lambda z3: z3.Real("r") > 0}) == "1 valid, 1 refuted"


@pytest.mark.parametrize(
    ("valid", "invalid", "message"),
    [
        ({"a sign": lambda z3: z3.Real("r") > 0}, None, "a sign: the negation is sat, expected unsat"),
        (VALID, VALID, "a square: the negation is unsat, expected sat"),
        (None, {"a sign": lambda z3: z3.Real("r") > 0}, "no formula is said to be valid"),
        (
            {"void": lambda z3: z3.Implies(z3.And(z3.Real("r") > 0, z3.Real("r") < 0), z3.Real("r") == 7)},
            None,
            "void: its hypotheses are unsat, expected sat",
        ),
        (
            VALID,
            {"void": lambda z3: z3.And(z3.Implies(z3.Real("r") * z3.Real("r") < 0, z3.Real("r") > 0), z3.Real("r") > 0)},
            "void: its hypotheses are unsat, expected sat",
        ),
        (
            {"nested": lambda z3: z3.Implies(z3.Real("r") > 0, z3.Implies(z3.Real("r") < 0, z3.Real("r") == 7))},
            None,
            "nested: its hypotheses are unsat, expected sat",
        ),
        (
            VALID | {"void": lambda z3: z3.Implies(z3.Real("r") * z3.Real("r") < 0, z3.Real("r") < 7)},
            None,
            "void: its hypotheses are unsat, expected sat",
        ),
        (
            {"void": lambda z3: (z3.Real("r") < z3.Real("r")) == (z3.Real("r") * z3.Real("r") < 0)},
            None,
            "void: its hypotheses are unsat, expected sat",
        ),
        (
            {"void": lambda z3: (z3.Real("r") * z3.Real("r") >= 0) == z3.BoolVal(True)},
            None,
            "void: its hypotheses are unsat, expected sat",
        ),
        (
            VALID,
            {"void": lambda z3: (z3.Real("r") * z3.Real("r") < 0) == (z3.Real("r") > 0)},
            "void: its hypotheses are unsat, expected sat",
        ),
        (
            {"void": lambda z3: z3.Implies(z3.Real("r") > 0, (z3.Real("r") > -1) == (z3.Real("r") > -2))},
            None,
            "void: its hypotheses are unsat, expected sat",
        ),
    ],
)
def test_what_is_refused(valid, invalid, message: str) -> None:
    with pytest.raises(Contradiction, match=message):
        check(valid, invalid)


def test_what_it_does_not_know_has_not_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    import z3

    decided = z3.Solver.check
    monkeypatch.setattr(z3.Solver, "check", lambda self: z3.unknown if "undecided" in str(self) else decided(self))
    undecided = {"a sign": lambda z3: z3.Real("undecided") > 0}
    with pytest.raises(Contradiction, match="the negation is unknown, expected unsat"):
        check(undecided)
    with pytest.raises(Contradiction, match="the negation is unknown, expected sat"):
        check(VALID, undecided)
    monkeypatch.setattr(z3.Solver, "check", lambda self: decided(self) if str(self).startswith("[Not") else z3.unknown)
    given = {"a sign given": lambda z3: z3.Implies(z3.Real("r") > 0, z3.Real("r") > -1)}
    with pytest.raises(Contradiction, match="a sign given: its hypotheses are unknown, expected sat"):
        check(given)


def test_a_time_limit_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    import z3

    limits: list[int] = []
    monkeypatch.setattr(z3.Solver, "set", lambda self, name, value: limits.append((name, value)))
    check(VALID)
    assert limits == [("timeout", solver.MILLISECONDS)]


@pytest.mark.parametrize("which", ["valid", "invalid"])
def test_formulas_whose_answer_says_less_than_it_seems_are_refused(which: str) -> None:
    """That 1/0 = 3 can be met in z3, and that a hypothesis under a quantifier is void is not seen."""

    def under_a_quantifier(z3):
        return z3.ForAll([z3.Real("r")], z3.Implies(z3.Real("r") < z3.Real("r"), z3.Real("r") == 7))

    for formula, message in (
        (lambda z3: z3.Implies(z3.Real("r") == 0, 1 / z3.Real("r") != 3), "write x = y r in the place of x = y/r"),
        (under_a_quantifier, "quantifier"),
        (lambda z3: z3.And(z3.Real("r") * z3.Real("r") >= 0, under_a_quantifier(z3)), "quantifier"),
    ):
        with pytest.raises(TypeError, match=f"a formula: .*{message}"):
            check(**{"valid": VALID} | {which: {"a formula": formula}})
    for divisor in (lambda z3: z3.Q(0, 1), lambda z3: z3.RealVal(0)):
        with pytest.raises(TypeError, match="a value of its choice"):
            check(VALID, {"a formula": lambda z3, divisor=divisor: z3.Real("r") / divisor(z3) != 3})
    for undefined in (
        lambda z3, r: r**-1 >= 0,
        lambda z3, r: r**0 == 1,
        lambda z3, r: z3.Sqrt(r) >= 0,
        lambda z3, r: r ** z3.Q(1, 2) >= 0,
        lambda z3, r: z3.RealVal(2) ** r >= 0,
    ):
        with pytest.raises(TypeError, match="powers with exponents 1, 2, 3"):
            check(VALID | {"a formula": lambda z3, undefined=undefined: undefined(z3, z3.Real("r"))})
    with pytest.raises(TypeError, match="powers with exponents 1, 2, 3"):
        check({"a formula": lambda z3: z3.Real("r") ** z3.Real("s") == z3.Real("r") ** z3.Real("s")})
    with pytest.raises(TypeError, match="of the sort BitVec"):
        check({"a formula": lambda z3: z3.BitVec("n", 8) + 256 == z3.BitVec("n", 8)})
    with pytest.raises(TypeError, match="function of which anything could be supposed"):
        check({"a formula": lambda z3: z3.Function("g", z3.RealSort(), z3.RealSort())(z3.Real("r")) == z3.Real("r")})
    with pytest.raises(TypeError, match="integers have other laws"):
        check({"a formula": lambda z3: z3.Implies(z3.Int("n") > 0, z3.Int("n") >= 1)})
    powers = {"powers": lambda z3: z3.Implies(z3.Real("r") ** 1 > 0, z3.And(z3.Real("r") ** 2 > 0, z3.Real("r") ** 3 > 0))}
    assert check(powers) == "1 valid, 0 refuted"
    assert check({"halves": lambda z3: z3.Implies(z3.Real("r") > 0, z3.Real("r") / 2 < z3.Real("r"))}) == "1 valid, 0 refuted"


def test_if_has_two_cases() -> None:
    positive = {"a size": lambda z3: z3.If(z3.Real("r") > 0, z3.Real("r"), -z3.Real("r")) >= 0}
    assert check(positive) == "1 valid, 0 refuted"
    for void in (lambda r: r < r, lambda r: r * r >= 0):
        with pytest.raises(Contradiction, match="its hypotheses are unsat"):
            check({"a size": lambda z3, void=void: 2 * z3.If(void(z3.Real("r")), z3.RealVal(7), z3.RealVal(7)) == 14})


def test_if_and_only_if_has_two_cases() -> None:
    assert check({"a sign": lambda z3: (z3.Real("r") > 0) == (2 * z3.Real("r") > 0)}) == "1 valid, 0 refuted"


@pytest.mark.parametrize(
    "hiding",
    [
        lambda z3, void, r: z3.Or(z3.Not(void), r == 7),
        lambda z3, void, r: z3.Not(z3.And(void, r != 7)),
        lambda z3, void, r: z3.If(void, r == 7, True),
        lambda z3, void, r: z3.Xor(void, True),
        lambda z3, void, r: z3.BoolVal(True),
        lambda z3, void, r: z3.Implies(void, r == 7) != z3.BoolVal(False),
        lambda z3, void, r: z3.And(r * r >= 0, z3.Implies(r > 0, z3.Or(z3.Not(void), r == 7))),
        lambda z3, void, r: z3.And(z3.Or(z3.Not(void), r == 7), r * r >= 0),
        lambda z3, void, r: z3.Distinct(r, r + 1, r + 2),
    ],
)
def test_hypotheses_that_would_not_be_seen_are_refused(hiding) -> None:
    with pytest.raises(TypeError, match=r"a formula: hypotheses in .* are not seen"):
        check({"a formula": lambda z3: hiding(z3, z3.Real("r") * z3.Real("r") < 0, z3.Real("r"))})


def test_one_of_two_may_be_supposed() -> None:
    given = {"a sign": lambda z3: z3.Implies(z3.Or(z3.Real("r") > 0, z3.Real("r") < -1), z3.Real("r") * z3.Real("r") > 0)}
    assert check(given) == "1 valid, 0 refuted"


def test_a_function_defined_by_what_cannot_be_is_refused() -> None:
    """``g(r) = g(r) + 1`` would make everything valid."""
    import z3

    g, r = z3.RecFunction("g", z3.RealSort(), z3.RealSort()), z3.Real("r")
    z3.RecAddDefinition(g, [r], g(r) + 1)
    with pytest.raises(TypeError, match="function of which anything could be supposed"):
        check({"a formula": lambda z3: g(r) == 7})
