"""Seeded errors: every way to break an indexed expression in one place, by one operator of ``OPERATORS`` at a time.

``mutants`` walks through the whole expression, into sums, functions, ``D``, ``Mean`` and ``At``. An operator looks at one
node and yields what may stand in its place, with a description such as ``sign: u[t, p] -> -u[t, p]``. What is derived with
respect to, a law and the range of a sum are never broken; nor is anything put where it has no meaning, such as an index
outside its sum. A change that SymPy evaluates back to the same expression is none.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import combinations

from sympy import Abs, Add, Expr, Idx, Indexed, Mul, Number, Pow, Symbol, log, nan, oo, sqrt, zoo

from lvicreg.calculus.axes import size_of
from lvicreg.calculus.differentiate import D
from lvicreg.calculus.expectation import Law
from lvicreg.calculus.functions import ELEMENTWISE, StopGradient
from lvicreg.calculus.indexed import Comparison, Sigma, free_indices
from lvicreg.calculus.operators import At, Mean

Scope = frozenset[Idx]  # the indices that have a meaning at some place
Change = tuple[str, Expr]  # what is done to a node, and the node that stands in its place
LONGEST = 45  # characters of an expression in a description


def mutants(expr: Expr, whole: bool = True) -> Iterator[Change]:
    """Each description of a change with the changed expression; without ``whole``, not its sign and not a factor before it."""
    numbers: Counter[str] = Counter()
    seen = {_identity(expr)}
    changes = [*(_whole(expr) if whole else ()), *_anywhere(expr, free_indices(expr))]
    for change, mutant in changes:
        if (identity := _identity(mutant)) not in seen and not mutant.has(nan, oo, -oo, zoo):
            seen.add(identity)
            numbers[change] += 1
            yield change + (f" ({numbers[change]})" if numbers[change] > 1 else ""), mutant


def _whole(expr: Expr) -> Iterator[Change]:
    yield "sign: of the whole", -expr
    yield "factor: 2 before the whole", 2 * expr


def _anywhere(node: Expr, scope: Scope) -> Iterator[Change]:
    for name, operator in OPERATORS.items():
        for change, new in operator(node, scope):
            yield f"{name}: {change}", new
    for n, part, inner in _parts(node, scope):
        for change, new in _anywhere(part, inner):
            yield change, _with(node, n, new)


def _parts(node: Expr, scope: Scope) -> Iterator[tuple[int, Expr, Scope]]:
    """The arguments that may be broken, each with its place and the indices that have a meaning there."""
    match node:
        case Indexed() | Idx() | Comparison() | Law():
            return
        case Sigma():
            yield 0, node.term, scope | {node.index}
        case D():  # a derivative is with respect to indices that the expression does not use
            yield 0, node.args[0], scope - node.args[1].atoms(Idx)
        case Mean() | Pow():
            yield 0, node.args[0], scope
        case At():
            yield 0, node.args[0], scope
            yield 2, node.args[2], scope | node.parameters
        case _:
            for n, part in enumerate(node.args):
                yield n, part, scope


def _with(node: Expr, n: int, *new: Expr) -> Expr:
    """The node with its n-th argument replaced, or left out."""
    return node.func(*node.args[:n], *new, *node.args[n + 1 :])


def _to(old: object, new: object) -> str:
    return " -> ".join(map(_short, written(f"{old}\n{new}").split("\n")))  # both at once, for the same labels


# --- the operators -------------------------------------------------------------------------------------------------------


def _size(node: Expr, scope: Scope) -> Iterator[Change]:
    """``B - 1`` to ``B``, and ``B`` to ``B - 1``."""
    if isinstance(node, Symbol) and not isinstance(node, Idx) and node.is_integer:
        yield _to(node, node - 1), node - 1
    if isinstance(node, Add) and node.is_integer and isinstance(size := node.as_coeff_Add()[1], Symbol):
        yield _to(node, size), size


def _epsilon(node: Expr, scope: Scope) -> Iterator[Change]:
    """What is added under a root or a logarithm, added outside of it; or not at all."""
    root = isinstance(node, Pow) and node.exp.is_Rational and node.exp.q == 2
    if not root and not isinstance(node, log):
        return
    inside = node.args[0]
    for symbol in Add.make_args(inside):
        if isinstance(symbol, Symbol) and inside != symbol:
            rest = inside - symbol
            moved = (sqrt(rest) + symbol) ** (2 * node.exp) if root else log(rest) + symbol
            yield _to(node, moved), moved
            yield _to(node, new := _with(node, 0, rest)), new


def _stop_gradient(node: Expr, scope: Scope) -> Iterator[Change]:
    """``SG(x)`` to ``x``."""
    if isinstance(node, StopGradient):
        yield _to(node, node.args[0]), node.args[0]


def _sign(node: Expr, scope: Scope) -> Iterator[Change]:
    """Of one term of a sum, or of a function's argument; what is under a logarithm is positive."""
    if isinstance(node, Add) or (node.func in ELEMENTWISE and not isinstance(node, (log, StopGradient, Abs))):
        for n, part in enumerate(node.args):
            yield _to(part, -part), _with(node, n, -part)


def _factor(node: Expr, scope: Scope) -> Iterator[Change]:
    """A number doubled, or a term of a sum."""
    if isinstance(node, Number):
        yield _to(node, 2 * node), 2 * node
    if isinstance(node, Add):
        for n, part in enumerate(node.args):
            yield _to(part, 2 * part), _with(node, n, 2 * part)


def _exponent(node: Expr, scope: Scope) -> Iterator[Change]:
    """One further from 0; a root to no root."""
    if isinstance(node, Pow) and node.exp.is_Rational:
        whole = node.exp if node.exp.q == 1 else 0
        new = node.base ** (whole + (1 if node.exp > 0 else -1))
        yield _to(node, new), new


def _index(node: Expr, scope: Scope) -> Iterator[Change]:
    """An index to another of the same range; two of the same range exchanged."""
    if not isinstance(node, (Indexed, Comparison)):
        return
    indices = node.indices if isinstance(node, Indexed) else node.args
    variants: list[tuple[Idx, ...]] = []
    for n, old in enumerate(indices):
        same = (index for index in scope if size_of(index) == size_of(old) and index != old)
        variants += [(*indices[:n], index, *indices[n + 1 :]) for index in sorted(same, key=str)]
    for n, m in combinations(range(len(indices)), 2):
        if size_of(indices[n]) == size_of(indices[m]):
            exchanged = list(indices)
            exchanged[n], exchanged[m] = indices[m], indices[n]
            variants.append(tuple(exchanged))
    for variant in variants:
        new = node.base[variant] if isinstance(node, Indexed) else node.func(*variant)
        yield _to(node, new), new


def _dropped_term(node: Expr, scope: Scope) -> Iterator[Change]:
    """A term of a sum."""
    if isinstance(node, Add):
        for n, part in enumerate(node.args):
            yield _short(part), _with(node, n)


def _dropped_factor(node: Expr, scope: Scope) -> Iterator[Change]:
    """A factor, such as ``f'(a)``, or the ``1 - Delta(i, k)`` that keeps a sum to the others."""
    if isinstance(node, Mul):
        for n, part in enumerate(node.args):
            if not isinstance(part, Number):
                yield _short(part), _with(node, n)


Operator = Callable[[Expr, Scope], Iterable[Change]]
OPERATORS: dict[str, Operator] = {
    "size": _size,
    "epsilon": _epsilon,
    "stop-gradient": _stop_gradient,
    "sign": _sign,
    "factor": _factor,
    "exponent": _exponent,
    "index": _index,
    "dropped term": _dropped_term,
    "dropped factor": _dropped_factor,
}


# --- how expressions are written and compared ------------------------------------------------------------------------------


def _identity(expr: Expr) -> Expr | str:
    """What two mutants have in common that are the same: ``At`` has indices of its own, new with each."""
    return written(expr) if expr.has(At) else expr


def written(expr: object) -> str:
    """The text of an expression, fresh indices, whose numbers mean nothing, counted as they occur."""
    names: dict[str, str] = {}
    return re.sub(r"_fresh\d+", lambda found: names.setdefault(found[0], f"_{len(names)}"), str(expr))


def _short(expr: object) -> str:
    text = written(expr)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 18]} … {text[-15:]}"
