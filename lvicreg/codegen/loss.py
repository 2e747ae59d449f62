"""From a loss to the source of a function that returns it together with its gradient with respect to the activity.

The gradient is derived from the loss as the code computes it, in the same named quantities. A loss may have a second form, of
the population in two parts, for populations far larger than the minibatch. What both need is computed first.
"""

from __future__ import annotations

from sympy import Expr, Idx, IndexedBase

from lvicreg.calculus.axes import size_of
from lvicreg.calculus.definitions import Definitions, Name, indices_of
from lvicreg.calculus.indexed import rename
from lvicreg.calculus.notation import text, tidy
from lvicreg.calculus.steps import Descent

from .arrays import printed, total
from .division import columns_taken, population, when
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


# --- what it says of itself --------------------------------------------------------------------------------------------------
def _docstring(function: LossFunction) -> str:
    equations = _equations(function, function.form)
    if (parts := function.parts) is not None:
        equations += f"\n\n    {when(parts.division, function)}\n\n{_equations(function, parts.loud, parts.rest)}"
    axes = ", ".join(str(size_of(index)) for index in indices_of(function.form.target))
    what = returned(f"The loss, a number, and its gradient with respect to the activity, ({axes})")
    few = ["ValueError: there are fewer than 2 samples."] * _takes_statistics(function)
    return docstring(function, equations, [what, raised(function, *few)])


def _equations(function: LossFunction, *forms: Descent) -> str:
    """The loss, its gradient for each target, and what their names stand for."""
    lines = [display(f"loss = {text(forms[0].loss, function.notation)}")]
    for form in forms:
        sample, unit = indices_of(form.target)
        plain = {sample: Idx("b", size_of(sample)), unit: Idx("i", size_of(unit))}
        shown = text(rename(presented_gradient(form), plain), function.notation)
        lines.append(display(f"{_gradient(function, form)}_i^b = {shown}"))
    computed = _computed(function, forms[0])
    return "\n".join(lines) + where(function, [forms[0].loss, *map(presented_gradient, forms)], computed)


def _gradient(function: LossFunction, form: Descent) -> str:
    """What the gradient is called, with respect to the activity of all units or of a part of them."""
    if function.parts is None or form is function.form:
        return "gradient"
    return "gradient_loud" if form is function.parts.loud else "gradient_rest"


# --- what it computes --------------------------------------------------------------------------------------------------------
def presented_gradient(form: Descent) -> Expr:
    """The gradient, factored, in named quantities only."""
    return tidy(named(-form.update, form.definitions))


def _takes_statistics(function: LossFunction) -> bool:
    """Whether it takes a mean over samples."""
    return any(isinstance(name, IndexedBase) for form in function.forms for name in _needed(function, form))


def _computed(function: LossFunction, form: Descent) -> Definitions:
    """What the names of a form stand for, but for those of arrays that are taken from another."""
    return form.definitions.primitive(*_columns(function, form))


def _columns(function: LossFunction, form: Descent) -> tuple[IndexedBase, ...]:
    """The arrays that are taken from another for a form."""
    return () if function.parts is None or form is function.form else function.parts.division.columns


def _needed(function: LossFunction, *forms: Descent) -> list[Name]:
    """The names that forms of one loss are built on, in the order in which they build on each other."""
    written = (forms[0].loss, *map(presented_gradient, forms))
    return dependencies(written, _computed(function, forms[0]), function.arguments)


def _body(function: LossFunction) -> list[str]:
    lines = checked_arguments(function)
    if _takes_statistics(function):
        lines.append(f'{function.samples} = several_samples("{function.name}", {function.arguments[0]})')
    lines += _sizes(function)
    usual, parts = _needed(function, function.form), function.parts
    if parts is None:
        lines += [statement(name, function.form.definitions) for name in usual]
        return [*lines, f"loss = {_loss(function.form.loss)}", *_slope(function, function.form), "return loss, gradient"]
    division, within_parts = parts.division, _needed(function, parts.loud, parts.rest)
    before = dependencies([division.var], function.definitions, function.arguments)
    common = [name for name in usual if name in (*within_parts, *before)]
    _check_common(common, function)
    small = [statement(name, function.definitions) for name in before if name not in common]
    small.append(columns_taken(division))
    small += [statement(name, _computed(function, parts.loud)) for name in within_parts if name not in common]
    small += [f"squares = {_loss(parts.loud.loss / parts.scale)}"]
    small += [f"loss = {printed(parts.scale)} * xp.where(squares < 0, 0.0, squares)"]  # of rounding errors
    small += [*_slope(function, parts.loud), *_slope(function, parts.rest)]
    small += ["gradient = together(xp, gradient_loud, gradient_rest, rank)"]
    others = [statement(name, function.definitions) for name in usual if name not in common]
    others += [f"loss = {_loss(function.form.loss)}", *_slope(function, function.form)]
    return [
        *lines,
        *(statement(name, function.definitions) for name in common),
        f"if {size(str(population(division)), function)} >= {printed(division.least)}:",
        *(INDENT + line for line in small),
        "else:",
        *(INDENT + line for line in others),
        "return loss, gradient",
    ]


def _check_loss(function: LossFunction, form: Descent) -> None:
    """Refuse a loss without code before it is differentiated."""
    for name in dependencies([form.loss], form.definitions, function.arguments):
        statement(name, form.definitions)
    _loss(form.loss)


def _sizes(function: LossFunction) -> list[str]:
    """An assignment for each size that a form divides by, once it is known what the form is written from."""
    expressions: list[Expr] = []
    for form in function.forms:
        definitions, names = _computed(function, form), _needed(function, form)
        written = [("the loss", form.loss), ("the gradient", presented_gradient(form))]
        check_used(function, definitions, names, written, _columns(function, form))
        expressions += [definitions[name][1] for name in names] + [expr for _, expr in written]
    return sizes(expressions, function, {function.samples} if _takes_statistics(function) else set())


def _check_common(names: list[Name], function: LossFunction) -> None:
    """What both forms need is computed once, so it must be the same."""
    for name in names:
        meanings = {form.definitions[name] for form in function.forms if name in form.definitions}
        if len(meanings) > 1:
            raise NotArrayCode(f"{name} stands for one thing in one form and for another in the other: rename one of them")


def _loss(loss: Expr) -> str:
    with within("the loss"):
        return total(loss)


def _slope(function: LossFunction, form: Descent) -> list[str]:
    return assigned(_gradient(function, form), presented_gradient(form), indices_of(form.target), "the gradient")
