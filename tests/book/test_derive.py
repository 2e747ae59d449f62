"""What answers in the page: presets that agree with the derivations, verdicts, differences and factors, and what is refused."""

from __future__ import annotations

import re
from itertools import chain
from typing import Any

import pytest

pytest.importorskip("sphinx", reason="the book is built with the extra 'book'")

from sympy import Expr, S, Symbol

from book.exercise import BOOK, calculus
from book.typed import link, typed
from derivations import NOTE, covariance, covariance_one_sample, invariance, log_variance, total, variance
from derivations.notation import LATEX
from lvicreg.calculus import Sigma, gradient, is_zero
from lvicreg.calculus.layer import W, i, mean, p, q, sigma, t
from lvicreg.calculus.operators import resolve
from lvicreg.codegen.rule import Rule

LOSSES: dict[str, tuple[Expr, bool]] = {  # and whether the mean is held constant
    "variance": (variance.loss, False),
    "log-variance": (log_variance.loss, False),
    "log-variance-decay": (log_variance.loss_with_decay, False),
    "invariance": (invariance.loss, False),
    "covariance": (covariance.loss, False),
    "covariance-one-sample": (Sigma(covariance_one_sample.one_sample_loss, t), True),
    "third-factor": (Sigma(covariance_one_sample.norm_loss, t), True),
    "total": (total.loss, True),
    "total-log-variance": (total.log_loss, True),
}
RULES: list[Rule] = [rule for rule in chain.from_iterable(NOTE.rules_of(NOTE.sections).values()) if rule.descent]


@pytest.fixture(scope="module")
def page() -> Any:
    return calculus()


def test_there_is_a_preset_for_every_loss(page: Any) -> None:
    assert list(page.presets) == list(LOSSES)


def test_links_of_the_book_name_presets_that_there_are(page: Any) -> None:
    texts = (path.read_text(encoding="utf-8") for path in BOOK.glob("*.md"))
    named = {name for text in texts for name in re.findall(r"derive\.html#preset=([^\s\"'`)&]+)", text)}
    assert named
    assert named <= set(page.presets)


@pytest.mark.parametrize("name", LOSSES)
def test_a_preset_is_the_loss_and_the_gradient_of_the_derivations(page: Any, name: str) -> None:
    preset, (loss, held) = page.presets[name], LOSSES[name]
    definitions = page.given.holding(mean) if held else page.given
    assert preset["held"] == held
    assert is_zero(page.read(preset["loss"], "loss") - loss, definitions)
    assert is_zero(page.read(preset["gradient"], "gradient") - gradient(loss, W[p, q], definitions), definitions)


@pytest.mark.parametrize("name", LOSSES)
def test_a_gradient_is_confirmed_and_twice_the_gradient_refused_by_both_checks(page: Any, name: str) -> None:
    preset = page.presets[name]
    right = page.check(preset["loss"], preset["gradient"], preset["held"], LATEX)
    assert (right["verdict"], right["agree"], right["difference"], right["factor"]) == ("equal", True, None, None)
    assert float(right["diff"]) != 0
    wrong = page.check(preset["loss"], f"2 * ({preset['gradient']})", preset["held"], LATEX)
    assert (wrong["verdict"], wrong["agree"], wrong["factor"]) == ("refused", False, "2")
    assert wrong["difference"] not in (None, "0")


def test_holding_the_mean_matters_where_one_sample_stands_for_the_covariance_only(page: Any) -> None:
    for name, preset in page.presets.items():
        other = page.check(preset["loss"], preset["gradient"], not preset["held"], LATEX)
        assert (other["verdict"] == "equal", other["agree"]) == (not preset["held"],) * 2, name


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_step_of_a_derivation_opens_on_the_page_and_is_confirmed_there(page: Any, rule: Rule) -> None:
    descent = rule.descent
    loss, held = typed(descent.loss), mean not in descent.definitions
    definitions = page.given.holding(mean) if held else page.given
    first, *others = (typed(step.result) for step in descent.steps)
    assert "D(" in first
    found = page.check(loss, first, held, LATEX)
    assert (found["verdict"], found["agree"]) == ("equal", True)
    for step in others:
        assert is_zero(resolve(page.read(step, "gradient"), definitions) + descent.update, definitions), step


def test_a_link_has_both_texts_and_whether_the_mean_is_held() -> None:
    assert link("a+b", sigma[i] / 2, held=True) == "derive.html#loss=a%2Bb&gradient=sigma%5Bi%5D/2&held"
    assert not link("0", S.Zero).endswith("held")


# --- what is wrong, and by what -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("factor", "found"),
    [("-1", "-1"), ("1/2", r"\frac{1}{2}"), ("alpha", r"\alpha"), ("-3 * B", "- 3 B"), ("1 / beta", r"\frac{1}{\beta}"),
     ("N", "N"), ("1/N", r"\frac{1}{N}"), ("gamma", None), ("z[b, p]", None), ("1/97", None)],
)  # fmt: skip
def test_a_constant_factor_is_named_if_it_is_simple(page: Any, factor: str, found: str | None) -> None:
    answer = f"2 * Sigma({factor} * (z[b, p] - z_prev[b, p]) * slope[b, p] * x[b, q], b)"
    assert page.check(page.presets["invariance"]["loss"], answer, False, LATEX)["factor"] == found


def test_a_difference_is_the_term_that_was_forgotten(page: Any) -> None:
    preset = page.presets["log-variance-decay"]
    answer = preset["gradient"].replace(" + decay * W[p, q]", "")
    found = page.check(preset["loss"], answer, False, LATEX)
    assert (found["difference"], found["factor"], found["agree"]) == (r"\lambda W_{pq}", None, False)


def test_numbers_are_exact(page: Any) -> None:
    third, decimal = page.read("1/3", "loss"), page.read("0.1", "loss")
    assert (third, decimal) == (S.One / 3, S.One / 10)
    assert page.read("beta**(1/2)", "loss") == Symbol("beta", positive=True) ** (S.One / 2)


def test_what_is_held_is_a_constant_for_the_second_check_too(page: Any) -> None:
    free = "Sigma((z[b, i] - z_prev[b, i])**2, b, i)"
    assert not page.check(free, page.presets["invariance"]["gradient"], False, LATEX)["agree"]
    assert page.check(free.replace("z_prev[b, i]", "SG(z_prev[b, i])"), page.presets["invariance"]["gradient"], False, LATEX)[
        "agree"
    ]


def test_a_gate_that_was_forgotten_is_seen_by_both_checks(page: Any) -> None:
    """Where the hinge is open, it makes no difference."""
    preset = page.presets["variance"]
    found = page.check(preset["loss"], preset["gradient"].replace("H(gamma - sigma[p]) ", "1 "), False, LATEX)
    assert (found["verdict"], found["agree"], found["factor"], found["diff"]) == ("refused", False, None, "0")
    assert float(found["claimed"]) != 0


def test_what_cannot_be_reduced_but_agrees_is_told_apart(page: Any) -> None:
    always_one = "H(tanh(W[p, q])**2 + gamma)"
    preset = page.presets["covariance"]
    found = page.check(preset["loss"], f"{always_one} * {preset['gradient']}", False, LATEX)
    assert (found["verdict"], found["agree"]) == ("open", True)


@pytest.mark.parametrize(
    ("loss", "wrong"),
    [
        ("Sigma(relu(W[i, j]), i, j)", "0"),
        ("Sigma(relu(W[i, j])**2, i, j)", "7 * W[p, q] * H(W[p, q])"),
        ("Sigma(relu(W[i, j]) + 2 * relu(-W[i, j]), i, j)", "-2"),
        ("Sigma(relu(z[b, i]), b, i)", "0"),
    ],
)
def test_a_hinge_is_seen_on_both_sides(page: Any, loss: str, wrong: str) -> None:
    assert page.check(loss, wrong, False, LATEX)["verdict"] == "refused"


@pytest.mark.parametrize("wrong", ["log(W[p, q])", "sqrt(W[p, q])", "W[p, q]**W[p, q]", "W[p, q]**(1/2)"])
def test_an_answer_that_is_no_real_number_is_refused(page: Any, wrong: str) -> None:
    assert page.check("Sigma(W[i, j]**2, i, j)", wrong, False, LATEX)["verdict"] == "refused"


# --- what is refused --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("loss", "message"),
    [
        ("", "The loss is empty"),
        ("1 +", "The loss is not a Python expression"),
        ("open('x')", "The loss has an unknown name: open"),
        ("relu.mro", "The loss has more than arithmetic in it: relu.mro"),
        ("(lambda: 3)()", "The loss has more than arithmetic in it"),
        ("relu(argument=3)", "The loss has more than arithmetic in it"),
        ("'a' * 3", "The loss has more than arithmetic in it: 'a'"),
        ("2 * u", r"In the loss u stands without its indices: u\[b, i\]"),
        ("2 * relu", "In the loss relu is a function, and has no arguments"),
        ("gamma(3)", "In the loss gamma is not a function"),
        ("Sigma(u[b], b)", r"In the loss stands u\[b\]; u is written with indices such as u\[b, i\]"),
        ("Sigma(u[i, b], b, i)", "In the loss stands"),
        ("1 / 0", "The loss is zoo, which is not a number"),
        ("9**9**9", r"The loss has an exponent above 64: 9 \*\* 9"),
        ("2**(8 * 9 * N)", "The loss has an exponent above 64"),
        ("Sigma(u[b, i], b)", "In the loss no Sigma sums over i"),
        ("Sigma(x[b, q], b, 3)", "The loss cannot be read"),
        ("Sigma(u[b, p], b, i)", "In the loss no Sigma sums over p"),
        ("Sigma(W[i, j], i, j)**Sigma(W[i, j], i, j)", "The gradient cannot be derived"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(page: Any, loss: str, message: str) -> None:
    with pytest.raises(page.Refused, match=message):
        page.check(loss, "0", False, LATEX)
