"""A page that is printed from the browser: all of its text, and nothing cut at the edge of the paper."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pypdfium2 = pytest.importorskip("pypdfium2", reason="the PDF is read with the extra 'pdf'")

MARGIN, PAPER = 15 / 25.4 * 72, 210 / 25.4 * 72  # points, of print.css and of A4
ROUNDING = 1.5  # the box of a slanted glyph is wider than its advance


@pytest.mark.parametrize("visit", [(1400, "light"), (390, "light")], indirect=True, ids=["desktop", "phone"])
@pytest.mark.parametrize("name", ["variance", "covariance", "oja_stability", "conventions"])
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
            if left < MARGIN - ROUNDING or right > PAPER - MARGIN + ROUNDING:
                over.append(f"sheet {number}: {text.get_text_bounded(left, bottom, right, top)!r}")
    printed.close()
    assert over == []
    assert words.count("Verified:") == page.evaluate(
        "() => document.querySelector('article').textContent.split('Verified:').length - 1"
    )
    assert "previous" not in words
