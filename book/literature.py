"""Sphinx extension: how works are cited, and how the page of references sets them.

A work is named by author and year, in the text as in the list; two of the same author and year get a letter. In the list it
is set as pybtex's plain style sets it, its DOI or arXiv number as a link, and after it stands why it is there: the field
``annotation`` of its entry.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import count
from string import ascii_lowercase
from typing import Any

from pybtex.database import Entry
from pybtex.plugin import register_plugin
from pybtex.style.formatting.plain import Style as Plain
from pybtex.style.labels import BaseLabelStyle
from pybtex.style.template import field, sentence, tag, words
from sphinx.application import Sphinx


class AuthorYear(BaseLabelStyle):
    """Labels such as "Oja and Karhunen, 1985"."""

    def format_labels(self, sorted_entries: Iterable[Entry]) -> Iterator[str]:
        """A label for each of the entries of one list."""
        plain = [f"{_names(entry)}, {entry.fields['year']}" for entry in sorted_entries]
        how_often, seen = Counter(plain), defaultdict(count)
        for label in plain:
            yield label + (ascii_lowercase[next(seen[label])] if how_often[label] > 1 else "")


def _names(entry: Entry) -> str:
    last = [
        " ".join(str(name) for name in [*person.rich_prelast_names, *person.rich_last_names])
        for person in entry.persons["author"]
    ]
    return f"{last[0]} et al." if len(last) > 2 else " and ".join(last)


class Annotated(Plain):
    """The plain style, and the annotation."""

    default_label_style = AuthorYear

    def format_web_refs(self, e: Any) -> Any:
        """The last part of every entry: links, then the annotation."""
        return words[sentence[super().format_web_refs(e)], tag("em")[field("annotation")]]


register_plugin("pybtex.style.formatting", "annotated", Annotated)


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    return {"parallel_read_safe": True, "parallel_write_safe": True}
