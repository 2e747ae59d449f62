"""Sphinx extension: the docstrings of the generated functions as reference entries.

Under its summary a docstring has the equations as an indented block, line by line; reStructuredText would run them together.
"""

from __future__ import annotations

from sphinx.application import Sphinx


def keep_equations(app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]) -> None:
    """Mark the block after the summary as literal."""
    first = next((number for number, line in enumerate(lines) if line.startswith("    ")), None)
    if what == "function" and name.startswith(("lvicreg.rules.", "lvicreg.losses.")) and first is not None:
        lines[first:first] = ["::", ""]


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.connect("autodoc-process-docstring", keep_equations)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
