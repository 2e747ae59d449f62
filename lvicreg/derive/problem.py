"""What a file declares.

The file is Python. It declares

=============== ============================================================================== ==========================
``loss``        a number: sums over all indices of quantities of the layer                     required
``target``      the entry with respect to which it is differentiated                           ``W[p, q]``
``layer``       what the names in it stand for                                                 ``lvicreg.calculus.layer``'s
``statistics``  names of the layer that a slow filter may give                                 none
``options``     a number for each symbol that is a parameter                                   none
``synapse``     what a synapse reads                                                           ``lvicreg.calculus.layer``'s
``claimed``     the rule as somebody printed it, an expression in the indices of the target    none
``independent`` ``independent(np, W, data)``, the loss once more, in NumPy                     none
=============== ============================================================================== ==========================

and says in its docstring what the loss is, and where it comes from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sympy import Expr, Indexed, Symbol

from lvicreg.calculus import Definitions, Synapse
from lvicreg.calculus.definitions import Name
from lvicreg.calculus.layer import W, network, p, q, synapse


class Refused(ValueError):
    """Nothing can be derived from what a file declares: where, why, and what to write."""


@dataclass(frozen=True)
class Problem:
    """A loss, and all that is declared about it."""

    path: Path
    title: str
    loss: Expr
    target: Indexed = W[p, q]
    layer: Definitions = network
    statistics: tuple[Name, ...] = ()
    options: Mapping[Symbol, float] = field(default_factory=dict)
    synapse: Synapse = synapse
    claimed: Expr | None = None
    independent: Callable[..., Any] | None = None

    @property
    def name(self) -> str:
        """The name of the file, the function and the folder."""
        return self.path.stem

    @property
    def text(self) -> str:
        """The text of the file."""
        return self.path.read_text(encoding="utf-8-sig")
