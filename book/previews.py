"""Sphinx extension: what a link leads to is shown beside it when the pointer rests on it, or the keyboard reaches it.

Of each page that is written, the parts that links lead to are kept in a script of its own, ``_static/previews/PAGE.js``:
theorems, equations with a number, works that are cited, and whatever has the class ``previewed``. ``previews.js`` loads the
script of a page when a preview of something on it is first asked for, so pages get no heavier, and a book that is opened
from a file has previews too.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup
from sphinx.application import Sphinx

PARTS = "div.proof[id], div.math[id], div.citation[id], .previewed[id]"
LEFT_OUT = ".claim-id, .claim-standing, .headerlink, .backrefs, script"  # of what is shown


def parts(body: str) -> dict[str, str]:
    """What may be shown of a page, by id, without ids of its own."""
    found: dict[str, str] = {}
    if not any(f'<div class="{kind}' in body for kind in ("proof", "math", "citation")) and "previewed" not in body:
        return found  # such as a page of source code, which would take long to read
    for part in BeautifulSoup(body, "html.parser").select(PARTS):
        name = str(part["id"])
        for element in part.select(LEFT_OUT):
            element.decompose()
        for element in [part, *part.select("[id]")]:
            del element["id"]
        found[name] = str(part)
    return found


def write(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Keep the parts of a page that is being written, in a file beside what is static."""
    if app.builder.format != "html" or doctree is None:
        return
    path = Path(app.outdir) / "_static" / "previews" / f"{page}.js"
    path.parent.mkdir(parents=True, exist_ok=True)
    found = json.dumps(parts(context["body"]), ensure_ascii=False).replace("<", "\\u003c")
    path.write_text(f"previews.keep({json.dumps(page)}, {found})\n", encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.connect("html-page-context", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
