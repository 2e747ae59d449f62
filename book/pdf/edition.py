"""One document of all pages, in the order of the table of contents.

Of a built page only its article is taken. Folds are opened, a form is announced by a sentence, an id that two pages have gets
the name of its page before it, and links between pages become links within the document.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from itertools import chain
from pathlib import Path
from urllib.parse import unquote, urldefrag

import yaml
from bs4 import BeautifulSoup, Tag

from book.version import described

BOOK = Path(__file__).resolve().parent.parent
HERE = "http://book/"  # where the document stands as long as it is typeset; nothing is asked of a network
STYLES = ("pygments.css", "proof.css", "sphinx-design.min.css", "mystnb.*.css")
LEFT_OUT = ".headerlink, .viewcode-link, .screen-only, [type='text/x-thebe-config'], p:has(> a.download)"
FONT = tuple(f"font/{style}.css" for style in ("400", "400-italic", "600", "600-italic", "700"))
TITLE = "lvicreg"
SUBTITLE = "Local learning rules of a one-layer VICReg network: derived, proven, generated"


@dataclass(frozen=True)
class Chapter:
    """A page of the table of contents: its name, how deep it stands, and the part that begins with it."""

    name: str
    depth: int
    part: str | None = None


def chapters() -> list[Chapter]:
    """All pages in their order."""
    contents = yaml.safe_load((BOOK / "_toc.yml").read_text(encoding="utf-8"))
    found = [Chapter(contents["root"], 1)]
    for part in contents["parts"]:
        pages = list(_below(part["chapters"], 1))
        found += [Chapter(pages[0].name, pages[0].depth, part["caption"]), *pages[1:]]
    return found


def _below(entries: list[dict], depth: int) -> Iterator[Chapter]:
    for entry in entries:
        yield Chapter(entry["file"], depth)
        yield from _below(entry.get("sections", []), depth + 1)


class Edition:
    """The document, read from the folder of the built book."""

    def __init__(self, built: Path) -> None:
        self.built = built
        self.chapters = chapters()
        self.heads: dict[str, Tag] = {}
        self.articles: dict[str, Tag] = {}
        for chapter in self.chapters:
            page = BeautifulSoup((built / f"{chapter.name}.html").read_text(encoding="utf-8"), "html.parser")
            self.heads[chapter.name], self.articles[chapter.name] = page.head, page.select_one("article.bd-article")
        self.titles = {name: _title(article) for name, article in self.articles.items()}
        self._ids = {name: {tag["id"] for tag in article.select("[id]")} for name, article in self.articles.items()}
        self._shared = {identity for identity, number in Counter(chain(*self._ids.values())).items() if number > 1}
        for chapter in self.chapters:
            self._prepare(chapter)

    def html(self) -> str:
        """The document; the numbers of the pages on which chapters begin are put into its table of contents later."""
        body = [self._title_page(), self._contents()]
        for chapter in self.chapters:
            if chapter.part:
                body.append(f'<section class="part"><h1>{escape(chapter.part)}</h1></section>')
            body.append(f'<section class="chapter" style="page: {_page(chapter)}" id="chapter-{chapter.name}">')
            body += [str(self.articles[chapter.name]), "</section>"]
        head = [
            f'<meta charset="utf-8"><title>{TITLE}</title>',
            *(f'<link rel="stylesheet" href="{HERE}{path}">' for path in self._styles()),
            f"<style>{self._running_heads()}</style>",
            *self._scripts(),
        ]
        return (
            f'<!DOCTYPE html><html lang="en" data-theme="light"><head>{"".join(head)}</head><body>{"".join(body)}</body></html>'
        )

    def _prepare(self, chapter: Chapter) -> None:
        """Make an article fit to stand in a document of several, and on paper."""
        article = self.articles[chapter.name]
        for tag in article.select(LEFT_OUT):
            tag.decompose()
        for fold in article.select("details"):
            fold["open"] = ""
        for form in article.select("form:not(.marked)"):  # print.css hides forms; the question of an exercise stands without
            form.insert_before(_sentence(chapter.name))
        for level in range(5, 0, -1):
            for heading in article.select(f"h{level}"):
                heading["class"] = [f"title-{level}"]
                heading.name = f"h{min(6, level + chapter.depth)}"
        self._link(chapter.name, article)

    def _link(self, name: str, article: Tag) -> None:
        for tag in article.select("[id]"):
            tag["id"] = self._id(name, tag["id"])
        for tag in article.select("a[href]"):
            place, fragment = urldefrag(unquote(tag["href"]))
            target = place.removesuffix(".html") or name
            if ":" in place.split("/")[0]:
                continue
            if target in self.articles:
                known = fragment in self._ids[target]  # not what a form reads, such as #preset=variance
                tag["href"] = "#" + (self._id(target, fragment) if known else f"chapter-{target}")
            else:
                del tag["href"]  # of a file beside the pages, or of an index
        for tag in article.select("[src]"):
            if ":" not in tag["src"].split("/")[0]:
                tag["src"] = HERE + tag["src"]

    def _id(self, name: str, given: str) -> str:
        return f"{name}--{given}" if given in self._shared else given

    def _title_page(self) -> str:
        return f'<section class="title-page"><h1>{TITLE}</h1><p>{SUBTITLE}</p><p class="made-from">{described()}</p></section>'

    def _contents(self) -> str:
        lines = []
        for chapter in self.chapters:
            if chapter.part:
                lines.append(f'<li class="contents-part">{escape(chapter.part)}</li>')
            link = f'<a href="#chapter-{chapter.name}"><span>{escape(self.titles[chapter.name])}</span><span></span></a>'
            lines.append(f'<li class="contents-{chapter.depth}">{link}</li>')
        return f'<nav class="contents"><h1>Contents</h1><ol>{"".join(lines)}</ol></nav>'

    def _running_heads(self) -> str:
        return "".join(
            f"@page {_page(chapter)} {{ @top-left {{ content: {json.dumps(self.titles[chapter.name])} }} }}\n"
            for chapter in self.chapters
        )

    def _styles(self) -> list[str]:
        theirs = [f"_static/{path.name}" for pattern in STYLES for path in sorted((self.built / "_static").glob(pattern))]
        return [*theirs, *(f"_static/{name}" for name in _own("html_css_files")), *FONT, "book.css"]

    def _scripts(self) -> list[str]:
        """MathJax as the pages have it, the project's own, and those that draw figures."""
        own = tuple(_own("html_js_files"))
        found: dict[str, None] = {}
        for head in self.heads.values():
            for script in head.select("script"):
                address = script.get("src", "")
                named = "/mathjax/" in address or "/interactive/" in address or Path(address.split("?")[0]).name in own
                if named or "window.MathJax" in script.text:
                    if address:
                        script["src"] = HERE + address.removeprefix(HERE)
                    found[str(script)] = None
        return list(found)


def _own(setting: str) -> list[str]:
    config = yaml.safe_load((BOOK / "_config.yml").read_text(encoding="utf-8"))
    return config["sphinx"]["config"][setting]


def _page(chapter: Chapter) -> str:
    return "chapter-" + chapter.name.replace("_", "-")


def _title(article: Tag) -> str:
    heading = article.select_one("h1")
    return "".join(text for text in heading.find_all(string=True) if "headerlink" not in text.parent.get("class", []))


def _sentence(name: str) -> Tag:
    soup = BeautifulSoup(
        f'<p class="in-the-browser">Here the page {name}.html has a form that works in a browser.</p>', "html.parser"
    )
    return soup.p
