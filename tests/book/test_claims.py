"""The ledger's table in a browser: every claim, typeset; it sorts, narrows, and says when nothing is left."""

from __future__ import annotations

from typing import Any

import pytest

from book.claims import html, ledger

LEDGER = ledger()
COLUMNS = ["claim", "status", "chapter", "what was said", "evidence", "kinds", "kernel", "seeded errors", "rests on"]


@pytest.fixture
def page(visit: Any) -> Any:
    page = visit.open("ledger.html")
    page.wait_for_function(f"() => document.querySelectorAll('#ledger tbody tr').length == {len(LEDGER)}")
    return page


def column(page: Any, name: str) -> list[str]:
    return page.eval_on_selector_all(
        f"#ledger tbody tr td:nth-child({COLUMNS.index(name) + 1})", "cells => cells.map(cell => cell.textContent)"
    )


def names(page: Any) -> set[str]:
    cells = page.eval_on_selector_all(
        "#ledger tbody td:first-child > code:last-child", "all => all.map(one => one.textContent)"
    )
    return set(cells)


def facet(page: Any, name: str, value: str) -> None:
    page.get_by_label(name, exact=True).select_option(value)


def test_every_claim_stands_there_first_by_its_statement_typeset(page: Any, visit: Any) -> None:
    page.wait_for_function("() => document.querySelectorAll('#ledger mjx-container').length > 0")
    assert names(page) == {claim["id"] for claim in LEDGER}
    assert not page.evaluate(
        r"() => /\\\(|\\frac|\\sum/.test([...document.querySelectorAll('#ledger td')].map(td => td.innerText).join())"
    )
    assert page.eval_on_selector_all("#ledger thead th", "all => all.map(th => th.innerText.trim())") == COLUMNS
    assert all(text.isdecimal() for text in column(page, "kinds"))
    assert all(text.isdecimal() or not text for text in column(page, "seeded errors"))
    assert visit.problems == []


@pytest.mark.parametrize("name", ["kinds", "seeded errors"])
def test_a_click_anywhere_on_a_heading_sorts_by_number(page: Any, name: str) -> None:
    heading = page.locator("#ledger thead th").nth(COLUMNS.index(name))
    box = heading.bounding_box()
    heading.click(position={"x": 4, "y": box["height"] - 4})
    page.wait_for_function(
        f"() => document.querySelectorAll('#ledger thead th')[{COLUMNS.index(name)}].ariaSort == 'ascending'"
    )
    found = [int(text) for text in column(page, name) if text]
    assert found == sorted(found)
    assert len(set(found)) > 2


def test_lists_narrow_it_and_nothing_is_left_where_nothing_fits(page: Any) -> None:
    facet(page, "what was said", "refuted")
    assert names(page) == {claim["id"] for claim in LEDGER if claim["verdict"] == "refuted"}
    facet(page, "chapter", "variance")
    both = {claim["id"] for claim in LEDGER if claim["verdict"] == "refuted" and claim["section"] == "variance"}
    assert names(page) == both
    facet(page, "what was said", "")
    assert names(page) == {claim["id"] for claim in LEDGER if claim["section"] == "variance"}
    page.get_by_label("Search").last.fill("no such word")
    page.wait_for_function("() => document.querySelector('#ledger tbody').innerText.includes('No matching records')")
    assert names(page) == set()


def test_the_search_box_filters_by_any_word(page: Any) -> None:
    page.get_by_label("Search").last.fill("oja.norm-law")
    named = {claim["id"] for claim in LEDGER if "oja.norm-law" in (claim["id"], *claim["rests_on"])}
    page.wait_for_function(f"() => document.querySelectorAll('#ledger tbody tr').length == {len(named)}")
    assert names(page) == named


def test_text_is_written_as_text_and_formulas_as_formulas() -> None:
    assert html("a < b, $x < y$, `c`") == (r'<span class="tex2jax_process">a &lt; b, \(x &lt; y\), <code>c</code></span>')
