"""Sphinx extension: exercises whose answers are marked by the calculus, in the reader's browser.

A page has::

    ```{marked} One unit louder
    :label: variance-compute
    :loss: Sigma(relu(gamma - sigma[i]), i)
    :gradient: -alpha * H(gamma - sigma[p]) / sigma[p] * Sigma(u[b, p] * slope[b, p] * x[b, q], b)

    What is the gradient?
    ---
    The chain rule, name by name.
    ```

and shows the question, the loss typeset, a box for the answer, and folded below it the solution: what stands under the line,
and the gradient typeset. ``:held:`` holds the mean constant. Loss and gradient are written as on the page ``derive``. Other
exercises are sphinx-exercise's, of which this one is made.
"""

from __future__ import annotations

import runpy
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from markdown_it import MarkdownIt
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from book.assets import IN_PAGE, PYODIDE

BOOK = Path(__file__).parent
SCRIPTS = ("derive/ask.js", "derive/marked.js")
FENCE = "`" * 8  # longer than any in a question


@cache
def calculus() -> SimpleNamespace:
    """What marks an answer: the module that runs in the page."""
    return SimpleNamespace(**runpy.run_path(str(IN_PAGE / "derive.py")))


@dataclass(frozen=True)
class Exercise:
    """An exercise as it stands in a source: ``kind`` is its directive's name."""

    page: str
    kind: str
    options: dict[str, str]

    @property
    def label(self) -> str:
        """What it is known by."""
        return self.options.get("label", "")


def exercises() -> Iterator[Exercise]:
    """All exercises of the book."""
    for path in sorted(BOOK.glob("*.md")):
        for token in MarkdownIt().parse(path.read_text(encoding="utf-8")):
            kind = token.info.partition("}")[0].lstrip("{")
            if token.type == "fence" and kind in ("exercise", "marked"):
                lines = (line for line in token.content.splitlines() if line.startswith(":"))
                given = (line[1:].partition(":") for line in lines)
                yield Exercise(path.stem, kind, {name: value.strip() for name, _, value in given})


class Marked(SphinxDirective):
    """An exercise with a box for its answer."""

    has_content = True
    required_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar[dict[str, Any]] = {
        "label": directives.unchanged_required,
        "loss": directives.unchanged_required,
        "gradient": directives.unchanged_required,
        "held": directives.flag,
    }

    def run(self) -> list[nodes.Node]:
        label, loss, gradient = (self.options[name] for name in ("label", "loss", "gradient"))
        lines = list(self.content)
        line = lines.index("---") if "---" in lines else len(lines)
        question, reasons = "\n".join(lines[:line]), "\n".join(lines[line + 1 :])
        form = (IN_PAGE / "marked.html").read_text(encoding="utf-8").format(
            installed=str(PYODIDE.exists()).lower(), loss=escape(loss), held=str("held" in self.options).lower()
        )  # fmt: skip
        text = f"""
{FENCE}{{exercise}} {self.arguments[0]}
:label: {label}

{question}

$$
L = {typeset(loss, "loss")}
$$

```{{raw}} html
{form}
```
{FENCE}

{FENCE}{{solution}} {label}
:class: dropdown

{reasons}

$$
\\frac{{\\partial L}}{{\\partial W_{{pq}}}} = {typeset(gradient, "gradient")}
$$

To be typed as `{gradient}`.
{FENCE}
"""
        both = nodes.Element()
        self.state.nested_parse(StringList(text.splitlines(), source=self.get_source_info()[0]), self.content_offset, both)
        return both.children


def typeset(text: str, what: str) -> str:
    """A typed text in LaTeX."""
    from derivations.notation import LATEX  # with what it imports, not needed to read other pages

    here = calculus()
    return str(here.latex(here.read(text, what), LATEX))


def load_scripts(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.Node | None) -> None:
    """Pages with such an exercise get what asks the calculus."""
    if '<form class="calculus marked"' in context.get("body", ""):
        for script in SCRIPTS:
            app.add_js_file(script)


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.add_directive("marked", Marked)
    app.connect("html-page-context", load_scripts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
