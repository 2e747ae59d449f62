"""The map of claims in a browser: what it shows, lights, opens and links to."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("igraph", reason="the book is built with the extra 'book'")

from book.claims import ledger, target

LEDGER = {claim["id"]: claim for claim in ledger()}
VISIBLE = "all => all.filter(one => one.style.display != 'none')"


def ground(claim: str) -> set[str]:
    """A claim and all that it rests on."""
    return {claim}.union(*map(ground, LEDGER[claim]["rests_on"]))


def shown(page: Any) -> set[str]:
    return set(page.eval_on_selector_all(".claim-map .node", f"all => ({VISIBLE})(all).map(one => one.id)"))


def lanes(page: Any) -> set[str]:
    return set(page.eval_on_selector_all(".claim-map .lane", f"all => ({VISIBLE})(all).map(one => one.dataset.section)"))


def test_every_claim_has_a_box_in_the_colour_of_its_status_and_every_support_a_line(visit: Any) -> None:
    page = visit.open("map.html")
    boxes = page.eval_on_selector_all(".claim-map .node", "all => all.map(one => [one.id, one.getAttribute('class')])")
    assert sorted(boxes) == sorted([name, f"node {claim['slug']}"] for name, claim in LEDGER.items())
    lines = page.eval_on_selector_all(".claim-map .edge", "all => all.map(one => [one.dataset.from, one.dataset.to])")
    assert sorted(lines) == sorted([support, name] for name, claim in LEDGER.items() for support in claim["rests_on"])
    assert shown(page) == set(LEDGER)
    assert visit.problems == []


def test_the_map_says_that_it_goes_on_where_it_does(visit: Any) -> None:
    hint = "() => getComputedStyle(document.querySelector('.claim-map'), '::before').content"
    assert "scroll" in visit.open("map.html").evaluate(hint)
    assert visit.open("map.html#oja.domain").evaluate(hint) == "none"


def test_a_box_stands_in_its_chapters_lane_to_the_right_of_what_it_rests_on_and_over_no_other(visit: Any) -> None:
    page = visit.open("map.html")
    rects = page.evaluate("""() => {
        const at = one => { const {left, right, top, bottom} = one.getBoundingClientRect(); return [left, right, top, bottom] }
        const all = selector => [...document.querySelectorAll(selector)]
        return [Object.fromEntries(all(".claim-map .node").map(one => [one.id, at(one.querySelector("rect"))])),
                Object.fromEntries(all(".claim-map .lane").map(one => [one.dataset.section, at(one.querySelector("rect"))]))]
    }""")
    boxes, places = rects
    for name, claim in LEDGER.items():
        lane = places[claim["section"]]
        assert lane[2] <= boxes[name][2] < boxes[name][3] <= lane[3], name
        assert all(boxes[support][1] < boxes[name][0] for support in claim["rests_on"]), name
    crossing = [
        (one, two)
        for one, a in boxes.items()
        for two, b in boxes.items()
        if one < two and a[0] < b[1] and b[0] < a[1] and a[2] < b[3] and b[2] < a[3]
    ]
    assert crossing == []


@pytest.mark.parametrize("how", ["hover", "focus"])
def test_what_a_claim_rests_on_lights_up_and_goes_out_again(visit: Any, how: str) -> None:
    page = visit.open("map.html")
    node = page.locator("[id='oja.fixed-points']")
    getattr(node, how)()
    lit = page.eval_on_selector_all(".claim-map .node.lit", "all => all.map(one => one.id)")
    assert set(lit) == ground("oja.fixed-points")
    edges = page.locator(".claim-map .edge.lit").count()
    assert edges == sum(len(LEDGER[name]["rests_on"]) for name in lit)
    page.locator(".bd-article h1").hover() if how == "hover" else node.blur()
    assert page.locator(".claim-map .lit").count() == 0


def test_a_click_opens_the_statement_with_a_link_to_its_page(visit: Any) -> None:
    page = visit.open("map.html")
    page.locator("[id='oja.mean-field-batch']").click()
    panel = page.locator(".claim-panel")
    panel.locator("mjx-container").first.wait_for()
    assert "oja.mean-field-batch" in panel.inner_text()
    assert panel.bounding_box()["y"] < 900  # in sight, wherever the box stands
    assert shown(page) == set(LEDGER)
    panel.get_by_text("Read it on its page").click()
    page.wait_for_url(f"**/{target(LEDGER['oja.mean-field-batch'])}")
    assert page.locator("div#claim-oja-mean-field-batch").is_visible()
    assert visit.problems == []


def test_one_claims_ground_has_a_link_of_its_own(visit: Any) -> None:
    page = visit.open("map.html#oja.fixed-points")
    assert shown(page) == ground("oja.fixed-points")
    assert lanes(page) == {LEDGER[name]["section"] for name in ground("oja.fixed-points")}
    assert page.inner_text(".claim-map-shown").startswith("What oja.fixed-points rests on: ")
    assert "oja.fixed-points" in page.inner_text(".claim-panel")
    page.get_by_text("Show all", exact=True).click()
    page.wait_for_function("() => document.querySelector('.claim-map-shown').textContent.startsWith('All ')")
    assert shown(page) == set(LEDGER)
    page = visit.open("map.html#no-such-claim")
    page.wait_for_function("() => document.querySelector('.claim-map-shown').textContent.startsWith('No claim is called')")
    assert shown(page) == set(LEDGER)
    assert visit.problems == []
