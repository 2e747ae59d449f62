"""Sphinx extension: a derivation of which every step can be checked in the reader's browser.

A page has

    ```{derivation} covariance
    ```

for the steps that the derivations wrote of this rule, ``_generated/steps/covariance.md``. Beside each of them is a link to the
page *Derive it yourself* with the loss and the gradient as it then stands filled in.
"""

from __future__ import annotations

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from book.typed import link


def addresses(name: str) -> list[str]:
    """For each step after the loss, the address at which it can be checked."""
    from derivations import NOTE  # with what it imports, not needed to read other pages
    from lvicreg.calculus.layer import mean

    descent = next(
        rule.descent for rules in NOTE.rules_of(NOTE.sections).values() for rule in rules if rule.name == name and rule.descent
    )
    return [link(descent.loss, step.result, held=mean not in descent.definitions) for step in descent.steps]


class Derivation(SphinxDirective):
    """The steps of a rule, and a link beside each."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        (name,) = self.arguments
        both = nodes.Element()
        text = f"```{{include}} _generated/steps/{name}.md\n```"
        self.state.nested_parse(StringList(text.splitlines(), source=self.get_source_info()[0]), self.content_offset, both)
        _, *steps = next(both.findall(nodes.enumerated_list)).children  # the first is the loss
        for number, (step, address) in enumerate(zip(steps, addresses(name), strict=False), start=2):  # the last has the update
            html = f'<a class="check-step screen-only" href="{address}" title="in your browser">check step {number}</a>'
            step[0] += nodes.raw("", f" {html}", format="html")
        return both.children


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.add_directive("derivation", Derivation)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
