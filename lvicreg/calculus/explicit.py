"""An indexed expression at concrete sizes, written out in scalars.

``written_out(Sigma(C[j, m] * w[m], m), sizes={"M": 2}, at={j: 0})`` is ``C_0_0*w_0 + C_0_1*w_1``: an ordinary SymPy
expression, for printers that know nothing of indices. Operators such as ``D`` are to be resolved before.
"""

from __future__ import annotations

from collections.abc import Mapping

from sympy import Add, Expr, Heaviside, Idx, Indexed, Integer, Max, S, Symbol

from .axes import size_of
from .definitions import Definitions
from .functions import H, StopGradient, relu
from .indexed import Before, Delta, Sigma


def written_out(
    expr: Expr, sizes: Mapping[str, int], at: Mapping[Idx, int] | None = None, definitions: Definitions | None = None
) -> Expr:
    """``expr`` with its names expanded, its sums added up, and its free indices at the given values.

    Entries become symbols named for their indices, which count from 0; sizes become numbers. ``relu`` and ``H`` become
    ``Max`` and ``Heaviside`` with 0 at 0.
    """
    expanded = definitions.expand(S(expr)) if definitions else S(expr)
    return _written(expanded, sizes, at or {})


def _written(expr: Expr, sizes: Mapping[str, int], at: Mapping[Idx, int]) -> Expr:
    match expr:
        case Idx():
            return Integer(at[expr])
        case Sigma(term=term, index=index):
            return Add(*(_written(term, sizes, {**at, index: n}) for n in range(sizes[str(size_of(index))])))
        case Delta(args=(first, second)):
            return Integer(at[first] == at[second])
        case Before(args=(first, second)):
            return Integer(at[first] < at[second])
        case Indexed():
            return Symbol("_".join(map(str, (expr.base, *(at[index] for index in expr.indices)))), **expr.assumptions0)
        case Symbol():
            return Integer(sizes[str(expr)]) if str(expr) in sizes else expr
    if not expr.args:
        return expr
    parts = [_written(part, sizes, at) for part in expr.args]
    if isinstance(expr, StopGradient):
        return parts[0]
    if isinstance(expr, relu):
        return Max(0, parts[0])
    if isinstance(expr, H):
        return Heaviside(parts[0], 0)
    return expr.func(*parts)
