"""Chromium sets the document: twice, since its table of contents needs the numbers of pages that only the first time gives."""

from __future__ import annotations

import shutil
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pikepdf
from playwright.sync_api import Route, sync_playwright

from book.assets import PACKAGES
from book.freshness import STAMP
from book.pdf.edition import HERE, SUBTITLE, Edition

WIDTH, HEIGHT = 605, 930  # of the text in CSS pixels: A4 without the margins of book.css
STYLE = Path(__file__).with_name("book.css")
FONT = PACKAGES / "@fontsource" / "stix-two-text"
PATIENCE = 300_000  # milliseconds: a loaded machine may take minutes over two thousand formulas
NUMBER = """numbers => {
    for (const [chapter, number] of Object.entries(numbers))
        document.querySelector(`.contents a[href="#${chapter}"] span:last-child`).textContent = number
}"""


class Missing(Exception):
    """Something that has to be installed or built first."""


def write_pdf(built: Path, target: Path) -> None:
    """Write the PDF of the built book."""
    chromium = _chromium(built)
    edition = Edition(built)
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=2).new_page()
        page.set_default_timeout(PATIENCE)
        page.emulate_media(media="print", color_scheme="light")
        page.route("**/*", lambda route: _answer(route, built, edition))
        page.goto(f"{HERE}edition.html")
        page.evaluate("() => window.MathJax?.startup?.promise.then(() => document.fonts.ready)")
        page.pdf(path=target, prefer_css_page_size=True)
        numbers = first_pages(target)
        page.evaluate(NUMBER, numbers)
        page.pdf(path=target, prefer_css_page_size=True, print_background=True, outline=True, tagged=True)
        browser.close()
    if first_pages(target) != numbers:
        raise RuntimeError("chapters moved while the table of contents was filled in: it would name wrong pages")
    with pikepdf.open(target, allow_overwriting_input=True) as pdf:
        pdf.docinfo["/Subject"] = SUBTITLE
        pdf.docinfo["/MadeFrom"] = (built / STAMP).read_text(encoding="utf-8")
        pdf.save(target, object_stream_mode=pikepdf.ObjectStreamMode.generate)  # a third of the size


def first_pages(path: Path) -> dict[str, int]:
    """The number of the page on which each chapter begins, by the name of the place that links to it lead to."""
    with pikepdf.open(path) as pdf:
        numbers = {page.objgen: number for number, page in enumerate(pdf.pages, start=1)}
        places = {str(name).removeprefix("/"): numbers[place[0].objgen] for name, place in pdf.Root.Dests.items()}
    return {name: number for name, number in places.items() if name.startswith("chapter-")}


def _chromium(built: Path) -> str:
    if not (built / "index.html").exists():
        raise Missing("the book is not built: jupyter-book build book --warningiserror")
    if not FONT.exists():
        raise Missing(f"{FONT} is missing: run the README's command for the book, which installs the font with npm")
    path = shutil.which("chromium")
    if path is None:
        raise Missing("Chromium is not installed: on Debian, apt-get install chromium")
    return path


def _answer(route: Route, built: Path, edition: Edition) -> None:
    """Give the document, its style and font, and the files of the built book; nothing else."""
    address = route.request.url
    name = unquote(urlsplit(address).path).lstrip("/")
    if not address.startswith(HERE):
        route.abort()
    elif name == "edition.html":
        route.fulfill(body=edition.html(), content_type="text/html; charset=utf-8")
    elif name.startswith("font/"):
        route.fulfill(path=FONT / name.removeprefix("font/"))
    else:
        route.fulfill(path=STYLE if name == STYLE.name else built / name)
