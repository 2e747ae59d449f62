"""Every chapter of the theory has the same parts: a picture, three lines *In short*, and exercises of three kinds.

That its solutions are right is tested in ``test_exercises``, its numbers in ``test_worked_numbers`` and ``exercises``.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

yaml = pytest.importorskip("yaml", reason="the book is built with the extra 'book'")

BOOK = Path(__file__).parents[2] / "book"
NOT_THEORY = {"conventions"}  # a converter


def theory() -> list[str]:
    """The pages of the parts I, II and III."""

    def pages(entries: list[dict[str, Any]]) -> list[str]:
        return [page for entry in entries for page in (entry["file"], *pages(entry.get("sections", [])))]

    parts = yaml.safe_load((BOOK / "_toc.yml").read_text(encoding="utf-8"))["parts"]
    return [page for part in parts if re.match(r"I+\. ", part["caption"]) for page in pages(part["chapters"])]


PAGES = [page for page in theory() if page not in NOT_THEORY]


def test_there_are_three_parts_of_theory() -> None:
    assert {"variance", "covariance_rotation", "oja_many_units", "published_error", "conventions"} <= set(theory())


@pytest.mark.parametrize("page", PAGES)
def test_a_chapter_of_the_theory_has_all_parts(page: str) -> None:
    text = (BOOK / f"{page}.md").read_text(encoding="utf-8")
    pictures = re.findall(r"^```\{(?:image|interactive)\}|^    alt: |^:alt: ", text, re.MULTILINE)
    short = re.search(r"^## In short\n\n((?:- .+\n)+)", text, re.MULTILINE)
    kinds = re.findall(r"^```\{(?:exercise|marked)\} (\w+): ", text, re.MULTILINE)
    assert pictures
    assert short
    assert short[1].count("\n") == 3
    assert set(kinds) == {"Compute", "Break", "Prove"}
    assert text.count("```{marked} ") == 1
    assert text.count("```{solution} ") == text.count("```{exercise} ") == len(kinds) - 1
