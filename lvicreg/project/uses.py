"""Which equations and claimed derivatives use a definition: what is to notice an error in it."""

from __future__ import annotations

from collections.abc import Sequence

from sympy import Expr, Indexed, Symbol

from lvicreg.calculus import Definitions
from lvicreg.calculus.definitions import Name, name_of
from lvicreg.claims import Claim
from lvicreg.engines import Autodiff, Equation


def defined(pattern: Expr, meaning: Expr) -> str:
    """What the record calls a definition: all that it says."""
    return f"definition {pattern} = {meaning}"


def derivatives(claim: Claim) -> list[Autodiff]:
    """The evidence of a claim in which a derivative is claimed."""
    return [evidence for evidence in claim.evidence if isinstance(evidence, Autodiff)]


def users(claims: Sequence[Claim]) -> dict[tuple[Expr, Expr], list[Equation | Autodiff]]:
    """Each pattern and meaning, with the equations and derivatives that depend on it."""
    found: dict[tuple[Expr, Expr], list[Equation | Autodiff]] = {}
    for claim in claims:
        for equation in claim.holds:
            for name in _used((equation.left, equation.right), equation.definitions):
                found.setdefault(equation.definitions[name], []).append(equation)
        for evidence in derivatives(claim):
            for name in _used((evidence.claimed,), evidence.definitions):
                found.setdefault(evidence.definitions[name], []).append(evidence)
    return found


def _used(expressions: Sequence[Expr], definitions: Definitions) -> list[Name]:
    """The names that expressions use, themselves or through the meaning of others, in the order of the definitions."""
    used: set[Name] = set()
    waiting = list(expressions)
    while waiting:
        names = {name_of(quantity) for quantity in waiting.pop().atoms(Indexed, Symbol)} - used
        used |= {name for name in names if name in definitions}
        waiting += [definitions[name][1] for name in names if name in definitions]
    return [name for name in definitions if name in used]
