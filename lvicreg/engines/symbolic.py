"""Equations decided by normal form, their sizes symbolic: engine *SymPy*.

It sees every size at once. It does not see a domain: what it decides is an identity of rational functions of the atoms, where
denominators are not zero. A normal form other than zero is no disproof, so an equation that is to fail needs the exact
engine beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lvicreg.calculus import is_zero, resolve

from .equation import Equation
from .evidence import Contradiction


@dataclass(frozen=True)
class Symbolic:
    """Equations of which these hold, and those fail."""

    holds: tuple[Equation, ...]
    fails: tuple[Equation, ...] = ()
    kind: ClassVar[str] = "symbolic"
    engine: ClassVar[str] = "SymPy"

    def run(self) -> str:
        """Raises ``Contradiction`` where an equation is not what it is to be."""
        for equation in self.holds:
            if not _is_identity(equation):
                raise Contradiction(f"the normal form of the difference is not zero: {equation.left} = {equation.right}")
        for equation in self.fails:
            if _is_identity(equation):
                raise Contradiction(f"was to fail, but the difference is zero: {equation.left} = {equation.right}")
        return f"{len(self.holds)} hold, {len(self.fails)} fail"


def _is_identity(equation: Equation) -> bool:
    left, right = (resolve(side, equation.definitions) for side in (equation.left, equation.right))
    return is_zero(left - right, equation.definitions)
