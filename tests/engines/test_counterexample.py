"""A counterexample shows two finite numbers that differ by more than rounding; anything else is refused."""

import pytest

from lvicreg.engines import Contradiction, Counterexample, counterexample


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("left, right = 1.0, 1.0", "agree"),
        ("left, right = 0.1 + 0.2, 0.3", "agree"),
        ("left, right = np.array([1.0, 2.0]), np.array([1.0, 2.0 + 1e-9])", "agree"),
        ("left, right = 0.0, 0.0", "agree"),
        ("left, right = 0.1 + 0.2 - 0.3, 0.0", "agree"),
        ("left, right = 1e-10, 0.0", "agree"),
        ("left, right = 1e6, 1e6 + 1e-1", "agree"),
        ("left, right = np.nan, 1.0", "not finite"),
        ("left, right = 1.0, np.inf", "not finite"),
        ("left, right = np.ones(2), np.zeros(3)", "not finite numbers that can be compared"),
        ("left, right = np.ones(1), 2.0", "not finite numbers that can be compared"),
    ],
)
def test_what_is_refused(code: str, message: str) -> None:
    with pytest.raises(Contradiction, match=message):
        Counterexample(code).run()


def test_what_differs_by_no_more_than_is_visible_agrees(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counterexample, "VISIBLE", 0.5)
    monkeypatch.setattr(counterexample, "ROUNDING", 0.0)
    with pytest.raises(Contradiction, match="agree"):
        Counterexample("left, right = 1.0, 2.0").run()


@pytest.mark.parametrize("code", ["left, right = 1.0, 2.0", "left, right = 1e-6, 2e-6", "left, right = 1e9, 1.00001e9"])
def test_what_differs_passes(code: str) -> None:
    assert "≠" in Counterexample(code).run()


def test_it_shows_both_sides() -> None:
    assert Counterexample("left, right = np.array([1.0, 2.0]), np.array([1.0, 2.5])").run() == "[1. 2.] ≠ [1.  2.5]"


def test_numbers_are_shown_with_four_digits() -> None:
    assert Counterexample("left, right = 1 / 3, 2 / 3").run() == "0.3333 ≠ 0.6667"
