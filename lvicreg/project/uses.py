"""What uses what: equations and claimed derivatives a definition, and evidence the functions that it calls."""

from __future__ import annotations

from collections.abc import Sequence
from types import CodeType, FunctionType

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
            for name in used((equation.left, equation.right), equation.definitions):
                found.setdefault(equation.definitions[name], []).append(equation)
        for evidence in derivatives(claim):
            for name in used((evidence.claimed,), evidence.definitions):
                found.setdefault(evidence.definitions[name], []).append(evidence)
    return found


def used(expressions: Sequence[Expr], definitions: Definitions) -> list[Name]:
    """The names that expressions use, themselves or through the meaning of others, in the order of the definitions."""
    found: set[Name] = set()
    waiting = list(expressions)
    while waiting:
        names = {name_of(quantity) for quantity in waiting.pop().atoms(Indexed, Symbol)} - found
        found |= {name for name in names if name in definitions}
        waiting += [definitions[name][1] for name in names if name in definitions]
    return [name for name in definitions if name in found]


def called(given: object, package: str) -> set[FunctionType]:
    """The functions of a package that a function calls, itself among them."""
    seen: set[FunctionType] = set()
    waiting = [given]
    while waiting:
        each = waiting.pop()
        if isinstance(each, FunctionType) and each.__module__.startswith(package) and each not in seen:
            seen.add(each)
            waiting += [cell.cell_contents for cell in each.__closure__ or ()]
            waiting += [each.__globals__.get(name) for name in names_in(each.__code__)]
    return seen


def names_in(code: CodeType) -> set[str]:
    """Every name that compiled code reads from outside, and of attributes."""
    return set(code.co_names).union(*(names_in(part) for part in code.co_consts if isinstance(part, CodeType)))
