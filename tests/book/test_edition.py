"""Several pages in one document: order, links, ids, folds and forms."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("sphinx", reason="the book is built with the extra 'book'")

from bs4 import BeautifulSoup

from book.pdf import edition

CONTENTS = """
root: index
parts:
- caption: Part one
  chapters:
  - file: first
    sections:
    - file: second
"""
CONFIG = "{sphinx: {config: {html_css_files: [custom.css], html_js_files: [fit.js]}}}"
HEAD = (
    '<script src="_static/interactive/two.js"></script><script>window.MathJax = {}</script>'
    '<script src="_static/fit.js?v=1"></script><script src="_static/theme.js"></script>'
)
PAGES = {
    "index": '<h1>Book<a class="headerlink" href="#book">#</a></h1><p><a href="second.html#end">end</a></p>',
    "first": '<h1>First</h1><h2 id="end">End</h2><details><summary>More</summary>hidden</details><a href="#end">below</a>'
    '<a href="second.html#preset=one">form</a>',
    "second": '<h1>Second</h1><h2 id="end">End</h2><p id="once"><a href="first.html">back</a><a href="first.ipynb">notebook</a>'
    '<a href="https://example.org/a.html">elsewhere</a><img src="_images/a.svg"></p>'
    '<form id="ask"><button>Ask</button></form><form class="marked"><textarea></textarea></form><button>Copy</button>'
    '<p class="screen-only">Move the slider.</p><p><a class="download" href="first.ipynb">Take it away</a>.</p>',
}


@pytest.fixture
def document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> BeautifulSoup:
    monkeypatch.setattr(edition, "BOOK", tmp_path)
    (tmp_path / "_toc.yml").write_text(CONTENTS)
    (tmp_path / "_config.yml").write_text(CONFIG)
    for name, article in PAGES.items():
        text = f'<html><head>{HEAD}</head><body><nav>Menu</nav><article class="bd-article">{article}</article></body></html>'
        (tmp_path / f"{name}.html").write_text(text)
    return BeautifulSoup(edition.Edition(tmp_path).html(), "html.parser")


def chapter(document: BeautifulSoup, name: str) -> BeautifulSoup:
    return document.select_one(f"#chapter-{name}")


def test_chapters_stand_in_order_below_their_part_and_in_the_contents(document: BeautifulSoup) -> None:
    headings = [heading.text for heading in document.select(".part h1, .chapter > article > .title-1")]
    assert headings == ["Book", "Part one", "First", "Second"]
    assert [line.text for line in document.select(".contents li")] == ["Book", "Part one", "First", "Second"]
    assert [link["href"] for link in document.select(".contents a")] == ["#chapter-index", "#chapter-first", "#chapter-second"]


def test_headings_stand_below_those_of_the_chapter_before(document: BeautifulSoup) -> None:
    assert {tag.name for tag in chapter(document, "first").select(".title-1, .title-2")} == {"h2", "h3"}
    assert {tag.name for tag in chapter(document, "second").select(".title-1, .title-2")} == {"h3", "h4"}


def test_every_link_leads_to_its_own_place(document: BeautifulSoup) -> None:
    identities = [tag["id"] for tag in document.select("[id]")]
    assert len(identities) == len(set(identities))
    links = {link.text: link.get("href") for link in document.select("article a")}
    assert links == {
        "end": "#second--end",
        "below": "#first--end",
        "form": "#chapter-second",
        "back": "#chapter-first",
        "notebook": None,
        "elsewhere": "https://example.org/a.html",
    }
    assert chapter(document, "second").select_one("#once") is not None
    assert document.img["src"] == edition.HERE + "_images/a.svg"


def test_what_paper_cannot_do_is_left_out_or_replaced_by_a_sentence(document: BeautifulSoup) -> None:
    assert document.details.has_attr("open")
    assert document.select("nav:not(.contents), .headerlink, .screen-only, a.download") == []
    assert "second.html" in chapter(document, "second").select_one(".in-the-browser").text
    assert len(document.select(".in-the-browser")) == 1
    assert chapter(document, "second").article.text.endswith("AskCopy")


def test_mathjax_and_the_books_own_scripts_are_taken_once(document: BeautifulSoup) -> None:
    assert [script.get("src", script.text) for script in document.select("script")] == [
        f"{edition.HERE}_static/interactive/two.js",
        "window.MathJax = {}",
        f"{edition.HERE}_static/fit.js?v=1",
    ]


def test_all_pages_of_the_table_of_contents_are_chapters() -> None:
    names = [one.name for one in edition.chapters()]
    assert names[0] == "index"
    assert len(names) == len(set(names))
    assert (edition.BOOK / "_toc.yml").read_text(encoding="utf-8").count("file: ") == len(names) - 1
