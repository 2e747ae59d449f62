"""The PDF: every page, every claim, every link; and nothing runs over the edge of the text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("sphinx", reason="the book is built with the extra 'book'")
pytest.importorskip("playwright", reason="the PDF is made with the extra 'pdf'")
pytest.importorskip("pikepdf", reason="the PDF is made with the extra 'pdf'")
pytest.importorskip("pypdfium2", reason="the PDF is read with the extra 'pdf'")

import pikepdf
import pypdfium2 as pdfium

from book.assets import PACKAGES
from book.freshness import sources
from book.pdf import typeset
from book.pdf.edition import Edition, chapters
from book.pdf.link import link_pages
from derivations import NOTE

MARGIN = 25 / 25.4 * 72  # points
ROUNDING = 2.5  # a slanted glyph reaches over its place


@pytest.fixture(scope="module")
def path(built: Path) -> Path:
    made = built / "lvicreg.pdf"
    if not made.exists():
        pytest.skip("the PDF is not made: python -m book.pdf")
    with pikepdf.open(made) as pdf:
        assert str(pdf.docinfo["/MadeFrom"]) == sources(), "the PDF was made from other sources: make it again"
    return made


@pytest.fixture(scope="module")
def read(path: Path) -> Iterator[Any]:
    pdf = pdfium.PdfDocument(path)
    yield pdf
    pdf.close()


@pytest.fixture(scope="module")
def texts(read: Any) -> list[str]:
    return [page.get_textpage().get_text_range() for page in read]


def _letters(text: str) -> str:
    """Letters and digits: what a PDF has of a space, a line's end or a hyphen is not what was written."""
    return "".join(filter(str.isalnum, text))


def test_every_page_of_the_book_is_there_in_its_order(path: Path, texts: list[str]) -> None:
    first = typeset.first_pages(path)
    assert set(first) == {f"chapter-{chapter.name}" for chapter in chapters()}
    numbers = [first[f"chapter-{chapter.name}"] for chapter in chapters()]
    assert numbers == sorted(set(numbers))


def test_chapters_begin_where_the_contents_say(built: Path, path: Path, texts: list[str]) -> None:
    first, titles = typeset.first_pages(path), Edition(built).titles
    contents = _letters("".join(texts[1 : first["chapter-index"] - 1]))
    for name, title in titles.items():
        number = first[f"chapter-{name}"]
        assert _letters(f"{title}{number}") in contents
        assert _letters(title) in _letters(texts[number - 1])


def test_every_claim_is_there(texts: list[str]) -> None:
    text = "".join(texts)
    missing = [
        claim["id"] for claim in json.loads((NOTE.pages / "ledger.json").read_text(encoding="utf-8")) if claim["id"] not in text
    ]
    assert missing == []


def test_every_link_within_the_document_leads_somewhere(path: Path) -> None:
    with pikepdf.open(path) as pdf:
        places = {str(name).removeprefix("/") for name in pdf.Root.Dests}
        links = [str(note.Dest).removeprefix("/") for page in pdf.pages for note in page.get("/Annots", []) if "/Dest" in note]
    assert len(links) > 500
    assert set(links) <= places


def test_nothing_runs_over_the_edge_of_the_text(read: Any) -> None:
    over = []
    for number, page in enumerate(read, start=1):
        text = page.get_textpage()
        for left, bottom, right, top in (text.get_rect(index) for index in range(text.count_rects())):
            if left < MARGIN - ROUNDING or right > page.get_width() - MARGIN + ROUNDING:
                over.append(
                    f"page {number}: {text.get_text_bounded(left, bottom, right, top)!r} from {left:.0f} to {right:.0f}"
                )
    assert over == []


def test_what_is_missing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(typeset.Missing, match="jupyter-book build"):
        typeset.write_pdf(tmp_path, tmp_path / "book.pdf")
    (tmp_path / "index.html").touch()
    monkeypatch.setattr(typeset, "FONT", PACKAGES / "none")
    with pytest.raises(typeset.Missing, match="npm"):
        typeset.write_pdf(tmp_path, tmp_path / "book.pdf")
    monkeypatch.setattr(typeset, "FONT", tmp_path)
    monkeypatch.setattr(typeset.shutil, "which", lambda name: None)
    with pytest.raises(typeset.Missing, match="apt-get install chromium"):
        typeset.write_pdf(tmp_path, tmp_path / "book.pdf")


def test_the_foot_of_a_page_leads_to_the_pdf(tmp_path: Path) -> None:
    foot = '<p class="sources-state">Version 1, commit 0a+, 2026-01-01{}</p>'
    (tmp_path / "a.html").write_text(f"<p>Text.</p>{foot.format('')}")
    (tmp_path / "b.html").write_text("<p>Without a foot.</p>")
    assert [link_pages(tmp_path, "lvicreg.pdf") for _ in range(2)] == [1, 0]
    assert (tmp_path / "a.html").read_text() == "<p>Text.</p>" + foot.format(', <a href="lvicreg.pdf">as PDF</a>')
    assert (tmp_path / "b.html").read_text() == "<p>Without a foot.</p>"
