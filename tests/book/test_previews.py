"""What a link leads to is shown beside it: by the pointer, by the keyboard, from a server and from a file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from derivations import NOTE
from lvicreg.project.pages.text import anchor

CLAIMS = {claim.id: claim for claim in NOTE.claims}
SHOWN = "#preview:not([hidden])"


def of(page: Any, claim_id: str, within: str = "main") -> Any:
    """The first link to a claim."""
    return page.locator(f"{within} a[href$='#{anchor(claim_id)}']:not(.claim-id a)").first


def test_parts_of_a_page_are_kept_without_ids_and_permalinks() -> None:
    pytest.importorskip("sphinx", reason="the book is built with the extra 'book'")
    from book.previews import parts

    theorem = '<div class="proof theorem admonition" id="a"><p id="b">x<a class="headerlink">¶</a></p></div>'
    equation = '<div class="math notranslate" id="e">y</div>'
    found = parts(
        f'<h1 id="c">title</h1><div class="proof"><p>no id</p></div>{theorem}{equation}<p id="s" class="previewed">s</p>'
    )
    assert found == {
        "a": '<div class="proof theorem admonition"><p>x</p></div>',
        "e": '<div class="math notranslate">y</div>',
        "s": '<p class="previewed">s</p>',
    }
    assert parts('<h1 id="c">title</h1>') == {}


@pytest.mark.parametrize("claim_id", ["oja.mean-field", "oja.closed-form"], ids=["another page", "this page"])
def test_a_theorem_is_shown_while_the_pointer_rests_on_a_link_to_it(visit: Any, claim_id: str) -> None:
    page = visit.open("oja_flow.html")
    assert page.locator(SHOWN).count() == 0
    of(page, claim_id).hover()
    shown = page.locator(SHOWN)
    shown.locator("mjx-container").first.wait_for()
    assert CLAIMS[claim_id].title in shown.inner_text()
    assert re.match(r"Theorem \d+", shown.inner_text())
    assert shown.locator(".claim-status, .claim-id").count() == 0
    box = shown.bounding_box()
    assert min(box["x"], box["y"]) >= 0
    assert box["x"] + box["width"] <= 1200
    assert box["y"] + box["height"] <= 900
    page.mouse.move(5, 5)
    page.wait_for_selector("#preview", state="hidden")
    assert visit.problems == []
    assert visit.left_the_machine == []


def test_the_keyboard_shows_and_escape_hides(visit: Any) -> None:
    page = visit.open("oja_flow.html")
    link = of(page, "oja.mean-field")
    page.keyboard.press("Tab")  # so that the focus is one of the keyboard
    link.focus()
    page.wait_for_selector(SHOWN)
    assert link.get_attribute("aria-describedby") == "preview"
    assert page.locator("#preview").get_attribute("role") == "tooltip"
    page.keyboard.press("Escape")
    page.wait_for_selector("#preview", state="hidden")
    assert link.get_attribute("aria-describedby") is None


def test_a_cited_work_is_shown(visit: Any) -> None:
    page = visit.open("oja.html")
    page.locator("main a[href*='references.html#']", has_text="Oja").first.hover()
    page.wait_for_selector(SHOWN)
    assert "Oja" in page.inner_text(SHOWN)
    assert visit.problems == []


def test_links_to_other_things_show_nothing_and_ask_for_nothing_that_is_missing(visit: Any) -> None:
    page = visit.open("oja.html")
    page.evaluate("() => document.querySelectorAll('details').forEach(fold => { fold.open = true })")
    for link in ("main a[href$='#lvicreg.rules.log_variance_decay']", "main .claim-id a"):
        page.locator(link).first.hover()
        page.wait_for_timeout(600)
        assert page.locator(SHOWN).count() == 0
    assert visit.problems == []


def test_a_book_that_is_opened_from_a_file_has_previews(chromium: Any, built: Path) -> None:
    page = chromium.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto((built / "oja_flow.html").as_uri())
    page.evaluate("() => window.MathJax?.startup?.promise")
    of(page, "oja.mean-field").hover()
    page.wait_for_selector(SHOWN)
    assert CLAIMS["oja.mean-field"].title in page.inner_text(SHOWN)
    assert errors == []
    page.close()


def test_the_meaning_of_a_symbol_is_shown_beside_it(visit: Any) -> None:
    page = visit.open("oja_flow.html")
    page.locator(f"#{anchor('oja.norm-law')} a[href$='#symbol-w-0-oja-flow']").hover()
    page.locator(SHOWN).wait_for()
    assert page.locator(SHOWN).inner_text() == "weights at the start of a flow"
    assert visit.problems == []
