"""One normal form for indexed sums, and the zero test that rests on it.

``normal`` rewrites an expression so that equal ones become identical:

1. multiply out, every integer power of a sum with bound indices of its own;
2. collapse deltas: ``Σ_k δ_ik g_k`` is ``g_i``;
3. split each sum into connected ones: ``Σ_b Σ_c g_b h_c`` is ``Σ_b g_b · Σ_c h_c``, and ``Σ_b 1`` is ``B``;
4. name bound indices canonically, by trying every order within a connected sum and keeping the least.

SymPy's own ``Add`` and ``Mul`` then merge equal terms. What is not polynomial (a root, a quotient, a function's value) is
an atom whose inside is normal, positive factors that all its terms share taken out. ``e^{a + 2b}`` is ``e^a (e^b)²``, so that
factors leave a sum. A stop-gradient is its argument: it matters to derivatives only.

The zero test knows in addition what the functions of exponentials are, and that ``sin² + cos² = 1``.

A normal form other than zero is not a disproof; a counterexample in exact numbers is (``lvicreg.engines``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import permutations, product

from sympy import (
    Add,
    Dummy,
    Expr,
    Function,
    Idx,
    Indexed,
    Integer,
    Mul,
    Pow,
    S,
    Symbol,
    cos,
    degree,
    exp,
    fraction,
    log,
    rem,
    sin,
    tanh,
    together,
)

from .axes import size_of
from .definitions import Definitions
from .functions import Exponential, StopGradient, sigmoid, softplus
from .indexed import Comparison, Delta, Sigma, free_indices, fresh, rename

OF_EXPONENTIALS = sigmoid, softplus, tanh
Monomial = tuple[tuple[Expr, ...], frozenset[Idx]]  # factors, and the bound indices summed over


def normal(expr: Expr, definitions: Definitions | None = None) -> Expr:
    """The normal form of ``expr``; with definitions, after expanding every name.

    >>> from lvicreg.calculus import Delta
    >>> from lvicreg.calculus.layer import b, i, k, z
    >>> normal(Sigma(Delta(i, k) * z[b, k] * 2, k) - z[b, i])
    z[b, i]
    """
    return _normal(definitions.expand(S(expr)) if definitions else S(expr))


def is_zero(expr: Expr, definitions: Definitions | None = None) -> bool:
    """Whether ``expr`` is zero as a rational function of its atoms, wherever the denominators are not.

    >>> from lvicreg.calculus.layer import b, i, mean, network, z
    >>> is_zero(Sigma(z[b, i] - mean[i], b), network), is_zero(Sigma(z[b, i], b), network)
    (True, False)
    """
    expanded = definitions.expand(S(expr)) if definitions else S(expr)
    return _numerator_vanishes(_normal(_in_exponentials(expanded) if expanded.has(*OF_EXPONENTIALS) else expanded))


@cache
def _normal(expr: Expr) -> Expr:
    if isinstance(expr, Add):
        return Add(*map(_normal, expr.args))  # term by term, since terms come back in other sums
    return Add(*(_assembled(*monomial) for monomial in _monomials(expr)))


def _monomials(expr: Expr) -> Iterator[Monomial]:
    """``expr`` as a sum of products under sums, multiplied out."""
    if isinstance(expr, StopGradient):
        yield from _monomials(expr.args[0])
    elif isinstance(expr, Add):
        for term in expr.args:
            yield from _monomials(term)
    elif isinstance(expr, Mul):
        yield from _products(expr.args)
    elif _is_power(expr):
        yield from _products([expr.base] * int(expr.exp))
    elif isinstance(expr, Sigma):
        index = fresh(expr.index)
        for factors, bound in _monomials(rename(expr.term, {expr.index: index})):
            yield factors, bound | {index}
    elif isinstance(expr, (exp, Exponential)):
        yield _exponentials(expr.args[0]), frozenset()
    elif isinstance(expr, (Indexed, Comparison)) or not expr.args:
        yield (expr,), frozenset()
    else:
        yield (expr.func(*(_outside(_normal(argument)) for argument in expr.args)),), frozenset()


def _exponentials(exponent: Expr) -> tuple[Expr, ...]:
    """``e^{a + 2b − c/3}`` as ``e^a``, ``(e^b)²`` and ``(e^{c/3})^{−1}``."""
    factors = []
    for term in Add.make_args(_normal(exponent)):
        coefficient, rest = term.as_coeff_Mul(rational=True)
        factors.append(Exponential(rest / coefficient.q) ** coefficient.p)
    return tuple(factors)


def _outside(expr: Expr) -> Expr:
    """``s² v + s² ε`` as ``s² (v + ε)``: positive symbols that all terms share can leave a root, a hinge or a step."""
    powers = [dict(map(base_and_power, Mul.make_args(term))) for term in Add.make_args(expr)]
    shared = [base for base in powers[0] if base.is_Symbol and base.is_positive and all(base in others for others in powers)]
    common = Mul(*(base ** min(others[base] for others in powers) for base in shared))
    return common * Add(*(term / common for term in expr.args)) if isinstance(expr, Add) else expr


def _is_power(expr: Expr) -> bool:
    return isinstance(expr, Pow) and isinstance(expr.exp, Integer) and expr.exp > 0


def _products(expressions: Iterable[Expr]) -> Iterator[Monomial]:
    # Each factor is multiplied out by itself, so the bound indices of two equal factors are fresh and differ.
    for choice in product(*(tuple(_monomials(expression)) for expression in expressions)):
        factors = tuple(factor for part, _ in choice for factor in part)
        yield factors, frozenset().union(*(bound for _, bound in choice))


def _assembled(factors: tuple[Expr, ...], bound: frozenset[Idx]) -> Expr:
    """The normal form of one product under sums."""
    merged = Mul(*factors)
    if any(isinstance(base, (Add, Mul, Sigma)) for base, _ in map(base_and_power, Mul.make_args(merged))):
        return Add(*(_assembled(more, bound | inner) for more, inner in _monomials(merged)))  # v^½ v^½ became v
    powers = [base_and_power(factor) for factor in Mul.make_args(merged)]
    each = [base if isinstance(base, Comparison) else base**exponent for base, exponent in powers]  # 1 or 0 is its own square
    for base, _ in powers:
        if isinstance(base, Delta):
            return _collapsed(base, each, bound)
    return _connected(each, bound)


def base_and_power(factor: Expr) -> tuple[Expr, Expr]:
    """``(u, 3)`` for ``u³``; a factor that is not a positive integer power is its own base."""
    return (factor.base, factor.exp) if _is_power(factor) else (factor, S.One)


def _collapsed(delta: Delta, factors: list[Expr], bound: frozenset[Idx]) -> Expr:
    """Use ``δ_ik`` to write ``i`` for ``k``: the delta goes where ``k`` is bound and stays where both are free."""
    first, second = delta.args
    removed, kept = (first, second) if first in bound else (second, first)
    rest = [rename(factor, {removed: kept}) for factor in factors if factor != delta]
    if removed in bound:
        return _assembled(tuple(rest), bound - {removed})
    return delta * _assembled(tuple(rest), bound)


def _connected(factors: list[Expr], bound: frozenset[Idx]) -> Expr:
    """The product of the connected sums into which a product under sums splits."""
    result = S.One
    remaining = set(bound)
    waiting = {factor: free_indices(factor) & bound for factor in factors}
    result *= Mul(*(factor for factor, indices in waiting.items() if not indices))
    while remaining:
        component = {min(remaining, key=str)}
        members: list[Expr] = []
        while touching := [factor for factor, indices in waiting.items() if indices & component and factor not in members]:
            members += touching
            component.update(*(waiting[factor] for factor in touching))
        result *= _canonically_named(members, sorted(component, key=str)) if members else size_of(min(component, key=str))
        remaining -= component
    return result


def _canonically_named(factors: list[Expr], bound: list[Idx]) -> Expr:
    """The sum of the product of ``factors``, its bound indices named so that the result is the least."""
    inside = (_level(index) for factor in factors for index in factor.atoms(Idx) - free_indices(factor))
    taken = {_level(index) for factor in factors for index in free_indices(factor)}
    level = 1 + max(inside, default=0)
    while level in taken:
        level += 1
    ranges: dict[Expr, list[Idx]] = {}
    for index in bound:
        ranges.setdefault(size_of(index), []).append(index)
    names = {
        size: [Idx(Symbol(f"_{size}_{level}_{n}", integer=True), size) for n in range(len(group))]
        for size, group in ranges.items()
    }
    candidates = []
    for orders in product(*(permutations(group) for group in ranges.values())):
        naming = {
            index: name
            for order, size in zip(orders, ranges, strict=True)
            for index, name in zip(order, names[size], strict=True)
        }
        # normal once more: the least form of an inner sum depends on the names outside it
        candidates.append(Mul(*(_normal(rename(factor, naming)) for factor in factors)))
    least = candidates[0] if len(candidates) == 1 else min(candidates, key=str)
    return Sigma(least, *(name for size in sorted(names, key=str) for name in names[size]))


def _level(index: Idx) -> int:
    """How deep a canonical name stands: names of an outer sum are above those inside, and cannot capture them."""
    canonical = re.fullmatch(r"_.+_(\d+)_\d+", str(index))
    return int(canonical[1]) if canonical else 0


def _numerator_vanishes(expr: Expr) -> bool:
    """The zero test for quotients and roots: clear denominators, and use that the square of ``√v`` is ``v``."""
    roots: dict[Symbol, Expr] = {}
    known: dict[Expr, Symbol] = {}

    def symbol_for(atom: Expr) -> Symbol:
        return known.setdefault(atom, Dummy(f"atom{len(known)}"))

    def flattened(part: Expr) -> Expr:
        if isinstance(part, sin):
            root = symbol_for(part)
            roots[root] = 1 - cos(*part.args) ** 2
            return root
        if isinstance(part, Pow) and part.exp.is_Rational and part.exp.q == 2:
            root = symbol_for(Pow(part.base, S.Half, evaluate=False))
            roots[root] = part.base
            return root ** (2 * part.exp)
        if isinstance(part, (Add, Mul)) or (isinstance(part, Pow) and isinstance(part.exp, Integer)):
            return part.func(*(flattened(argument) for argument in part.args))
        return symbol_for(part) if isinstance(part, (Sigma, Function, Indexed)) else part

    numerator = fraction(together(flattened(expr)))[0].expand()
    while high := [root for root in roots if degree(numerator, root) > 1]:  # a root inside a root appears on the way
        remainder = rem(numerator, high[0] ** 2 - flattened(roots[high[0]]), high[0])
        numerator = fraction(together(remainder))[0].expand()
    return numerator == 0


def _in_exponentials(expr: Expr) -> Expr:
    """``expr`` with functions of exponentials written as such."""
    if isinstance(expr, (Indexed, Idx)) or not expr.args:
        return expr
    parts = [*map(_in_exponentials, expr.args)]
    match expr:
        case sigmoid():
            return 1 / (1 + exp(-parts[0]))
        case softplus():
            return log(1 + exp(parts[0]))
        case tanh():
            return (exp(2 * parts[0]) - 1) / (exp(2 * parts[0]) + 1)
    return expr.func(*parts)
