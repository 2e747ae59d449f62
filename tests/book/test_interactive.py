"""What answers to the reader: the derivation in the page, the ledger's table, the map of claims."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from derivations import NOTE
from lvicreg.project.pages.text import anchor

LEDGER = json.loads((NOTE.pages / "ledger.json").read_text(encoding="utf-8"))


def test_a_gradient_is_derived_in_the_page_and_a_wrong_one_refused(visit: Any, built: Path) -> None:
    if not (built / "_static" / "pyodide").exists():
        pytest.skip("the book was built without Pyodide: npm install pyodide, as the README says")
    page = visit.open("derive.html")
    assert not [url for url in visit.requests if "pyodide" in url or url.endswith(".zip")]  # not before it is asked for

    def derived(expected: str, **fields: str) -> str:
        for name, text in fields.items():
            page.fill(f"[name={name}]", text)
        page.evaluate("() => { document.getElementById('derive-status').textContent = '' }")
        page.click("[name=derive]")
        page.wait_for_function("text => document.getElementById('derive-status').textContent.includes(text)", arg=expected)
        return str(page.inner_text("#derive-result"))

    page.set_default_timeout(120_000)
    page.select_option("[name=preset]", "Covariance")
    right = page.input_value("[name=gradient]")
    assert "they agree" in derived("Equal: the typed gradient is the derived one")
    assert page.locator("#derive-result mjx-container").count() == 3
    assert "they differ" in derived("Refused: the typed gradient is not the derived one", gradient=right.replace("4 *", "2 *"))
    derived("The gradient is not a Python expression", gradient="4 * (")
    derived("In the loss no Sigma sums over i", loss="K[i, i]", gradient=right)
    derived("The loss has an unknown name", loss="open('x')")
    page.select_option("[name=preset]", "Covariance, one sample at a time, the mean held constant")
    derived("Equal")
    page.uncheck("[name=held]")
    derived("Refused")
    assert visit.problems == []
    assert visit.left_the_machine == []


def test_the_ledger_sorts_and_filters(visit: Any) -> None:
    page = visit.open("ledger.html")
    rows = page.locator("#ledger tbody tr")
    page.wait_for_function(f"() => document.querySelectorAll('#ledger tbody tr').length == {len(LEDGER)}")
    page.get_by_label("Search").last.fill("oja.norm-law")
    named = [claim["id"] for claim in LEDGER if "oja.norm-law" in (claim["id"], *claim["rests_on"])]
    page.wait_for_function(f"() => document.querySelectorAll('#ledger tbody tr').length == {len(named)}")
    page.get_by_label("Search").last.fill("")
    page.locator("#ledger thead .dt-column-order").first.click()
    first = min(claim["id"] for claim in LEDGER)
    page.wait_for_function("id => document.querySelector('#ledger tbody td').textContent == id", arg=first)
    statuses = [rows.nth(n).locator("td").nth(1).inner_text() for n in range(0, len(LEDGER), 9)]
    by_id = {claim["id"]: claim["status"] for claim in LEDGER}
    assert statuses == [by_id[rows.nth(n).locator("td").nth(0).inner_text()] for n in range(0, len(LEDGER), 9)]


def test_the_map_has_every_claim_in_the_colour_of_its_status_with_a_link(visit: Any) -> None:
    page = visit.open("map.html")
    nodes = page.eval_on_selector_all(
        ".claim-map a.node",
        "nodes => nodes.map(a => [a.querySelector('text').textContent, a.getAttribute('class'), a.getAttribute('href')])",
    )
    expected = [[claim["id"], f"node {claim['slug']}", f"{claim['section']}.html#{anchor(claim['id'])}"] for claim in LEDGER]
    assert sorted(nodes) == sorted(expected)
    assert page.locator(".claim-map .edge").count() == sum(len(claim["rests_on"]) for claim in LEDGER)
    page.locator(".claim-map a.node", has_text="oja.mean-field-batch").click()
    page.wait_for_url("**/oja_batch.html#claim-oja-mean-field-batch")
    assert page.locator("div#claim-oja-mean-field-batch").is_visible()
