"""Expressions as a reader would type them, and links that open them on the page *Derive it yourself*.

``link(loss, gradient)`` is ``derive.html#loss=…&gradient=…``, with ``&held`` where the mean is held constant. The page reads
what ``typed`` writes: sums as ``Sigma(term, b, k)``, derivatives that are not taken yet as ``D(sigma[i], W[p, q])``.
"""

from __future__ import annotations

from urllib.parse import quote

from sympy import Expr
from sympy.printing.str import StrPrinter

from lvicreg.calculus import Sigma, StopGradient
from lvicreg.calculus.notation import PositiveFirst, lettered


class _Typed(PositiveFirst, StrPrinter):
    printmethod = "_lvicreg_typed"  # Indexed and Idx have a _sympystr of their own

    def _print_Indexed(self, entry: Expr) -> str:
        return f"{entry.base}[{', '.join(map(self._print, entry.indices))}]"

    def _print_Idx(self, index: Expr) -> str:
        return str(index.label)

    def _print_Sigma(self, total: Sigma) -> str:
        indices = []
        while isinstance(total, Sigma):
            indices.append(self._print(total.index))
            total = total.term
        return f"Sigma({self._print(total)}, {', '.join(indices)})"

    def _print_StopGradient(self, held: StopGradient) -> str:
        return f"SG({self._print(held.args[0])})"


def typed(expr: Expr) -> str:
    """The expression in Python, as the page reads it."""
    return _Typed({"order": None}).doprint(lettered(expr))


def link(loss: Expr | str, gradient: Expr | str, held: bool = False) -> str:
    """The address at which the page has this loss and this gradient filled in."""
    texts = (each if isinstance(each, str) else typed(each) for each in (loss, gradient))
    return "derive.html#loss={}&gradient={}".format(*map(quote, texts)) + "&held" * held
