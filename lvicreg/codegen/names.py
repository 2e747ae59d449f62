"""What a function is told about its names, checked before any code is written.

``check_declared`` asks whether the code can take what the function takes: names that are Python's and nobody else's, arrays
with samples on the first axis, statistics that can be computed and options that cannot. ``check_used`` asks whether the code
knows every name that it is written from, with the axes that the name has elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from keyword import iskeyword

from sympy import Expr, Idx, Indexed, IndexedBase, Piecewise, Symbol

from lvicreg.calculus.axes import is_sample, role, size_of
from lvicreg.calculus.definitions import Definitions, Name, name_of

from .layout import NotArrayCode, within
from .rule import Function, LossFunction, Rule

# what a generated module imports from the package of its helpers
HELPERS = {
    "_inputs": ("arrays", "minibatch_size", "nonnegative", "several_samples"),
    "_parts": ("loudest", "together"),
    "_precision": ("full_precision", "summed"),
    "_renamed": ("renamed",),
}
# what the code, its module and the helpers' arguments are called
RESERVED = {"xp", "post", "loss", "gradient", "Any", "rule", "samples", "given", "squares", "rank"}
RESERVED |= {"gradient_loud", "gradient_rest", *chain.from_iterable(HELPERS.values())}

Sizes = tuple[Expr, ...]


def check_declared(function: Function) -> None:
    """Refuse a function whose arguments, statistics or options the code cannot take.

    Raises:
        NotArrayCode: with what is wrong, where, and what to do.
    """
    _check_name(function.name, "the function")
    _check_targets(function)
    _check_statistics(function)
    axes = axes_by_name(function)
    for name in function.parameter_names:
        if str(name) not in function.parameters:
            raise NotArrayCode(f"{name} is not described: add it to parameters")
    for name in (*function.arguments, *function.statistics):
        if isinstance(name, IndexedBase):
            _check_argument(name, axes, function.samples)
    if function.statistics or isinstance(function, LossFunction):
        first = function.arguments[0] if function.arguments else None
        if first not in axes or str(axes[first][0]) != function.samples:
            over = f"an array over ({function.samples}, …)"
            raise NotArrayCode(f"samples are counted in the first argument, which is {first}: put {over} first")
    for name in function.options:
        if isinstance(name, IndexedBase) or function.parameters[str(name)].default is None:
            raise NotArrayCode(f"the option {name} must be a number with a default: make it an argument")
        if name in function.definitions:
            raise NotArrayCode(f"the option {name} has a definition, by which it would be computed: use primitive({name})")


def _check_name(name: str, of: str) -> None:
    if not name.isidentifier() or iskeyword(name) or name in RESERVED:
        raise NotArrayCode(f"{name!r} cannot be the name of {of} in the code: rename it")


def _check_argument(name: IndexedBase, axes: Mapping[Name, Sizes], samples: str) -> None:
    """Samples must be on the first of two axes, or on none, and an axis is known by one letter."""
    if name not in axes:
        raise NotArrayCode(f"the argument {name} is used nowhere, so that its shape is unknown: leave it out")
    shape = f"{name} is an array over ({', '.join(map(str, axes[name]))})"
    if any(not (isinstance(size, Symbol) and len(size.name) == 1) for size in axes[name]):
        raise NotArrayCode(f"{shape}; the size of an argument's axis must be a symbol of one letter: rename it")
    if any(role(size) == "sample" and str(size) != samples for size in axes[name]):
        raise NotArrayCode(f"{shape}; samples are counted over {samples}, and over no other axis: give it in another form")
    if len(axes[name]) > 2 or samples in map(str, axes[name][1:]):
        raise NotArrayCode(f"{shape}; an argument has at most two axes, and samples on the first only: give it in another form")


def _check_statistics(function: Function) -> None:
    """A statistic has a definition, by which it is computed where it is not given."""
    if isinstance(function, LossFunction) and function.statistics:
        raise NotArrayCode(f"a loss takes no statistics, but is told {function.statistics[0]}: make it an argument")
    for name in function.statistics:
        if name not in function.definitions:
            raise NotArrayCode(f"the statistic {name} has no definition to compute it by: define it, or make it an argument")
    avoidable = function.avoidable.statistic if isinstance(function, Rule) and function.avoidable else None
    if avoidable not in (None, *function.statistics):
        raise NotArrayCode(f"the avoidable {avoidable} is no statistic, so that it is always formed: leave it out")


def _check_targets(function: Function) -> None:
    for target in function.targets:
        if len(set(target.indices)) != 2 or len(target.indices) != 2:
            raise NotArrayCode(f"the target {target} must have two different indices: give it another one")
    if isinstance(function, Rule):
        if not is_sample(function.sample):
            told = f"the sample's index {function.sample} runs over {size_of(function.sample)}, on which no samples are counted"
            raise NotArrayCode(f'{told}: give it the range B, or axis("T", "sample")')
    elif not all(is_sample(target.indices[0]) for target in function.targets):
        raise NotArrayCode(f"the target {function.targets[0]} must be over (B, N): put its sample's index first")


def axes_by_name(function: Function) -> dict[Name, Sizes]:
    """The sizes of the axes of every array in the function's expressions and definitions.

    Raises:
        NotArrayCode: an array is used with different axes, an index has no range, or an expression has cases.
    """
    found: dict[Name, Sizes] = {}
    for place, expr in _everywhere(function):
        with within(place):
            if expr.has(Piecewise):
                raise NotArrayCode(f"{expr} has cases, which the calculus does not know: write them with H or relu")
            check_axes(expr, found)
    return found


def _everywhere(function: Function) -> Iterator[tuple[str, Expr]]:
    """All that a function is told, and where it stands; first what declares the axes of a name."""
    for target in function.targets:
        yield "the target", target
    told = [function.definitions]
    if (division := function.division) is not None:
        told.append(division.definitions)
    meanings = [definitions[name] for definitions in told for name in definitions]
    for pattern, _ in meanings:
        yield f"the definition of {pattern}", pattern
    for pattern, value in meanings:
        yield f"the definition of {pattern}", value
    for expr in function.expressions:
        yield "the loss" if isinstance(function, LossFunction) else "the update", expr


def check_axes(expr: Expr, axes: dict[Name, Sizes]) -> None:
    """Refuse an array that is used with other axes than in ``axes``, to which new arrays are added."""
    for entry in sorted(expr.atoms(Indexed), key=lambda entry: (len(set(entry.indices)) < len(entry.indices), str(entry))):
        if not all(isinstance(index, Idx) and len(index.args) == 2 for index in entry.indices):
            raise NotArrayCode(f"{entry} has an index without a range: use indices such as Idx('i', N) only")
        sizes = tuple(size_of(index) for index in entry.indices)
        if axes.setdefault(entry.base, sizes) != sizes:
            had, has = (", ".join(map(str, each)) for each in (axes[entry.base], sizes))
            turned = set(sizes) == set(axes[entry.base]) and len(sizes) == len(axes[entry.base])
            told = "write its indices in that order, or rename one of the two" if turned else "rename one of the two"
            raise NotArrayCode(f"{entry} has axes ({has}), but {entry.base} is an array over ({had}): {told}")


def check_used(
    function: Function,
    definitions: Definitions,
    names: Sequence[Name],
    written: Iterable[tuple[str, Expr]],
    taken: Sequence[Name] = (),
) -> None:
    """Refuse a name that the code does not know, in ``names``, computed in this order, and in what is then ``written``.

    Arrays that are ``taken`` from others are known.

    Raises:
        NotArrayCode: a symbol is neither taken by the function nor defined nor a size; two quantities have one name, or a
            name cannot be one of Python's; an array is used with other axes than elsewhere.
    """
    axes = axes_by_name(function)
    sizes = {size for name in function.arguments for size in axes.get(name, ())}
    computed = [name for name in names if name not in function.statistics]
    known: dict[str, Name] = {}
    for name in (*function.parameter_names, *taken, *computed, *sorted(sizes, key=str)):
        _check_name(str(name), "a quantity")
        if str(name) in known:
            raise NotArrayCode(f"two quantities, or sizes, are called {name}: rename one of them, or name it once")
        known[str(name)] = name
    meanings = [(f"the definition of {definitions[name][0]}", definitions[name][1]) for name in names]
    for place, expr in (*meanings, *written):
        with within(place):
            check_axes(expr, axes)
            for part in sorted(leaves(expr), key=str):
                _check_known(part, known)


def _check_known(part: Expr, known: Mapping[str, Name]) -> None:
    name = name_of(part)
    if str(name) not in known:
        raise NotArrayCode(
            f"{part} is unknown: the function does not take {name}; make it an argument or an option, or define it"
        )
    if known[str(name)] != name:
        raise NotArrayCode(
            f"{part} is not the {name} that the function knows, but a quantity of the same name and other assumptions: use one"
        )


def leaves(expr: Expr) -> set[Expr]:
    """The named quantities of an expression; the symbols inside an index are none."""
    if isinstance(expr, (Indexed, Idx)):
        return {expr} if isinstance(expr, Indexed) else set()
    return {expr} if isinstance(expr, Symbol) else set().union(*map(leaves, expr.args))
