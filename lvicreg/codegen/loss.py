"""From a loss to the source of a function that returns it together with its gradient with respect to the activity.

The gradient is derived from the loss as the code computes it, in the same named quantities. Where there are two forms, what
both need is computed first, and then the cheaper one.
"""

from __future__ import annotations

from sympy import Expr, Idx, IndexedBase

from lvicreg.calculus.axes import size_of
from lvicreg.calculus.definitions import Name, indices_of
from lvicreg.calculus.indexed import rename
from lvicreg.calculus.notation import text, tidy
from lvicreg.calculus.steps import Descent

from .arrays import total
from .docstring import display, docstring, raised, returned, where
from .emit import INDENT, assembled, assigned, checked_arguments, dependencies, size, sizes, statement
from .equation import named
from .layout import NotArrayCode, within
from .names import check_declared, check_used
from .rule import LossFunction


def loss_source(function: LossFunction) -> str:
    """The source of the loss's function, signature and docstring included.

    Raises:
        NotArrayCode: there is no code for it that is known to be right.
    """
    with within(function.name):
        check_declared(function)
        for form in function.forms:
            _check_loss(function, form)
        body = _body(function)
        return assembled(function, _docstring(function), body)


def _docstring(function: LossFunction) -> str:
    equations = [_equations(function, form) for form in function.forms]
    axes = ", ".join(str(size_of(index)) for index in indices_of(function.forms[0].target))
    what = returned(f"The loss, a number, and its gradient with respect to the activity, ({axes})")
    few = ["ValueError: there are fewer than 2 samples."] * _takes_statistics(function)
    condition = f"\n\n    or the same, where {function.samples} < {_population(function)}:\n\n"
    return docstring(function, condition.join(equations), [what, raised(function, *few)])


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
    return dependencies((form.loss, presented_gradient(form)), form.definitions, function.arguments)


def _body(function: LossFunction) -> list[str]:
    lines = checked_arguments(function)
    if _takes_statistics(function):
        lines.append(f'{function.samples} = several_samples("{function.name}", {function.arguments[0]})')
    lines += _sizes(function)
    first, *others = (_needed(function, form) for form in function.forms)
    common = [name for name in first if all(name in names for names in others)]
    _check_common(common, function)
    lines += [statement(name, function.forms[0].definitions) for name in common]
    blocks = [
        [statement(name, form.definitions) for name in _needed(function, form) if name not in common] + _results(form)
        for form in function.forms
    ]
    if not others:
        return [*lines, *blocks[0], "return loss, gradient"]
    usual, small = ([INDENT + line for line in block] for block in blocks)
    samples = function.samples if _takes_statistics(function) else size(function.samples, function)
    condition = f"if {samples} < {size(_population(function), function)}:"
    return [*lines, condition, *small, "else:", *usual, "return loss, gradient"]


def _check_loss(function: LossFunction, form: Descent) -> None:
    """Refuse a loss without code before it is differentiated."""
    for name in dependencies([form.loss], form.definitions, function.arguments):
        statement(name, form.definitions)
    _loss(form)


def _sizes(function: LossFunction) -> list[str]:
    """An assignment for each size that a form divides by, once it is known what the form is written from."""
    expressions: list[Expr] = []
    for form in function.forms:
        names, written = _needed(function, form), [("the loss", form.loss), ("the gradient", presented_gradient(form))]
        check_used(function, form.definitions, names, written)
        expressions += [form.definitions[name][1] for name in names] + [expr for _, expr in written]
    return sizes(expressions, function, {function.samples} if _takes_statistics(function) else set())


def _check_common(names: list[Name], function: LossFunction) -> None:
    """What both forms need is computed once, so it must be the same."""
    for name in names:
        meanings = {form.definitions[name] for form in function.forms}
        if len(meanings) > 1:
            raise NotArrayCode(f"{name} stands for one thing in one form and for another in the other: rename one of them")


def _loss(form: Descent) -> str:
    with within("the loss"):
        return f"loss = {total(form.loss)}"


def _results(form: Descent) -> list[str]:
    return [_loss(form), *assigned("gradient", presented_gradient(form), form.target.indices, "the gradient")]
