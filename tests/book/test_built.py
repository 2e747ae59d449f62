"""The built pages as they lie on disk: links, statuses, notebooks."""

from __future__ import annotations

import json
import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest

import lvicreg
from derivations import NOTE
from lvicreg.project.pages.text import anchor

LEDGER = json.loads((NOTE.pages / "ledger.json").read_text(encoding="utf-8"))
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class _Page(HTMLParser):
    """Ids, links, and the text of each element of class ``claim-status`` by the id of the claim around it."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.statuses: list[tuple[str, str]] = []
        self._open: list[tuple[str, str]] = []  # ids of elements that are open, and what they are
        self._text: list[str] | None = None

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if given.get("id"):
            self.ids.add(str(given["id"]))
        if tag in ("a", "link", "script", "img"):
            self.links += [str(given[key]) for key in ("href", "src") if given.get(key)]
        if tag not in VOID:
            self._open.append((tag, str(given.get("id") or "")))
        if "claim-status" in str(given.get("class") or "").split():
            self._text = []

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if self._text is not None:
            claim = next((identity for _, identity in reversed(self._open) if identity.startswith("claim-")), "")
            self.statuses.append((claim, "".join(self._text)))
            self._text = None
        while self._open and self._open.pop()[0] != tag:
            pass


@cache
def read(path: Path) -> _Page:
    page = _Page()
    page.feed(path.read_text(encoding="utf-8"))
    return page


def pages(built: Path) -> list[Path]:
    return sorted(path for path in built.rglob("*.html") if not {"_static", "_sources"} & set(path.relative_to(built).parts))


def test_no_internal_link_is_broken(built: Path) -> None:
    checked, broken = 0, []
    for path in pages(built):
        for link in read(path).links:
            if ":" in link.split("/")[0]:  # of another scheme: http, data, mailto
                continue
            place, fragment = urldefrag(unquote(link))
            target = (path.parent / place.split("?")[0]).resolve() if place else path
            if target.is_dir():
                target /= "index.html"
            filled_in = target.name == "derive.html" and "=" in fragment  # what a form begins with, and no place on the page
            exists = target.exists() and (not fragment or target.suffix != ".html" or filled_in or fragment in read(target).ids)
            checked += 1
            if (not exists and fragment not in ("", "main-content", "top")) or not target.exists():
                broken.append(f"{path.name}: {link}")
    assert broken == []
    assert checked > 3000


def test_every_claim_stands_on_one_page_with_the_status_of_the_ledger(built: Path) -> None:
    found = [status for path in pages(built) for status in read(path).statuses if status[0]]
    expected = [(anchor(claim["id"]), claim["status"]) for claim in LEDGER]
    assert sorted(found) == sorted(expected)


def test_theorems_are_numbered_over_the_whole_book(built: Path) -> None:
    """By one count, so that no two have the same number."""
    text = "".join((built / f"{name}.html").read_text(encoding="utf-8") for name in NOTE.sections)
    numbers = re.findall(r'<span class="caption-number">Theorem (\d+) </span>', text)
    assert sorted(map(int, numbers)) == list(range(1, len(LEDGER) + 1))


def test_a_claim_is_cited_with_the_version_and_the_commit_of_the_book(built: Path) -> None:
    text = "".join((built / f"{name}.html").read_text(encoding="utf-8") for name in NOTE.sections)
    cited = re.findall(r"lvicreg (\S+), commit (\S+) \((\S+)\), claim (\S+): ", text)
    assert sorted(claim for *_, claim in cited) == sorted(claim["id"] for claim in LEDGER)
    assert {version for version, *_ in cited} == {lvicreg.__version__}
    assert not [each for each in cited[0] if each.startswith("<") or each.startswith("&lt;")]


def test_a_claim_links_to_its_test_its_functions_its_source_and_its_formal_theorems(built: Path) -> None:
    links = read(built / "oja.html").links
    for target in (
        "source_tests.html#source-tests-test-claims",
        "api.html#lvicreg.rules.log_variance_decay",
        "source_derivations.html#source-derivations-oja",
        "source_independent.html#source-independent-oja",
        "source_formal.html#source-formal",
    ):
        assert target in links, target


@pytest.mark.parametrize("name", ["oja_flow", "oja_stability", "covariance_rotation", "total", "rules"])
def test_a_page_can_be_had_as_a_notebook_that_ran_without_error(built: Path, name: str) -> None:
    (link,) = {link for link in read(built / f"{name}.html").links if link.endswith(f"{name}.ipynb")}
    cells = json.loads((built / link).read_text(encoding="utf-8"))["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    assert outputs
    assert not [output for output in outputs if output["output_type"] == "error"]


def test_the_book_is_no_bigger_than_it_should_be(built: Path) -> None:
    """Of the pages that are read, none makes a phone load more than a few megabytes."""
    assert max(path.stat().st_size for path in pages(built)) < 4e6
