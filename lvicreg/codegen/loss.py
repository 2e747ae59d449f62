"""From a loss to the source of a function that returns it together with its gradient with respect to the activity.

The gradient is derived from the loss as the code computes it, in the same named quantities. Where there are two forms, what
both need is computed first, and then the cheaper one.
"""

from __future__ import annotations

from sympy import Expr, Idx, IndexedBase

from lvicreg.calculus.definitions import Name, indices_of
from lvicreg.calculus.indexed import rename, size_of
from lvicreg.calculus.notation import text, tidy
from lvicreg.calculus.steps import Descent

from .arrays import total
from .docstring import display, docstring, raised, where
from .emit import INDENT, assembled, assigned, checked_arguments, follow, size, statement
from .equation import named
from .rule import LossFunction


def loss_source(function: LossFunction) -> str:
    """The source of the loss's function, signature and docstring included."""
    equations = [_equations(function, form) for form in function.forms]
    axes = ", ".join(str(size_of(index)) for index in indices_of(function.forms[0].target))
    returned = (
        f"Returns:\n    The loss, a number, and its gradient with respect to the activity, ({axes}), in the arrays' dtype."
    )
    few = ["ValueError: there are fewer than 2 samples."] * _takes_statistics(function)
    condition = f"\n\n    or the same, where B < {_population(function)}:\n\n"
    return assembled(function, docstring(function, condition.join(equations), [returned, raised(*few)]), _body(function))


def _population(function: LossFunction) -> str:
    unit = indices_of(function.forms[0].target)[1]
    return str(size_of(unit))


def _takes_statistics(function: LossFunction) -> bool:
    """Whether it takes a mean over samples."""
    return any(isinstance(name, IndexedBase) for form in function.forms for name in _needed(function, form))


def presented_gradient(form: Descent) -> Expr:
    """The gradient, factored, in named quantities only."""
    return tidy(named(-form.update, form.definitions))


def _equations(function: LossFunction, form: Descent) -> str:
    sample, unit = indices_of(form.target)
    gradient = presented_gradient(form)
    plain = {sample: Idx("b", size_of(sample)), unit: Idx("i", size_of(unit))}
    shown = text(rename(gradient, plain), function.notation)
    lines = [display(f"loss = {text(form.loss, function.notation)}"), display(f"gradient_i^b = {shown}")]
    return "\n".join(lines) + where(function, (form.loss, gradient), form.definitions)


def _needed(function: LossFunction, form: Descent) -> list[Name]:
    """The names that a form is built on, in the order in which they build on each other."""
    names: list[Name] = []
    for part in (form.loss, presented_gradient(form)):
        follow(part, function, form.definitions, names)
    return names


def _body(function: LossFunction) -> list[str]:
    lines = [checked_arguments(function)]
    if _takes_statistics(function):
        lines.append(f'B = several_samples("{function.name}", {function.arguments[0]})')
    first, *others = (_needed(function, form) for form in function.forms)
    common = [name for name in first if all(name in names for names in others)]
    lines += [statement(name, function.forms[0].definitions) for name in common]
    blocks = [
        [statement(name, form.definitions) for name in _needed(function, form) if name not in common] + _results(form)
        for form in function.forms
    ]
    if not others:
        return [*lines, *blocks[0], "return loss, gradient"]
    usual, small = ([INDENT + line for line in block] for block in blocks)
    condition = f"if B < {size(_population(function), function)}:"
    return [*lines, condition, *small, "else:", *usual, "return loss, gradient"]


def _results(form: Descent) -> list[str]:
    return [f"loss = {total(form.loss)}", *assigned("gradient", presented_gradient(form))]
