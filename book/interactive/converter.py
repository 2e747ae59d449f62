"""The converter of conventions: what each published loss says of its three terms, as exact functions of the sizes N and B.

``converter.js`` does with them, in fractions, what ``lvicreg.conventions.convert`` does: compares the shapes of two terms, and
divides their weights. The functions are those that ``convert`` itself calls, called with symbols. Two samples are a case apart,
since their covariances have one shape. A code with a nominal batch size is told the actual one.
"""

from __future__ import annotations

from html import escape
from typing import Any

from sympy import Expr, Integer, Pow, S, Symbol, fraction, together
from sympy.printing.jscode import JavascriptCodePrinter

from lvicreg.conventions import PRESETS
from lvicreg.conventions.terms import Term

COEFFICIENTS = {"invariance": 25, "variance": 25, "covariance": 1}  # the paper's
SIZES = {"N": ("units N", 2048), "B": ("samples B", 256)}
N, B = Symbol("N"), Symbol("B")


class _Printer(JavascriptCodePrinter):
    """Polynomials with whole coefficients, in JavaScript's exact integers."""

    def _print_Integer(self, expr: Integer) -> str:
        return f"{expr}n"

    def _print_Pow(self, expr: Pow) -> str:
        base, exponent = map(self._print, expr.args)
        return f"({base})**{exponent}"


def exact(value: Any) -> str:
    """A number or a rational function of the sizes as numerator and denominator; a word as a string."""
    if isinstance(value, str):
        return repr(value)
    return f"[{', '.join(_Printer().doprint(part.expand()) for part in fraction(together(S(value))))}]"


def at_size(term: Term, samples: Expr | int) -> str:
    """A term's shape and scale, for a number of samples."""
    shape = ", ".join(f"[{name!r}, {exact(value)}]" for name, value in term.shape(samples).items())
    return f"{{shape: [{shape}], scale: {exact(term.scale(samples))}}}"


def written(term: Term) -> str:
    """All that a ratio depends on, as a function of the sizes."""
    weight = exact(term.weight(N, B, B))
    return f"(N, B) => ({{views: {term.views!r}, weight: {weight}, ...(B == 2n ? {at_size(term, 2)} : {at_size(term, B)})}})"


def html() -> str:
    """The form, its answer, and what is known of the presets, all of which state all three terms."""
    presets = ", ".join(
        f"{name!r}: {{{', '.join(f'{term}: {written(convention.terms[term])}' for term in COEFFICIENTS)}}}"
        for name, convention in PRESETS.items()
    )

    def select(name: str, label: str, chosen: str) -> str:
        options = "".join(f"<option{' selected' * (preset == chosen)}>{escape(preset)}</option>" for preset in PRESETS)
        return f'<div><label>{label} <select name="{name}" autocomplete="off">{options}</select></label></div>'

    def field(name: str, label: str, value: object) -> str:
        kept = 'autocomplete="off" spellcheck="false" aria-describedby="converter-says"'
        return f'<div><label>{label} <input name="{name}" value="{value}" {kept}></label></div>'

    controls = (
        select("source", "the coefficients of", "vicreg-paper"),
        select("target", "are wanted for", "lightly"),
        *(field(name, name, value) for name, value in COEFFICIENTS.items()),
        *(field(name, label, value) for name, (label, value) in SIZES.items()),
    )
    return (
        '<form class="interactive" id="converter" aria-label="Converter of coefficients">'
        f'<div class="interactive-controls">{"".join(controls)}</div>'
        '<div role="status"><ul class="interactive-says" id="converter-says"><li>It needs JavaScript.</li></ul></div>'
        f'</form><script>(window.interactive ??= {{}})["converter"] = {{{presets}}}</script>'
    )
