"""Sphinx extension: what the HTML of docutils and of our tables lacks for readers with a keyboard or a screen reader."""

from __future__ import annotations

import re
from typing import Any

from sphinx.application import Sphinx


def mend(app: Sphinx, page: str, template: str, context: dict[str, Any], *_: object) -> None:
    """A table that scrolls sideways can be reached by the keyboard; a bibliography is no list without items."""
    if "body" not in context:
        return
    body = re.sub(
        r'<div class="([^"]*\bwide-table\b[^"]*)">',
        r'<div class="\1" role="group" aria-label="table" tabindex="0">',
        context["body"],
    )
    context["body"] = body.replace('<div role="list" class="citation-list">', '<div class="citation-list">')


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.connect("html-page-context", mend)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
