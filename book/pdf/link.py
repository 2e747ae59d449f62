"""The foot of every page leads to the PDF, once there is one: a page that promises it before would lead nowhere."""

from __future__ import annotations

import re
from pathlib import Path

FOOT = re.compile(r'(<p class="sources-state">[^<]*)(</p>)')


def link_pages(built: Path, name: str) -> int:
    """Add the link to all pages beside the PDF that do not have it; how many these were."""
    added = 0
    for page in sorted(built.glob("*.html")):
        text, found = FOOT.subn(rf'\1, <a href="{name}">as PDF</a>\2', page.read_text(encoding="utf-8"))
        if found:
            page.write_text(text, encoding="utf-8")
        added += found
    return added
