"""Sphinx extension: what pages load, so that nothing is asked of the network. MathJax is copied from its package."""

from __future__ import annotations

import shutil
from importlib.resources import as_file, files
from pathlib import Path

from sphinx.application import Sphinx


def copy_mathjax(app: Sphinx, problem: Exception | None) -> None:
    """Copy MathJax and its fonts beside the pages."""
    if problem is None and app.builder.format == "html":
        with as_file(files("mathjax") / "static" / "mathjax" / "es5") as source:
            shutil.copytree(source, Path(app.outdir) / "_static" / "mathjax", dirs_exist_ok=True)


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.connect("build-finished", copy_mathjax)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
