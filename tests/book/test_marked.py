"""Marked exercises in a browser: what is said after success, failure and nonsense; those of a page share a worker."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("sphinx", reason="the book is built with the extra 'book'")

from book.exercise import exercises

MARKED = {exercise.label: exercise for exercise in exercises() if exercise.kind == "marked"}


def checked(page: Any, answer: str) -> tuple[str, str, str]:
    """The verdict, its kind, and what is shown below it."""
    page.fill("form.marked textarea", answer)
    page.click("form.marked button")
    page.wait_for_function("() => !document.querySelector('form.marked button').disabled")
    status = page.locator("form.marked [role=status]")
    return status.inner_text(), status.get_attribute("class"), page.inner_text("form.marked .details")


def test_an_answer_is_marked(visit: Any, python_in_the_page: None) -> None:
    exercise = MARKED["variance-compute"]
    page = visit.open(f"{exercise.page}.html")
    page.set_default_timeout(180_000)
    assert not [url for url in visit.requests if "pyodide" in url or url.endswith(".zip")]  # not before it is asked for
    solution = exercise.options["gradient"]

    said, kind, shown = checked(page, solution)
    assert (said, kind) == ("Right, for every N, M, B and every f.", "equal")
    assert "diff" not in shown

    said, kind, shown = checked(page, f"-({solution})")
    assert (said, kind) == ("Not the gradient.", "refused")
    assert "times the gradient. The sign is that of the update" in shown

    said, kind, shown = checked(page, "Sigma(x[b, q], b)")
    assert (said, kind) == ("Not the gradient.", "refused")
    assert "your answer for W₀₀ is" in shown

    said, kind, shown = checked(page, "what?")
    assert (kind, shown) == ("refused", "")
    assert "is not a Python expression" in said

    assert checked(page, solution)[1] == "equal"
    page.click("form.marked button")
    page.fill("form.marked textarea", "0")  # while Python computes
    page.wait_for_function("() => !document.querySelector('form.marked button').disabled")
    assert page.inner_text("form.marked [role=status]") == ""
    assert visit.problems == []
    assert visit.left_the_machine == []


def test_a_solution_is_folded_until_it_is_asked_for(visit: Any) -> None:
    page = visit.open("variance.html")
    solution = page.locator(".solution .solution-content, .solution section").first
    assert not solution.is_visible()
    page.locator(".solution .toggle-button").first.click()
    solution.wait_for(state="visible")


def test_exercises_of_one_page_share_a_worker_and_keep_their_answers_apart(visit: Any, python_in_the_page: None) -> None:
    """A second form is made of the first, as a page with two exercises has it."""
    page = visit.page
    page.add_init_script("""
        const Original = Worker
        window.workers = 0
        window.Worker = class extends Original { constructor(...given) { super(...given); window.workers += 1 } }
        document.addEventListener("DOMContentLoaded", () => {
            const form = document.querySelector("form.marked")
            form.after(form.cloneNode(true))
        })
    """)
    visit.open("variance.html")
    page.set_default_timeout(180_000)
    forms = page.locator("form.marked")
    assert forms.count() == 2
    answers = MARKED["variance-compute"].options["gradient"], "0"
    for n, answer in enumerate(answers):
        forms.nth(n).locator("textarea").fill(answer)
    for n in range(2):
        forms.nth(n).locator("button").click()
    page.wait_for_function("() => [...document.querySelectorAll('form.marked button')].every(button => !button.disabled)")
    assert [forms.nth(n).locator("[role=status]").get_attribute("class") for n in range(2)] == ["equal", "refused"]
    assert page.evaluate("() => workers") == 1
