"""The other side: losses and consequences of the claims, written a second time without the calculus.

Nothing here imports ``lvicreg`` or the derivations, so an error in one text is not repeated in the other. ``losses`` has every
loss in array code, for autograd to differentiate. The modules named like the sections compute what else follows from a claim:
with autograd (``ad``, and a random generator), in fractions, or as formulas for a solver (``z3``).
"""

from collections.abc import Iterator, Mapping
from typing import Any

Pairs = Iterator[tuple[Any, Any]]  # two computations of the same numbers
Formulas = tuple[Mapping[str, Any], Mapping[str, Any]]  # valid ones, and wrong ones
