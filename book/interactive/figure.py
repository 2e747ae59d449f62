"""A figure as its page has it: native controls with names, empty panels, a sentence that is read out, and printed functions.

The scripts fill the panels and the sentence. Functions are JavaScript printed from SymPy: no formula stands in a script.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape

from sympy import Expr, Heaviside, Piecewise
from sympy.printing.jscode import JavascriptCodePrinter


@dataclass(frozen=True)
class Slider:
    """A number between ``low`` and ``high``; if it ``plays``, a button moves it to the end by itself."""

    name: str
    label: str
    low: float
    high: float
    step: float
    value: float
    plays: bool = False

    def html(self) -> str:
        limits = f'min="{self.low:g}" max="{self.high:g}" step="{self.step:g}" value="{self.value:g}"'
        slider = f'<input type="range" name="{self.name}" {limits} autocomplete="off">'
        button = f'<button type="button" data-plays="{self.name}">Play</button>' if self.plays else ""
        return f'<div><label>{escape(self.label)} {slider}</label><span class="value" aria-hidden="true"></span>{button}</div>'


@dataclass(frozen=True)
class Choice:
    """One of a few words, each with the number that it stands for; the first is chosen."""

    name: str
    label: str
    options: Mapping[str, float]

    def html(self) -> str:
        options = "".join(f'<option value="{value:g}">{escape(word)}</option>' for word, value in self.options.items())
        return (
            f'<div><label>{escape(self.label)} <select name="{self.name}" autocomplete="off">{options}</select></label></div>'
        )


def figure(
    name: str, label: str, controls: Iterable[Slider | Choice], panels: Mapping[str, str], functions: Mapping[str, str]
) -> str:
    """A figure as HTML; ``panels`` have titles, and say what they show to those who do not see them."""
    shown = "".join(
        f'<div><p>{escape(title)}</p><div role="img" aria-label="{escape(text)}"></div></div>' for title, text in panels.items()
    )
    written = ", ".join(f"{key}: {text}" for key, text in functions.items())
    return (
        f'<div class="interactive" id="{name}" data-figure="{name}" role="group" aria-label="{escape(label)}">'
        f'<div class="interactive-controls">{"".join(control.html() for control in controls)}</div>'
        f'<div class="interactive-panels">{shown}</div>'
        f'<p class="interactive-says" role="status">This figure needs JavaScript.</p></div>'
        f'<script>(window.interactive ??= {{}})["{name}"] = {{{written}}}</script>'
    )


class _Printer(JavascriptCodePrinter):
    """Names as they are, and every condition on one line."""

    def _print_Piecewise(self, expr: Piecewise) -> str:
        (value, condition), (otherwise, _) = expr.args
        return f"({self._print(condition)} ? {self._print(value)} : {self._print(otherwise)})"


def function(arguments: Iterable[str], result: Expr | list[Expr]) -> str:
    """A function in JavaScript of the symbols of these names: one expression, or a list of them.

    Raises:
        ValueError: the expressions contain a symbol that is no argument.
    """
    results, names = result if isinstance(result, list) else [result], list(arguments)
    if unknown := {symbol.name for each in results for symbol in each.free_symbols} - set(names):
        raise ValueError(f"{', '.join(sorted(unknown))} must be an argument of the function")
    printed = [_Printer().doprint(each.replace(Heaviside, lambda at, _: Piecewise((1, at > 0), (0, True)))) for each in results]
    body = f"[{', '.join(printed)}]" if isinstance(result, list) else printed[0]
    return f"({', '.join(names)}) => {body}"
