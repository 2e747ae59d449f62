"""Seeded errors in Python code: one operation of a function, or of a value with a name, changed at a time.

The changes are cosmic-ray's. In a formula (``FORMULA``) those of its operators are used which make of it another one:

- an arithmetic operation becomes another one (``+ - * / // % **``; bits and shifts are not for numbers here),
- a comparison becomes another one (of order, or ``is`` for ``is not``; an identity of numbers is no formula),
- a sign is dropped (``+x`` is x; ``~`` is not for numbers),
- a number, as a factor, exponent, axis or default value, becomes larger or smaller by one,
- ``and`` becomes ``or``, ``True`` becomes ``False``, and the reverse.

In code that decides something (``CODE``) also those of its statements: a condition is negated or is no longer so, ``break``
and ``continue`` change places, a loop is not entered, an exception is not caught. Two that it lacks stand here: ``in`` for
``not in``, and the condition of a comprehension negated.

In separately written evidence (``EVIDENCE``), of which there is much, an operation becomes one other only, and a number larger.

Left out are decorators, and the operators which put a number drawn at random in a variable's place. What is no Python is no
mutant, nor what compiles to the same instructions.
"""

from __future__ import annotations

import ast
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from copy import deepcopy
from importlib import import_module
from itertools import permutations
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, NamedTuple, TypeVar

from lvicreg.project.record import files

from .listed import Listed

FORMULA = [
    *(f"ReplaceBinaryOperator_{a}_{b}" for a, b in permutations(("Add", "Sub", "Mul", "Div", "FloorDiv", "Mod", "Pow"), 2)),
    *(f"ReplaceComparisonOperator_{a}_{b}" for a, b in permutations(("Eq", "NotEq", "Lt", "LtE", "Gt", "GtE"), 2)),
    *("ReplaceComparisonOperator_Is_IsNot", "ReplaceComparisonOperator_IsNot_Is"),
    *("ReplaceUnaryOperator_Delete_USub", "NumberReplacer"),
    *("ReplaceAndWithOr", "ReplaceOrWithAnd", "ReplaceTrueWithFalse", "ReplaceFalseWithTrue"),
]
CODE = [
    *FORMULA,
    *("AddNot", "ReplaceUnaryOperator_Delete_Not", "Membership", "NotInComprehension"),
    *("ReplaceBreakWithContinue", "ReplaceContinueWithBreak", "ZeroIterationForLoop", "ExceptionReplacer"),
]
NEAREST = {"Add_Sub", "Sub_Add", "Mul_Div", "Div_Mul", "Mod_Mul", "Pow_Mul", "Eq_NotEq", "NotEq_Eq", "Is_IsNot", "IsNot_Is"}
NEAREST |= {f"{a}_{b}" for a, b in permutations(("Lt", "LtE", "Gt", "GtE"), 2)}
EVIDENCE = [name for name in FORMULA if name.partition("Operator_")[2] in NEAREST | {"Delete_USub"}]
EVIDENCE += ["NumberLarger", "ReplaceAndWithOr", "ReplaceOrWithAnd", *CODE[len(FORMULA) :]]
LONGEST = 100  # characters of a line in a description; of a longer one only what is about the change
AROUND = 30
Definition = ast.FunctionDef | ast.Assign | ast.AnnAssign
D = TypeVar("D", bound=ast.AST)


class Place(NamedTuple):
    """What is broken: a function, or the names to which a statement gives values, by module and name within it."""

    module: str
    name: str  # ``Surd.sign``, ``RELATIVE``, ``ZERO, ONE``
    where: str  # what the record calls it, and ``label`` within that
    label: str = ""


class Error(NamedTuple):
    """One change at one place."""

    place: Place
    change: str
    source: str  # what stands in the place's stead


class Subject(NamedTuple):
    """What is to be broken: a place, what stands there, and by which operators."""

    place: Place
    node: Definition
    operators: Sequence[str]

    def errors(self) -> list[Error]:
        """Every change, but for docstrings and decorators; raises ``ImportError`` where cosmic-ray is not installed."""
        return _errors(self.place, self.node, self.operators)


def drawn(subjects: Sequence[Subject], listed: Listed, sample: int) -> list[Error]:
    """About so many changes that are to be noticed, always the same; a longer text is drawn more often."""
    lengths = [len(ast.unparse(subject.node)) for subject in subjects]
    found: list[Error] = []
    for number, times in Counter(random.Random(0).choices(range(len(subjects)), lengths, k=sample)).items():
        errors = [error for error in subjects[number].errors() if (error.place.where, error.change) not in listed]
        found += random.Random(number).sample(errors, min(times, len(errors)))
    return found


def _errors(place: Place, node: Definition, operators: Sequence[str]) -> list[Error]:
    intact = stripped(node)
    source = ast.unparse(intact)
    seen, numbers, found = {_instructions(source)}, Counter[str](), []
    for changed in _changed(source, operators):
        try:
            (mutant,) = ast.parse(changed).body
            instructions = _instructions(changed)
        except (SyntaxError, ValueError):
            continue
        if instructions not in seen and _signature(mutant) == _signature(intact):  # an asterisk there is no product
            seen.add(instructions)
            change = f"{place.label}: " * bool(place.label) + _described(intact, mutant)
            numbers[change] += 1
            found.append(Error(place, change + f" ({numbers[change]})" * (numbers[change] > 1), changed))
    return found


def subjects(root: Path, folder: str, operators: Sequence[str] = CODE) -> Iterator[Subject]:
    """The functions and named values of the modules of a folder, to be broken; the record knows them by their files."""
    for path in files(root / folder):
        where = path.relative_to(root).as_posix()
        module = where.removesuffix(".py").replace("/", ".")
        for name, node in definitions(import_module(module)):
            yield Subject(Place(module, name, where, name), node, operators)


def definitions(module: ModuleType) -> Iterator[tuple[str, Definition]]:
    """The functions, methods and named values of a module, by their names within it."""
    source = Path(str(module.__file__)).read_text(encoding="utf-8")  # ``inspect`` has none of an empty one
    yield from _definitions(ast.parse(source).body, "")


def _definitions(body: Sequence[ast.stmt], prefix: str) -> Iterator[tuple[str, Definition]]:
    for node in body:
        match node:
            case ast.ClassDef():
                yield from _definitions(node.body, f"{prefix}{node.name}.")
            case ast.FunctionDef():
                yield prefix + node.name, node
            case ast.Assign() | ast.AnnAssign() if node.value is not None:
                yield prefix + ", ".join(_named(node)), node


def _named(node: ast.Assign | ast.AnnAssign) -> list[str]:
    """The names that a statement gives values to."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return [name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)]


def mentioned(node: ast.AST) -> set[str]:
    """Every name that a text reads, of a variable or of an attribute."""
    return {
        part.id if isinstance(part, ast.Name) else part.attr
        for part in ast.walk(node)
        if isinstance(part, (ast.Name, ast.Attribute))
    }


def stripped(node: D) -> D:
    """A copy without decorators and docstring."""
    copied = deepcopy(node)
    if isinstance(copied, ast.FunctionDef):
        copied.decorator_list = []
        if ast.get_docstring(copied) is not None:
            copied.body = copied.body[1:] or [ast.Pass()]
    return copied


def _changed(source: str, operators: Sequence[str]) -> Iterator[str]:
    """The source after every operator, wherever it applies."""
    try:
        from cosmic_ray.ast import ast_nodes, get_ast
        from cosmic_ray.mutating import mutate_code
        from cosmic_ray.operators.provider import OperatorProvider
    except ImportError as missing:
        raise ImportError("seeded errors are made by cosmic-ray: .venv/bin/pip install -e '.[mutation]'") from missing
    provider, nodes = OperatorProvider(), [*ast_nodes(get_ast(source))]
    for name in operators:
        operator: Any = OWN[name]() if name in OWN else provider[name]()
        for n in range(sum(len([*operator.mutation_positions(node)]) for node in nodes)):
            yield mutate_code(source, operator, n)


def _instructions(source: str) -> tuple[Any, ...]:
    """What tells apart two texts that do not do the same."""

    def of(code: CodeType) -> tuple[Any, ...]:
        constants = tuple(of(part) if isinstance(part, CodeType) else repr(part) for part in code.co_consts)
        return code.co_code, code.co_names, code.co_varnames, code.co_exceptiontable, constants

    return of(compile(source, "", "exec"))


def _signature(node: ast.AST) -> list[object]:
    """How arguments are passed, wherever they are."""
    parts = [part for part in ast.walk(node) if isinstance(part, (ast.arguments, ast.Starred))]
    return [(len(p.args), len(p.kwonlyargs), p.vararg is None) if isinstance(p, ast.arguments) else type(p.ctx) for p in parts]


def _described(intact: ast.AST, mutant: ast.AST) -> str:
    """The line that a change is in, before and after."""
    pairs = zip(_lines(intact), _lines(mutant), strict=True)
    ((before, after),) = ((one.strip(), other.strip()) for one, other in pairs if one != other)
    if max(len(before), len(after)) > LONGEST:
        start = next(n for n, (a, b) in enumerate(zip(before, after, strict=False)) if a != b)
        end = next(n for n, (a, b) in enumerate(zip(before[::-1], after[::-1], strict=False)) if a != b)
        end = min(end, len(before) - start, len(after) - start)
        first = max(start - AROUND, 0)
        before, after = ("…" * (first > 0) + text[first : len(text) - max(end - AROUND, 0)] + "…" for text in (before, after))
    return f"{before} → {after}"


def _lines(node: ast.AST) -> list[str]:
    """The default values and the body of a function, or a statement, one line for each simple statement."""
    if not isinstance(node, ast.FunctionDef):
        return ast.unparse(node).splitlines()
    given = node.args
    positional = [*given.posonlyargs, *given.args]
    options = [*zip(positional[len(positional) - len(given.defaults) :], given.defaults, strict=True)]
    options += [(option, value) for option, value in zip(given.kwonlyargs, given.kw_defaults, strict=True) if value]
    return [f"{option.arg} = {ast.unparse(value)}" for option, value in options] + _body(node).splitlines()


def _body(node: ast.FunctionDef) -> str:
    return ast.unparse(ast.Module(node.body, []))


# --- operators that cosmic-ray lacks -------------------------------------------------------------------------------------
class _Membership:
    """``in`` to ``not in``, and the reverse, outside loops."""

    def mutation_positions(self, node: Any) -> Iterator[Any]:
        if node.type == "comparison":
            yield from ((part.start_pos, part.end_pos) for part in self._operators(node))

    def mutate(self, node: Any, index: int) -> Any:
        operator = self._operators(node)[index]
        if operator.type == "comp_op":  # ``not in``, two words
            operator.children[0].value = operator.children[0].prefix = ""
        else:
            operator.value = "not in"
        return node

    @staticmethod
    def _operators(node: Any) -> list[Any]:
        return [part for part in node.children[1::2] if part.get_code().split() in (["in"], ["not", "in"])]


class _NotInComprehension:
    """The condition of a comprehension negated."""

    def mutation_positions(self, node: Any) -> Iterator[Any]:
        if node.type == "comp_if":
            yield node.start_pos, node.end_pos

    def mutate(self, node: Any, index: int) -> Any:
        node.children[0].value = "if not ("
        node.children[1].get_last_leaf().value += ")"
        return node


class _NumberLarger:
    """A number larger by one."""

    def mutation_positions(self, node: Any) -> Iterator[Any]:
        if node.type == "number":
            yield node.start_pos, node.end_pos

    def mutate(self, node: Any, index: int) -> Any:
        node.value = str(ast.literal_eval(node.value) + 1)
        return node


OWN = {"Membership": _Membership, "NotInComprehension": _NotInComprehension, "NumberLarger": _NumberLarger}
