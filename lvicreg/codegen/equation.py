"""The update as an equation: split by presynaptic quantity, factored, in named quantities only.

Code, docstring and page are all written from what ``presented`` returns.
"""

from __future__ import annotations

from collections.abc import Callable

from sympy import Add, Expr, Idx, Indexed, S

from lvicreg.calculus.axes import size_of
from lvicreg.calculus.canonical import is_zero, normal
from lvicreg.calculus.definitions import Definitions, indices_of, name_of
from lvicreg.calculus.indexed import Sigma, free_indices, rename
from lvicreg.calculus.locality import by_presynaptic
from lvicreg.calculus.notation import latex, positive_first, text, tidy

from .rule import Rule


def presented(rule: Rule) -> dict[Expr, Expr]:
    """The factored update by presynaptic quantity, in named quantities only; terms without one beside 1."""
    parts = by_presynaptic(rule.update, rule.target, rule.sample)
    inputs_first = sorted(parts, key=lambda pre: (pre == 1, pre == rule.target, str(pre)))
    by_name = {pre: named(parts[pre], rule.definitions) for pre in inputs_first}
    return {pre: part if pre == 1 else tidy(part, tuple(rule.leading)) for pre, part in by_name.items()}


def named(expr: Expr, definitions: Definitions) -> Expr:
    """Sums, and diagonals such as ``K[i, i]``, replaced by the names that are defined to equal them."""
    for part in sorted((p for p in expr.atoms(Sigma, Indexed) if _wants_name(p)), key=str):
        for name in definitions:
            pattern, _ = definitions[name]
            if len(free_indices(part)) != len(indices_of(pattern)) or name_of(part) == name:
                continue
            indices = _matching(indices_of(pattern), part)
            if indices and is_zero(normal(definitions.value(name[indices])) - part):
                expr = expr.xreplace({part: name[indices]})
                break
    return expr


def _wants_name(part: Expr) -> bool:
    return isinstance(part, Sigma) or len(set(part.indices)) < len(part.indices)


def _matching(parameters: tuple[Idx, ...], part: Expr) -> tuple[Idx, ...] | None:
    """The free indices of ``part``, ordered by range as ``parameters`` are."""
    free = sorted(free_indices(part), key=str)
    chosen = []
    for parameter in parameters:
        index = next((i for i in free if size_of(i) == size_of(parameter)), None)
        if index is None:
            return None
        free.remove(index)
        chosen.append(index)
    return tuple(chosen)


def as_text(rule: Rule) -> str:
    """``update_ij = Σ_b … · x_j^b``, in one line."""
    return f"update_ij = {_sum(rule, lambda expr: text(expr, rule.notation), f'Σ_{rule.sample} ', ('(', ')'), ' · ')}"


def as_latex(rule: Rule) -> str:
    """The same in LaTeX."""
    total, brackets = rf"\sum_{{{rule.sample}}} ", (r"\left(", r"\right)")
    return r"\text{update}_{ij} = " + _sum(rule, lambda expr: latex(expr, rule.latex, rule.leading), total, brackets, r" \, ")


def _sum(rule: Rule, write: Callable[[Expr], str], total: str, brackets: tuple[str, str], times: str) -> str:
    """The terms of the update of ``W_ij``, one for each presynaptic quantity, then those without one."""
    unit, source = indices_of(rule.target)
    plain = {unit: Idx("i", size_of(unit)), source: Idx("j", size_of(source))}
    parts = presented(rule)
    rest = [(S.One, term) for term in positive_first(parts.pop(S.One, S.Zero)) if term != 0]
    line = ""
    for pre, part in (*parts.items(), *rest):
        negative = part.could_extract_minus_sign()
        shown = write(rename(-part if negative else part, plain))
        sign = "-" if negative else "+" * bool(line)
        if pre != 1:
            shown = shown.join(brackets) if isinstance(part, Add) else shown
            shown = f"{total if pre != rule.target else ''}{shown}{times}{write(rename(pre, plain))}"
        line += f" {sign} {shown}"
    return line.strip()
