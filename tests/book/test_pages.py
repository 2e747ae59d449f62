"""Every page in a real browser: formulas are set, nothing fails, nothing is asked of the network, a phone shows it all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

PAGES = sorted(path.stem for path in (Path(__file__).parents[2] / "book").glob("*.md"))

RAW_TEX = r"""() => {
    const raw = /\\\(|\\\[|\$\$|\\frac|\\sum|\\begin|\\mathrm|\\left/
    const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT)
    const found = []
    for (let node = walker.nextNode(); node; node = walker.nextNode())
        if (raw.test(node.textContent) && !node.parentElement.closest("pre, code, script, style, textarea, mjx-assistive-mml"))
            found.push(node.textContent.trim().slice(0, 80))
    return found
}"""
BROKEN_IMAGES = """() => [...document.querySelectorAll("main img")]
    .filter(image => !image.alt.trim() || (image.complete && image.naturalWidth == 0)).map(image => image.src)"""
# formulas, and tables in folds, that need more than their column, folds open
CUT = """async () => {
    document.querySelectorAll("details").forEach(fold => fold.open = true)
    document.querySelectorAll(".toggle-hidden .toggle-button").forEach(button => button.click())
    await new Promise(resolve => setTimeout(resolve))
    await new Promise(resolve => setTimeout(resolve))
    return [...document.querySelectorAll("main mjx-container[display=true]")]
        .filter(e => e.scrollWidth > e.clientWidth + 1 || e.getBoundingClientRect().right > innerWidth)
        .map(e => `${e.scrollWidth - e.clientWidth}: ${e.textContent.slice(0, 80)}`)
        .concat([...document.querySelectorAll("main details table")]
            .filter(e => e.scrollWidth > e.parentElement.clientWidth + 1).map(e => `table: ${e.textContent.slice(0, 80)}`))
        .concat([...document.querySelectorAll("main :is(p, li, dd, dt) > span.math > mjx-container")]
            .filter(e => e.getBoundingClientRect().right > e.closest("p, li, dd, dt").getBoundingClientRect().right + 1)
            .map(e => e.textContent.slice(0, 80)))
}"""


# what was sent for the page itself and all that it loaded, before a click; and what the browser waits for before it paints
SENT = """() => [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
    .map(e => ({bytes: e.encodedBodySize, waited: e.entryType == "navigation" || e.renderBlockingStatus == "blocking"}))"""


# rules of axe-core whose verdict may change with the colours and the width
OF_THE_LOOKS = ["color-contrast", "link-in-text-block", "scrollable-region-focusable"]


def barriers(page: Any, rules: list[str] | None = None) -> list[str]:
    """What axe-core calls serious or critical for readers with a screen reader, a keyboard or weak eyes, by all rules or some.

    Of a formula the thousands of elements that draw it, and the MathML that a screen reader reads, are MathJax's: the former
    are taken away, the latter made text, since to look at them takes most of the time. Of a long listing the first tokens are
    enough: the others look like them.
    """
    page.evaluate("""() => {
        document.querySelectorAll("mjx-math").forEach(drawing => drawing.replaceChildren())
        document.querySelectorAll("mjx-assistive-mml").forEach(read => read.replaceChildren(read.textContent))
        document.querySelectorAll("pre").forEach(e => [...e.children].slice(60).forEach(token => token.remove()))
    }""")
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    where, only = {"include": [["main"]]}, {"resultTypes": ["violations"]}
    only |= {"runOnly": rules} if rules else {}
    found = axe.run(page, context=where, options=only).response["violations"]
    serious = [barrier for barrier in found if barrier["impact"] in ("serious", "critical")]
    return [f"{barrier['id']}: {barrier['nodes'][0]['html'][:120]}" for barrier in serious]


WIDE = """() => [...document.querySelectorAll(".bd-article :is(p, li, h1, h2, dt)")]
    .filter(e => !e.closest("table, .claim-map, details") && e.offsetParent)
    .filter(e => e.getBoundingClientRect().right > innerWidth + 1).map(e => e.textContent.slice(0, 60))"""


@pytest.mark.parametrize("visit", [(390, "dark")], indirect=True, ids=["phone"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_whole(visit: Any, name: str) -> None:
    """Loaded on a phone at night; then on a desk by day, its formulas set anew."""
    page = visit.open(f"{name}.html")
    page.wait_for_load_state("networkidle")
    assert visit.problems == []
    assert visit.left_the_machine == []
    assert page.evaluate(RAW_TEX) == []
    assert page.locator("mjx-merror").count() == 0
    assert page.evaluate(BROKEN_IMAGES) == []
    assert page.locator(".bd-article h1").count() == 1
    assert sum(each["bytes"] for each in page.evaluate(SENT)) <= 3e6
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
    assert page.evaluate(WIDE) == []
    assert page.evaluate(CUT) == []
    assert barriers(page, OF_THE_LOOKS) == []
    visit.problems.clear()  # axe-core asks for style sheets where there are none

    page.set_viewport_size({"width": 1400, "height": 900})
    page.emulate_media(color_scheme="light")
    page.wait_for_function("() => document.documentElement.dataset.theme == 'light'")
    page.evaluate("() => { window.MathJax?.startup?.document?.rerender(); fit(document) }")
    assert page.evaluate(CUT) == []
    assert visit.problems == []
    assert barriers(page) == []


def test_the_first_screen_waits_for_little(visit: Any) -> None:
    """Style sheets and small scripts; neither MathJax nor a figure's library."""
    page = visit.open("variance.html")
    assert sum(each["bytes"] for each in page.evaluate(SENT) if each["waited"]) <= 1e6


def test_dark_mode_follows_the_system_and_the_button(visit: Any) -> None:
    page = visit.open("index.html")
    theme = "() => document.documentElement.dataset.theme"
    assert page.evaluate(theme) == "light"
    page.emulate_media(color_scheme="dark")
    page.wait_for_function("() => document.documentElement.dataset.theme == 'dark'")
    page.locator(".theme-switch-button").first.click()
    assert page.evaluate("() => document.documentElement.dataset.mode") == "light"


def test_the_first_page_says_what_this_is(visit: Any) -> None:
    text = visit.open("index.html").inner_text("main")
    for word in ("Local learning rules", "VICReg", "derived, proven, generated", "Read", "Use", "Doubt"):
        assert word in text


@pytest.mark.parametrize(("word", "page"), [("majorised", "oja_many_units.html"), ("millivolts", "log_variance.html")])
def test_search_finds_a_word(visit: Any, word: str, page: str) -> None:
    found = visit.open(f"search.html?q={word}")
    found.wait_for_selector("#search-results li a")
    links = found.eval_on_selector_all("#search-results li a", "links => links.map(a => a.getAttribute('href'))")
    assert any(link.startswith(page) for link in links)


def test_search_does_not_lead_into_the_sources(built: Path) -> None:
    """Every word of a listing would be found there, and a reader seeks what is said."""
    written = (built / "searchindex.js").read_text(encoding="utf-8")
    index = json.loads(written.removeprefix("Search.setIndex(").removesuffix(")"))
    sources = {n for n, name in enumerate(index["docnames"]) if name.startswith("source_")}
    assert len(sources) == 4
    found = [
        pages if isinstance(pages, list) else [pages] for kind in ("terms", "titleterms") for pages in index[kind].values()
    ]
    assert sources.isdisjoint(n for pages in found for n in pages)
