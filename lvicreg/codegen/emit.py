"""From a rule to the source of its function.

The update is split by presynaptic quantity, ``Σ_b post[b, i] · x[b, j] + rate[i] · W[i, j]``. Each part is factored, the
names in it are followed through their definitions to the function's arguments, and one statement is written for each name,
in the order in which they build on each other. No intermediate is invented: a sum that has no name is refused, and so is
whatever else is not known to have right code (``NotArrayCode``). The refusal says where it stands and what to do.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable

from sympy import Add, Expr, Idx, Indexed, IndexedBase, Mul, S, Symbol

from lvicreg.calculus.axes import is_sample, size_of
from lvicreg.calculus.definitions import Definitions, Name, indices_of, name_of
from lvicreg.calculus.indexed import free_indices
from lvicreg.calculus.notation import positive_first, text

from .arrays import code, elementwise, printed
from .division import columns_taken, population, when
from .docstring import WIDTH, display, docstring, nonnegative, raised, returned, shape_of, signature, where
from .equation import as_text, presented
from .layout import Axes, NotArrayCode, within
from .names import check_declared, check_used, leaves
from .order import check_order
from .rule import Avoidable, Function, Rule

INDENT = "    "


def function_source(rule: Rule) -> str:
    """The source of the rule's function, signature and docstring included.

    Raises:
        NotArrayCode: there is no code for it that is known to be right.
    """
    with within(rule.name):
        check_declared(rule)
        body = _body(rule)
        equations = display(as_text(rule)) + where(rule, presented(rule).values(), rule.definitions) + _in_parts(rule)
        return assembled(rule, docstring(rule, equations, _returned(rule)), body)


def assembled(rule: Function, docstring: str, body: list[str]) -> str:
    """The source of a function, which is sure to compute every name before it uses it."""
    source = "\n".join([signature(rule), *map(_indented, (docstring, *body))]) + "\n"
    check_order(source)
    return source


def _in_parts(rule: Rule) -> str:
    """What a product is where the population is in two parts, for a docstring."""
    if rule.avoidable is None:
        return ""
    avoidable, division = rule.avoidable, rule.avoidable.division
    parts = (avoidable.loud, avoidable.rest)
    products = (avoidable.product.base[_axes_in(part)] for part in parts)
    lines = [
        display(f"{text(product, rule.notation)} = {text(part, rule.notation)}")
        for product, part in zip(products, parts, strict=True)
    ]
    told = where(rule, parts, division.definitions.primitive(*division.columns))
    return "\n\n    ".join(("", when(division, rule), "\n".join(lines).strip())) + told


def _returned(rule: Rule) -> list[str]:
    axes = ", ".join(str(size_of(index)) for index in indices_of(rule.target))
    direction = returned(f"The direction of descent, ({axes})", " (a NumPy scalar among the options promotes it)")
    if not rule.statistics:
        return [direction, raised(rule)]
    names = ", ".join(map(str, rule.statistics))
    some = f"of {names} some are given but not all; or none" if len(rule.statistics) > 1 else f"{names} is not given"
    return [direction, raised(rule, f"ValueError: {some}, and there are fewer than 2 samples.")]


def _body(rule: Rule) -> list[str]:
    parts = _parts(rule)
    lines = checked_arguments(rule)
    if rule.statistics:
        given = ", ".join(f"{name}={name}" for name in rule.statistics)
        lines.append(f'{rule.samples} = minibatch_size("{rule.name}", {rule.arguments[0]}, {given})')
    names = dependencies(parts.values(), rule.definitions, rule.arguments)
    check_used(rule, rule.definitions, names, [("the update", expr) for pre in parts for expr in (pre, parts[pre])])
    computed = [*parts.values(), *(rule.definitions[name][1] for name in names)]
    lines += sizes(computed, rule, {rule.samples} if rule.statistics else set())
    _check_used_statistics(rule)
    lines += _statements(names, rule)
    return lines + _result(parts, rule)


def _parts(rule: Rule) -> dict[Expr, Expr]:
    """The update by presynaptic quantity: arrays of inputs, and the weights, all of which the function takes."""
    parts = presented(rule)
    for pre, part in parts.items():
        if rule.avoidable is not None and part.has(avoided := rule.avoidable.statistic):
            (entry, *_) = sorted((entry for entry in part.atoms(Indexed) if entry.base == avoided), key=str)
            raise NotArrayCode(f"the update: {entry} may not be formed: give it a name in the definitions")
        if pre != 1 and pre.base not in rule.arguments:
            raise NotArrayCode(f"the update: {pre} is no argument, and code for it is not written: make {pre.base} an argument")
    return parts


def sizes(expressions: Iterable[Expr], function: Function, known: set[str]) -> list[str]:
    """An assignment for each size that the expressions divide by and that is not known."""
    used = {str(part) for expr in expressions for part in leaves(expr)}
    axes = sorted({axis for name in function.arguments for axis in shape_of(name, function)} - known)
    return [f"{axis} = {size(axis, function)}" for axis in axes if axis in used]


def checked_arguments(rule: Function) -> list[str]:
    """The calls by which a function checks what it is given."""
    statistics = [name for name in rule.statistics if isinstance(name, IndexedBase)]
    required = [f'{name}=({name}, "{shape_of(name, rule)}")' for name in rule.arguments]
    given = ", ".join(f'"{name}": ({name}, "{shape_of(name, rule)}")' for name in statistics)
    specified = [f'"{rule.name}"', *required, *([f"given={{{given}}}"] if given else [])]
    specified += [f'samples="{rule.samples}"'] * (rule.samples != "B")
    names = ", ".join(map(str, (*rule.arguments, *statistics)))
    call = f"xp, {names} = arrays({', '.join(specified)})"
    if len(call) > WIDTH:
        call = f"xp, {names} = arrays(\n" + "".join(f"{INDENT}{item},\n" for item in specified) + ")"
    bounded = [f"{name}={name}" for name in nonnegative(rule)]
    return [call, *[f'nonnegative("{rule.name}", {", ".join(bounded)})'] * bool(bounded)]


def dependencies(expressions: Iterable[Expr], definitions: Definitions, given: Collection[Name] = ()) -> list[Name]:
    """The names that expressions need computed, but for those that are given, each after those it builds on."""
    names: list[Name] = []

    def collect(expr: Expr) -> None:
        used = {name_of(part) for part in expr.atoms(Indexed, Symbol) if not isinstance(part, Idx)}
        for name in sorted(used & set(definitions), key=str):
            if name not in names and name not in given:
                collect(definitions[name][1])
                names.append(name)

    for expr in expressions:
        collect(expr)
    return names


def statement(name: Name, definitions: Definitions) -> str:
    """``name = …``."""
    pattern, value = definitions[name]
    with within(f"the definition of {pattern}"):
        return f"{name} = {code(value, indices_of(pattern))}"


def _statements(names: list[Name], rule: Rule) -> list[str]:
    """One assignment for each name, in the order of ``names``; a given statistic is not computed, nor what only it needs."""
    avoided = rule.avoidable.statistic if rule.avoidable else None
    always = _needed_always(rule)
    lines: list[str] = []
    dependent: list[Name] = []
    for name in names:
        if avoided is not None and rule.definitions[name][1].has(avoided, *dependent):
            if name in rule.statistics:
                raise NotArrayCode(f"the statistic {name} needs {avoided}, which may not be formed: make {avoided} unavoidable")
            dependent.append(name)
        elif name in rule.statistics and name != avoided:
            needed = dependencies([rule.definitions[name][1]], rule.definitions, rule.arguments)
            own = [other for other in needed if other not in always | set(rule.statistics)]
            lines.append(f"if {name} is None:")
            lines += [INDENT + statement(each, rule.definitions) for each in (*own, name)]
        elif name in always:
            lines.append(statement(name, rule.definitions))
    return lines + (_either_way(rule.avoidable, dependent, rule) if rule.avoidable else [])


def _check_used_statistics(rule: Rule) -> None:
    """Refuse a statistic that makes no difference: what is said of it would be wrong."""
    meanings = (rule.definitions[name][1] for name in _needed_always(rule))
    used = set().union(*(map(name_of, leaves(expr)) for expr in (*presented(rule).values(), *meanings)))
    for name in rule.statistics:
        if name not in used:
            listed = ", ".join(map(str, rule.statistics))
            raise NotArrayCode(f"the statistic {name} is in no term of the rule where {listed} are given: leave it out")


def _needed_always(rule: Rule) -> set[Name]:
    """The names that are needed even where all statistics are given."""
    return set(dependencies(presented(rule).values(), rule.definitions.primitive(*rule.statistics), rule.arguments))


def _either_way(avoidable: Avoidable, dependent: list[Name], rule: Rule) -> list[str]:
    """The product without its statistic's array, of a population in two parts; and with it."""
    avoided, product, division = avoidable.statistic, avoidable.product, avoidable.division
    definitions = division.definitions.primitive(*division.columns)
    parts = (avoidable.loud, avoidable.rest)
    names = dependencies(parts, definitions, rule.arguments)
    check_used(rule, definitions, names, [(f"the parts of {product}", part) for part in parts], division.columns)
    others = dependencies([division.var], rule.definitions, rule.arguments)
    if avoided in others:
        raise NotArrayCode(f"{division.var.base} needs {avoided}, which may not be formed: write it from {division.divided}")
    known = _needed_always(rule) | set(rule.statistics)
    with within(f"the parts of {product}"):
        loud, rest = (elementwise(part, _axes_in(part)) for part in parts)
    before = [name for name in dependencies([product], rule.definitions, rule.arguments) if name != product.base]
    after = [name for name in dependent if name not in (*before, product.base)]
    for name in after:
        if rule.definitions[name][1].has(avoided, *(other for other in before if other in dependent)):
            raise NotArrayCode(f"{name} needs {avoided}, which may not be formed: write it from {product.base}")
    return [
        f"if {avoided} is None and {size(str(population(division)), rule)} >= {printed(division.least)}:",
        *(INDENT + statement(name, rule.definitions) for name in others if name not in known),
        INDENT + columns_taken(division),
        *(INDENT + statement(name, definitions) for name in names if name not in known),
        f"{INDENT}{product.base} = together(xp, {loud}, {rest}, rank)",
        *(INDENT + statement(name, rule.definitions) for name in after),
        "else:",
        f"{INDENT}if {avoided} is None:",
        INDENT * 2 + statement(avoided, rule.definitions),
        *(INDENT + statement(name, rule.definitions) for name in dependent),
    ]


def size(axis: str, rule: Function) -> str:
    """Code for the length of an axis, such as ``z.shape[1]`` for ``N``."""
    name, shape = next((name, shape) for name in rule.arguments if axis in (shape := shape_of(name, rule)))
    return f"{name}.shape[{shape.index(axis)}]"


def _axes_in(part: Expr) -> Axes:
    """The indices of a part's columns, its samples' first."""
    return tuple(sorted(free_indices(part), key=is_sample, reverse=True))


def _result(parts: dict[Expr, Expr], rule: Rule) -> list[str]:
    """The statements that contract the postsynaptic part with the input and return the update."""
    lines: list[str] = []
    terms: list[str] = []
    several = len(parts.keys() - {rule.target, S.One}) > 1
    for pre, part in parts.items():
        if pre == 1:
            for term in positive_first(part):
                terms.append(_signed(term, rule.target, bool(terms)))
        elif pre == rule.target:
            terms.append(_scaled(pre, part))
        else:
            named = isinstance(part, Indexed) and len(set(part.indices)) == 2
            post = str(part.base) if named else f"post_{pre.base}" if several else "post"
            if not named and post in map(str, (*rule.parameter_names, *rule.definitions)):
                raise NotArrayCode(f"{post} is what the code calls the part that multiplies {pre.base}: rename yours")
            assignment = assigned(post, part, (rule.sample, indices_of(rule.target)[0]), "the update")
            lines += [] if named else assignment
            terms.append(f"{'+ ' * bool(terms)}xp.matmul({post}.T, {pre.base})")
    return [*lines, f"return {' '.join(terms)}"]


def _signed(term: Expr, target: Indexed, after: bool) -> str:
    """``± …``, a term that has the axes of the weights by itself."""
    negative = term.could_extract_minus_sign()
    with within("the update"):
        spelled = code(-term if negative else term, indices_of(target))
    return f"{'- ' if after else '-'}{spelled}" if negative else f"{'+ ' * after}{spelled}"


def _scaled(weights: Indexed, rate: Expr) -> str:
    """``± rate * W``, where the rate is a number, or one for each unit."""
    negative = rate.could_extract_minus_sign()
    of_units = bool(free_indices(rate))
    with within("the update"):
        factor = code(-rate if negative else rate, weights.indices[:1] if of_units else ())
    written = ast.parse(factor, mode="eval").body
    is_sum = isinstance(written, ast.BinOp) and isinstance(written.op, ast.Add | ast.Sub)
    if is_sum or (of_units and not isinstance(written, ast.Call | ast.Name)):
        factor = f"({factor})"
    return f"{'-' if negative else '+'} {factor}{'[:, None]' * of_units} * {weights.base}"


def assigned(name: str, part: Expr, axes: Axes, place: str) -> list[str]:
    """``name = …``, an array over ``axes``; a sum within a product on lines of its own where one line is too long."""
    with within(place):
        line = f"{name} = {elementwise(part, axes)}"
    brackets = [factor for factor in Mul.make_args(part) if isinstance(factor, Add)]
    if len(line) <= WIDTH or len(brackets) != 1:
        return [line]
    (bracket,) = brackets
    first, *rest = positive_first(bracket)
    signed = [("- ", -term) if term.could_extract_minus_sign() else ("+ ", term) for term in rest]
    terms = [printed(first), *(sign + printed(term) for sign, term in signed)]
    outside = printed(part / bracket)
    joined = " ".join(terms)
    return [f"{name} = {outside} * (", *(INDENT + line for line in ([joined] if len(joined) <= WIDTH - 4 else terms)), ")"]


def _indented(text: str) -> str:
    return "\n".join(INDENT + line if line else line for line in text.split("\n"))
