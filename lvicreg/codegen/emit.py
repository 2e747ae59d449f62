"""From a rule to the source of its function.

The update is split by presynaptic quantity, ``Σ_b post[b, i] · x[b, j] + rate[i] · W[i, j]``. Each part is factored, the
names in it are followed through their definitions to the function's arguments, and one statement is written for each name,
in the order in which they build on each other. No intermediate is invented: a sum that has no name is refused.
"""

from __future__ import annotations

from sympy import Add, Expr, Idx, Indexed, IndexedBase, Mul, Symbol

from lvicreg.calculus.canonical import normal
from lvicreg.calculus.definitions import Definitions, Name, indices_of, name_of
from lvicreg.calculus.indexed import free_indices, size_of
from lvicreg.calculus.notation import positive_first

from .arrays import code, elementwise
from .docstring import WIDTH, display, docstring, raised, shape_of, signature, where
from .equation import as_text, presented
from .rule import Function, Rule

INDENT = "    "


def function_source(rule: Rule) -> str:
    """The source of the rule's function, signature and docstring included."""
    equations = display(as_text(rule)) + where(rule, presented(rule).values(), rule.definitions)
    return assembled(rule, docstring(rule, equations, _returned(rule)), _body(rule))


def assembled(rule: Function, docstring: str, body: list[str]) -> str:
    """The source of a function."""
    return "\n".join([signature(rule), *map(_indented, (docstring, *body))]) + "\n"


def _returned(rule: Rule) -> list[str]:
    axes = ", ".join(str(size_of(index)) for index in indices_of(rule.target))
    direction = f"The direction of descent, ({axes}), in the arrays' dtype (a NumPy scalar among the options promotes it)."
    if not rule.statistics:
        return [f"Returns:\n    {direction}", raised()]
    names = ", ".join(map(str, rule.statistics))
    some = f"of {names} some are given but not all; or none" if len(rule.statistics) > 1 else f"{names} is not given"
    return [f"Returns:\n    {direction}", raised(f"ValueError: {some}, and there are fewer than 2 samples.")]


def _body(rule: Rule) -> list[str]:
    parts = presented(rule)
    lines = [checked_arguments(rule)]
    if rule.statistics:
        given = ", ".join(f"{name}={name}" for name in rule.statistics)
        lines.append(f'B = minibatch_size("{rule.name}", {rule.arguments[0]}, {given})')
    names: list[Name] = []
    for part in parts.values():
        follow(part, rule, rule.definitions, names)
    lines += _sizes([*parts.values(), *(rule.definitions[name][1] for name in names)], rule)
    lines += _statements(names, rule)
    return lines + _result(parts, rule)


def _sizes(expressions: list[Expr], rule: Rule) -> list[str]:
    """An assignment for each size that the expressions divide by; the minibatch's is known where there are statistics."""
    used = {str(symbol) for expr in expressions for symbol in _coefficients(expr)}
    known = {"B"} if rule.statistics else set()
    axes = sorted({axis for name in rule.arguments for axis in shape_of(name, rule)} - known)
    return [f"{axis} = {size(axis, rule)}" for axis in axes if axis in used]


def _coefficients(expr: Expr) -> set[Symbol]:
    """The symbols of an expression that are not part of an index."""
    if isinstance(expr, (Indexed, Idx)):
        return set()
    return {expr} if isinstance(expr, Symbol) else set().union(*map(_coefficients, expr.args))


def checked_arguments(rule: Function) -> str:
    statistics = [name for name in rule.statistics if isinstance(name, IndexedBase)]
    required = [f'{name}=({name}, "{shape_of(name, rule)}")' for name in rule.arguments]
    given = ", ".join(f'"{name}": ({name}, "{shape_of(name, rule)}")' for name in statistics)
    specified = [f'"{rule.name}"', *required, *([f"given={{{given}}}"] if given else [])]
    names = ", ".join(map(str, (*rule.arguments, *statistics)))
    call = f"xp, {names} = arrays({', '.join(specified)})"
    if len(call) <= WIDTH:
        return call
    return f"xp, {names} = arrays(\n" + "".join(f"{INDENT}{item},\n" for item in specified) + ")"


def follow(expr: Expr, rule: Function, definitions: Definitions, names: list[Name]) -> None:
    """Append the names that ``expr`` needs computed, each after those it builds on."""
    used = {name_of(part) for part in expr.atoms(Indexed, Symbol) if not isinstance(part, Idx)}
    for name in sorted(used & set(definitions), key=str):
        if name not in names and name not in rule.arguments:
            follow(definitions[name][1], rule, definitions, names)
            names.append(name)


def statement(name: Name, definitions: Definitions) -> str:
    """``name = …``."""
    pattern, value = definitions[name]
    return f"{name} = {code(value, indices_of(pattern))}"


def _statements(names: list[Name], rule: Rule) -> list[str]:
    """One assignment for each name, in the order of ``names``; a given statistic is not computed, nor what only it needs."""
    avoided = rule.avoidable
    always = _needed_always(rule)
    lines: list[str] = []
    dependent: list[Name] = []
    for name in names:
        if avoided is not None and rule.definitions[name][1].has(avoided):
            dependent.append(name)
        elif name in rule.statistics and name != avoided:
            own = [other for other in names if other not in always | set(rule.statistics)]
            own = [other for other in own if rule.definitions[name][1].has(other)]
            lines.append(f"if {name} is None:")
            lines += [INDENT + statement(each, rule.definitions) for each in (*own, name)]
        elif name in always:
            lines.append(statement(name, rule.definitions))
    return lines + (_both_orders(avoided, dependent, rule) if avoided is not None else [])


def _needed_always(rule: Rule) -> set[Name]:
    """The names that are needed even where all statistics are given."""
    names: list[Name] = []
    given = rule.definitions.given(*rule.statistics)
    for part in presented(rule).values():
        follow(part, rule, given, names)
    return set(names)


def _both_orders(avoided: IndexedBase, dependent: list[Name], rule: Rule) -> list[str]:
    """The contraction without forming ``avoided``, for batches smaller than the population, and the one with it."""
    without = _without(avoided, dependent, rule.definitions)
    return [
        f"if {avoided} is None and B < {size('N', rule)}:",
        *(INDENT + statement(name, without) for name in dependent),
        "else:",
        f"{INDENT}if {avoided} is None:",
        INDENT * 2 + statement(avoided, rule.definitions),
        *(INDENT + statement(name, rule.definitions) for name in dependent),
    ]


def size(axis: str, rule: Function) -> str:
    """Code for the length of an axis, such as ``z.shape[1]`` for ``N``."""
    return next(f"{name}.shape[{shape.index(axis)}]" for name in rule.arguments if axis in (shape := shape_of(name, rule)))


def _without(avoided: IndexedBase, names: list[Name], definitions: Definitions) -> Definitions:
    """The definitions of ``names`` with the avoided quantity expanded."""
    meaning = Definitions({definitions[avoided][0]: definitions[avoided][1]})
    return definitions.but({definitions[name][0]: normal(definitions[name][1], meaning) for name in names})


def _result(parts: dict[Expr, Expr], rule: Rule) -> list[str]:
    """The statements that contract the postsynaptic part with the input and return the update."""
    lines: list[str] = []
    terms: list[str] = []
    for pre, part in parts.items():
        if pre == rule.target:
            negative = part.could_extract_minus_sign()
            rate = code(-part if negative else part, (indices_of(rule.target)[0],))
            if free_indices(part):
                rate = f"{rate if rate.startswith('xp.') else f'({rate})'}[:, None]"
            terms.append(f"{'-' if negative else '+'} {rate} * {pre.base}")
        else:
            post = part.base if isinstance(part, Indexed) else "post"
            if post == "post":
                lines += assigned(post, part)
            terms.append(f"xp.matmul({post}.T, {pre.base})")
    return [*lines, f"return {' '.join(terms)}"]


def assigned(name: str, part: Expr) -> list[str]:
    """``name = …``, a sum within a product on lines of its own where one line is too long."""
    line = f"{name} = {elementwise(part)}"
    if len(line) <= WIDTH:
        return [line]
    (bracket,) = (factor for factor in Mul.make_args(part) if isinstance(factor, Add))
    first, *rest = positive_first(bracket)
    signed = [("- ", -term) if term.could_extract_minus_sign() else ("+ ", term) for term in rest]
    terms = [elementwise(first), *(sign + elementwise(term) for sign, term in signed)]
    outside = elementwise(part / bracket)
    joined = " ".join(terms)
    return [f"{name} = {outside} * (", *(INDENT + line for line in ([joined] if len(joined) <= WIDTH - 4 else terms)), ")"]


def _indented(text: str) -> str:
    return "\n".join(INDENT + line if line else line for line in text.split("\n"))
