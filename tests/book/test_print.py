"""A page that is printed from the browser: all of its text, and nothing cut at the edge of the paper."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pypdfium2 = pytest.importorskip("pypdfium2", reason="the PDF is read with the extra 'pdf'")

MARGIN = 15 / 25.4 * 72  # points
ROUNDING = 2.5  # a slanted glyph reaches over its place


DESKTOP, PHONE = (1400, "light"), (390, "light")


@pytest.mark.parametrize(
    ("visit", "name"),
    [(DESKTOP, "variance"), (DESKTOP, "oja_stability"), (DESKTOP, "conventions"), (PHONE, "conventions")],
    indirect=["visit"],
    ids=["variance", "oja_stability", "conventions", "conventions-phone"],
)
def test_nothing_is_cut_and_folds_are_open(visit: Any, name: str, tmp_path: Path) -> None:
    page = visit.open(f"{name}.html")
    closed = len(page.query_selector_all("details:not([open])"))
    page.pdf(path=tmp_path / "page.pdf", format="A4", prefer_css_page_size=True)
    assert closed == len(page.query_selector_all("details:not([open])")) > 0
    printed = pypdfium2.PdfDocument(tmp_path / "page.pdf")
    over, words = [], ""
    for number, sheet in enumerate(printed, start=1):
        text = sheet.get_textpage()
        words += text.get_text_range()
        for left, bottom, right, top in (text.get_rect(index) for index in range(text.count_rects())):
            if left < MARGIN - ROUNDING or right > sheet.get_width() - MARGIN + ROUNDING:
                over.append(f"sheet {number}: {text.get_text_bounded(left, bottom, right, top)!r}")
    printed.close()
    assert over == []
    assert words.count("Verified:") == page.evaluate(
        "() => document.querySelector('article').textContent.split('Verified:').length - 1"
    )
    assert "previous" not in words
