"""Sphinx extension: which state of the sources the book was made from.

It stands in the footer of every page, and in code blocks in the place of ``<version>``, ``<commit>`` and ``<date>``. The
version is the package's own. Commit and date are asked of git when pages are written, so that no file that is committed holds
them. Where there is no git, as in an unpacked archive, they are unknown.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config

import lvicreg

ROOT = Path(__file__).resolve().parent.parent


def version() -> str:
    """The version of the package."""
    return lvicreg.__version__


def commit() -> str | None:
    """The commit that is checked out, shortened; with ``+`` behind it where tracked files differ from it."""
    return _git("describe", "--always", "--exclude=*", "--abbrev=10", "--dirty=+")


def date() -> str | None:
    """The day of that commit."""
    return _git("show", "--no-patch", "--format=%cs", "HEAD")


def described() -> str:
    """Version, commit and date in one line, as far as they are known."""
    known = [f"Version {version()}"]
    if commit():
        known += [f"commit {commit()}", str(date())]
    return ", ".join(known)


def _git(*command: str) -> str | None:
    """What git says about these sources; nothing where they are no clone, or git is missing or refuses."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        return None
    answer = subprocess.run(["git", "-C", str(ROOT), *command], capture_output=True, text=True)
    return answer.stdout.strip() or None


def write_footer(app: Sphinx, config: Config) -> None:
    """Hand the line to the theme, which sets it under every page."""
    config.html_theme_options["extra_footer"] = f'<p class="sources-state">{described()}</p>'


def fill_in(app: Sphinx, doctree: nodes.document, name: str) -> None:
    """Replace the three words in code blocks."""
    for block in doctree.findall(nodes.literal_block):
        text = block.astext()
        for word, value in {"<version>": version(), "<commit>": commit(), "<date>": date()}.items():
            if word in text:
                text = text.replace(word, value or "unknown")
        if text != block.astext():
            block.rawsource = text
            block.clear()
            block += nodes.Text(text)


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.connect("config-inited", write_footer)
    app.connect("doctree-resolved", fill_in)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
