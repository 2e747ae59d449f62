"""The page that derives, in a browser: what it says after success, after failure and after nonsense, and what links open."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from lvicreg.calculus import Sigma
from lvicreg.calculus.layer import b, i, p, q, slope, x, z

STATUS = "#derive-form [role=status]"


@pytest.fixture(scope="module")
def opened(lasting_visit: Any, python_in_the_page: None) -> Any:
    """The page, in which Python is loaded once."""
    lasting_visit.open("derive.html").set_default_timeout(180_000)
    assert not [url for url in lasting_visit.requests if "pyodide" in url or url.endswith(".zip")]  # not before it is asked for
    return lasting_visit


@pytest.fixture
def derive(opened: Any) -> Iterator[Any]:
    opened.page.select_option("[name=preset]", "variance")
    yield opened.page
    assert opened.problems == []
    assert opened.left_the_machine == []


def pressed(page: Any, **fields: str) -> tuple[str, str]:
    """What is said after the button was pressed, and what is shown below it."""
    for name, text in fields.items():
        page.fill(f"#derive-form [name={name}]", text)
    page.click("#derive-form button")
    page.wait_for_function("() => !document.querySelector('#derive-form button').disabled")
    return page.inner_text(STATUS), page.inner_text("#derive-form .details")


def test_success_failure_and_nonsense_are_told_apart_whatever_came_before(derive: Any) -> None:
    derive.select_option("[name=preset]", "covariance")
    right = derive.input_value("[name=gradient]")
    success, failure = "Equal: the typed gradient is the derived one", "Refused: the typed gradient is not the derived one"

    said, shown = pressed(derive)
    assert said.startswith(success)
    assert "they agree" in shown
    assert "Derived minus typed" not in shown
    assert derive.get_attribute(STATUS, "class") == "equal"
    assert derive.locator("#derive-form .details mjx-container[display=true]").count() == 3

    said, shown = pressed(derive, gradient=right.replace("4 *", "2 *"))
    assert said.startswith(failure)
    assert "Derived minus typed" in shown
    assert "times the derived gradient" in shown
    assert "they differ" in shown
    assert derive.get_attribute(STATUS, "class") == "refused"

    for nonsense, reason in (("4 * (", "is not a Python expression"), ("open('x')", "has an unknown name"), ("1/0", "is zoo")):
        said, shown = pressed(derive, gradient=nonsense)
        assert said.startswith(f"The gradient {reason}")
        assert shown == ""
        assert derive.get_attribute(STATUS, "class") == "refused"
    assert pressed(derive, gradient=right)[0].startswith(success)


def test_a_verdict_goes_when_something_else_is_asked(derive: Any) -> None:
    pressed(derive)
    derive.evaluate("""() => {
        window.said = []
        const status = document.querySelector("#derive-form [role=status]")
        new MutationObserver(() => said.push([status.className, status.textContent]))
            .observe(status, {childList: true, attributes: true, characterData: true, subtree: true})
    }""")
    assert pressed(derive, gradient="0")[0].startswith("Refused")
    said = derive.evaluate("() => said")
    assert not [text for kind, text in said if kind == "equal" and text]
    assert ["working", "Differentiating, and comparing …"] in said
    derive.fill("[name=gradient]", "1")
    assert derive.inner_text(STATUS) == ""


def test_what_is_asked_meanwhile_is_not_answered_by_what_was_asked_before(derive: Any) -> None:
    finished = "() => !document.querySelector('#derive-form button').disabled"
    pressed(derive)
    derive.click("#derive-form button")
    derive.fill("[name=gradient]", "0")
    derive.wait_for_function(finished)
    assert (derive.inner_text(STATUS), derive.inner_text("#derive-form .details")) == ("", "")
    assert pressed(derive)[0].startswith("Refused")
    derive.click("#derive-form button")
    derive.select_option("[name=preset]", "covariance")
    derive.wait_for_function(finished)
    assert derive.inner_text(STATUS) == ""
    assert pressed(derive)[0].startswith("Equal")


def test_what_takes_too_long_is_stopped_and_the_next_question_answered(derive: Any) -> None:
    derive.evaluate("""() => {
        const wait = setTimeout
        window.setTimeout = (action, time, ...more) => wait(action, window.impatient && time == 120000 ? 20 : time, ...more)
    }""")
    assert pressed(derive)[0].startswith("Equal")
    derive.evaluate("() => { window.impatient = true }")
    assert pressed(derive, gradient="0")[0].startswith("Stopped after two minutes without an answer")
    derive.evaluate("() => { window.impatient = false }")
    assert pressed(derive)[0].startswith("Refused")


def test_links_fill_the_form(visit: Any) -> None:
    from book.typed import link

    page = visit.open("derive.html#preset=covariance-one-sample")
    assert page.is_checked("[name=held]")
    assert page.input_value("[name=preset]") == "covariance-one-sample"
    page = visit.open(link(Sigma(z[b, i] ** 2, b, i) / 2, Sigma(z[b, p] * slope[b, p] * x[b, q], b)))
    page.wait_for_function("() => document.querySelector('[name=loss]').value == 'Sigma(z[b, i]**2, b, i)/2'")
    assert page.input_value("[name=gradient]") == "Sigma(slope[b, p]*x[b, q]*z[b, p], b)"
    assert not page.is_checked("[name=held]")
    page.fill("[name=gradient]", "0")
    page.evaluate("() => { location.hash = '#what-the-symbols-are' }")  # a heading: what was typed stays
    assert page.input_value("[name=gradient]") == "0"
    page = visit.open("derive.html#preset=nothing")
    page.wait_for_function("s => document.querySelector(s).textContent == 'No preset is called nothing.'", arg=STATUS)
    assert visit.problems == []
