"""Sphinx extension: figures that answer to the reader, on any page, without a kernel.

In a page the directive ``interactive`` takes a figure's name, and as its body the caption, which is all that print shows::

    ```{interactive} one-neuron
    *The loss of one neuron against its weight.*
    ```

A figure is two files of one name. The module in Python has its controls and the functions that its page computes with, which
are printed from the SymPy expressions of the derivations when the page is read. The script draws with Observable Plot;
``figure.js`` is what all scripts share. Plot and D3 are copied once from npm's packages, and loaded by pages that need them.
"""

from __future__ import annotations

import shutil
from importlib import import_module
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

from book.assets import PACKAGES

HERE = Path(__file__).parent
PLOT = (PACKAGES / "d3" / "dist" / "d3.min.js", PACKAGES / "@observablehq" / "plot" / "dist" / "plot.umd.min.js")
FIGURES = ("one-neuron", "collapse", "two-flows", "one-sample", "third-factor", "fixed-points", "converter")


def html(name: str) -> str:
    """The figure of this name: its controls, room for its panels, what it says, and its printed functions."""
    return str(import_module(f"{__name__}.{name.replace('-', '_')}").html())


def scripts(name: str) -> tuple[str, ...]:
    """What the page of a figure loads, in this order."""
    own = f"{name.replace('-', '_')}.js"
    return (own,) if name == "converter" else (*(path.name for path in PLOT), "figure.js", own)


class Interactive(SphinxDirective):
    """The directive: a figure and, below it, its caption."""

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        name = self.arguments[0]
        if name not in FIGURES:
            raise self.error(f"there is no interactive figure {name!r}; choose from {', '.join(FIGURES)}")
        caption = nodes.container(classes=["interactive-caption"])
        self.state.nested_parse(self.content, self.content_offset, caption)
        return [nodes.raw("", html(name), format="html", interactive=name), caption]


def load_scripts(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """Add to a page the scripts of the figures on it, each once."""
    found = [node["interactive"] for node in doctree.findall(nodes.raw) if "interactive" in node] if doctree else []
    for script in dict.fromkeys(script for name in found for script in scripts(name)):
        app.add_js_file(f"interactive/{script}", loading_method="defer")


def copy_scripts(app: Sphinx, problem: Exception | None) -> None:
    """Copy the scripts, and the libraries, beside the pages."""
    if problem is not None or app.builder.format != "html":
        return
    target = Path(app.outdir) / "_static" / "interactive"
    target.mkdir(exist_ok=True)
    for path in (*PLOT, *HERE.glob("*.js")):
        if not path.exists():
            raise ExtensionError(f"{path.name} is not in {PACKAGES}: run the README's command for the book, which installs it")
        shutil.copy(path, target)


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.add_directive("interactive", Interactive)
    app.connect("html-page-context", load_scripts)
    app.connect("build-finished", copy_scripts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
