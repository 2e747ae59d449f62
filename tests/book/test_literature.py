"""The works that are referred to: facts in the file, and labels that no two share."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

pytest.importorskip("sphinx", reason="the book is built with the extra 'book'")

from pybtex.database import Entry, Person, parse_file

from book.literature import AuthorYear

BOOK = Path(__file__).parents[2] / "book"
ENTRIES = parse_file(str(BOOK / "references.bib"), bib_format="bibtex").entries


@pytest.mark.parametrize("key", sorted(ENTRIES))
def test_a_work_can_be_found_and_says_why_it_is_there(key: str) -> None:
    fields = ENTRIES[key].fields
    assert {"doi", "eprint", "url"} & set(fields)
    assert re.fullmatch(r"10\.\d{4,}/\S+", fields.get("doi", "10.0000/none"))
    assert re.fullmatch(r"\d{4}\.\d{4,5}", fields.get("eprint", "0000.00000"))
    assert fields["annotation"].endswith(".")


def test_every_work_is_in_one_of_the_lists() -> None:
    listed = re.findall(r':filter: keywords == "(\w+)"', (BOOK / "references.md").read_text(encoding="utf-8"))
    assert len(listed) == len(set(listed))
    assert {entry.fields["keywords"] for entry in ENTRIES.values()} == set(listed)


def test_no_two_works_have_one_label() -> None:
    labels = Counter(AuthorYear().format_labels(ENTRIES.values()))
    assert [label for label, number in labels.items() if number > 1] == []


def test_works_of_the_same_authors_and_year_get_a_letter() -> None:
    def work(*authors: str) -> Entry:
        return Entry("article", {"year": "1991"}, {"author": [Person(name) for name in authors]})

    entries = [work("A, B"), work("A, B"), work("A, B", "C, D"), work("A, B", "C, D", "E, F"), work(r"van {\"O}, G")]
    assert list(AuthorYear().format_labels(entries)) == [
        "A, 1991a",
        "A, 1991b",
        "A and C, 1991",
        "A et al., 1991",
        "van Ö, 1991",
    ]


def test_every_work_that_is_cited_is_known() -> None:
    cited = {
        key
        for path in BOOK.glob("*.md")
        for keys in re.findall(r"\{cite(?::\w+)?\}`([^`]+)`", path.read_text(encoding="utf-8"))
        for key in keys.split(",")
    }
    assert cited
    assert cited <= set(ENTRIES)
