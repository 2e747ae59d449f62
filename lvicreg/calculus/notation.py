"""How an indexed expression is written: in LaTeX for pages, in plain text for docstrings.

Samples are superscripts, units and inputs subscripts. Bound indices get the letters of their range again (``b, c`` for
samples, ``k, l`` for units, ``m, …`` for inputs). Names that are not their own symbol are looked up in ``names``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import chain, count
from typing import Any

from sympy import (
    Add,
    Expr,
    Function,
    Idx,
    Indexed,
    Mul,
    Pow,
    S,
    Symbol,
    collect,
    factor,
)
from sympy.core.basic import Basic
from sympy.printing.latex import LatexPrinter, translate
from sympy.printing.precedence import PRECEDENCE
from sympy.printing.str import StrPrinter

from .axes import is_sample, role_of
from .functions import ELEMENTWISE
from .indexed import Before, Delta, Sigma, rename

SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
LETTERS = {"sample": "bcdegh", "unit": "klno", "input": "mrs", None: "ghrs"}  # by what an index counts


def tidy(expr: Expr, leading: Sequence[Symbol] = ()) -> Expr:
    """``expr`` factored; with ``leading`` symbols, a factored term for each of them times what all terms share.

    Indexed quantities, functions and sums count as symbols.
    """
    known = {part: Symbol(f"part{n:03}") for n, part in enumerate(sorted(_parts(expr), key=str))}
    flat = expr.xreplace(known)
    if leading:
        by_symbol = collect(flat.expand(), leading, evaluate=False)
        terms = [set(Mul.make_args(symbol * factor(rest))) for symbol, rest in by_symbol.items()]
        shared = set.intersection(*terms)
        flat = Mul(*shared) * Add(*(Mul(*(term - shared)) for term in terms))
    else:
        flat = factor(flat)
    return flat.xreplace({symbol: part for part, symbol in known.items()})


def _parts(expr: Basic) -> set[Expr]:
    if isinstance(expr, (Indexed, Sigma, Function)):
        return {expr}
    return set().union(*(_parts(argument) for argument in expr.args)) if expr.args else set()


def lettered(expr: Expr) -> Expr:
    """``expr`` with readable letters for bound indices that have canonical names, or that of a free one or of a sum around."""
    free = frozenset(str(index) for index in expr.free_symbols if isinstance(index, Idx))
    return _lettered(expr, frozenset(str(index) for index in expr.atoms(Idx)), free)


def _lettered(expr: Expr, used: frozenset[str], around: frozenset[str]) -> Expr:
    if isinstance(expr, (Indexed, Idx)) or not expr.args:
        return expr
    if isinstance(expr, Sigma):
        index = _letter(expr.index, used, str(expr.index) in around)
        return Sigma(_lettered(rename(expr.term, {expr.index: index}), used | {str(index)}, around | {str(index)}), index)
    return expr.func(*(_lettered(argument, used, around) for argument in expr.args))


def _letter(index: Idx, used: frozenset[str], taken: bool = False) -> Idx:
    """The index by a letter of its range, if its own name is taken, or a canonical or a fresh one."""
    if not (taken or str(index).startswith("_")):
        return index
    letters = LETTERS[role_of(index)]
    endless = chain(letters, (f"{letter}{number}" for number in count(1) for letter in letters))
    letter = next(letter for letter in endless if letter not in used)
    return Idx(Symbol(letter, integer=True), index.args[1])


def _split(entry: Indexed) -> tuple[str, str]:
    """The subscripts and the superscripts of an indexed quantity."""
    sample = [is_sample(index) for index in entry.indices]
    lower = "".join(str(index) for index, above in zip(entry.indices, sample, strict=True) if not above)
    return lower, "".join(str(index) for index, above in zip(entry.indices, sample, strict=True) if above)


def _numbers_first(product: Mul) -> Mul:
    """A product with the number that all terms of a factor share in front, and a minus sign drawn into a difference."""
    number, factors = S.One, []
    for part in product.args:
        shared, rest = part.primitive() if isinstance(part, Add) else (part, S.One) if part.is_Number else (S.One, part)
        number *= shared
        factors += [rest] * (rest != 1)
    for place, part in enumerate(factors):
        if number < 0 and isinstance(part, Add) and any(term.could_extract_minus_sign() for term in part.args):
            number, factors[place] = -number, -part
    return Mul(*[number] * (number != 1), *factors, evaluate=False)


def positive_first(expr: Expr) -> list[Expr]:
    """The terms of a sum, those without a minus sign first."""
    return sorted(Add.make_args(expr), key=lambda term: (term.could_extract_minus_sign(), str(term)))


class PositiveFirst:
    """For printers: sums begin with a term that has no minus sign."""

    def terms(self: Any, expr: Expr) -> list[str]:
        """The terms of a sum as they are printed one after another, each but the first with its sign."""
        first, *rest = positive_first(expr)
        if not rest:
            return [str(self._print(first))]
        signed = [("- ", -term) if term.could_extract_minus_sign() else ("+ ", term) for term in rest]
        return [self._term(first, 0), *(sign + self._term(term, PRECEDENCE["Add"]) for sign, term in signed)]

    def _term(self: Any, term: Expr, level: int) -> str:
        return str(self.parenthesize(term, level))

    def _print_Add(self, expr: Add, order: str | None = None) -> str:
        return " ".join(self.terms(expr))


class _Text(PositiveFirst, StrPrinter):
    printmethod = "_lvicreg_text"  # Indexed has a _sympystr of its own

    def __init__(self, names: Mapping[str, str]) -> None:
        super().__init__({"order": None})
        self.names = names

    def _print_Symbol(self, symbol: Symbol) -> str:
        return self.names.get(str(symbol), str(symbol))

    def _print_Indexed(self, entry: Indexed) -> str:
        lower, upper = _split(entry)
        indices = f"_{lower}" * bool(lower) + f"^{upper}" * bool(upper)
        name = self.names.get(str(entry.base), str(entry.base))
        return name.replace("·", indices) if "·" in name else name + indices

    def _print_Idx(self, index: Idx) -> str:
        return str(index.label)

    def _print_Sigma(self, total: Sigma) -> str:
        return f"Σ_{total.index} {self.parenthesize(total.term, PRECEDENCE['Mul'], strict=True)}"

    def _print_Pow(self, power: Pow, rational: bool = False) -> str:
        if power.exp.is_Integer and power.exp > 1:
            base = self._print(power.base)
            bare = isinstance(power.base, Symbol) or (isinstance(power.base, Indexed) and "^" not in base)
            return (base if bare else f"({base})") + str(power.exp).translate(SUPERSCRIPTS)
        return str(super()._print_Pow(power, rational=rational))

    def parenthesize(self, item: Expr, level: int, strict: bool = False) -> str:
        """As SymPy's, which takes what it does not know for an atom, so that a power of a sum reads as a sum of powers."""
        if level > PRECEDENCE["Mul"] and (isinstance(item, Sigma) or (isinstance(item, Indexed) and "^" in self._print(item))):
            return f"({self._print(item)})"
        return str(super().parenthesize(item, level, strict=strict))

    def _print_Mul(self, expr: Mul) -> str:
        return re.sub(r"(?<!\*)\*(?!\*)", " ", str(super()._print_Mul(expr)))  # ``**`` is a power

    def _print_Delta(self, delta: Delta) -> str:
        return "δ_" + "".join(map(str, delta.args))

    def _print_Before(self, before: Before) -> str:
        return f"[{before.args[0]} < {before.args[1]}]"

    def _print_Function(self, function: Function) -> str:
        known = ELEMENTWISE.get(type(function))
        written = ", ".join(map(self._print, function.args))
        return known.text.format(written) if known else f"{type(function).__name__}({written})"


class _Latex(PositiveFirst, LatexPrinter):
    def __init__(self, names: Mapping[str, str], marks: Mapping[Any, str]) -> None:
        super().__init__()
        self.names, self.marks = names, marks

    def _term(self, term: Expr, level: int) -> str:
        printed = super()._term(term, level)
        commands = [command for symbol, command in self.marks.items() if symbol in term.free_symbols]
        return f"{commands[0]}{{{printed}}}" if len(commands) == 1 else printed

    def _print_Symbol(self, symbol: Symbol, style: str = "plain") -> str:
        name = str(symbol)
        return str(super()._print_Symbol(symbol, style)) if "_" in name and name not in self.names else self._name(name)

    def _name(self, base: str) -> str:
        if base in self.names:
            return self.names[base]
        letter = translate(base)
        return letter if len(base) == 1 or letter.startswith("\\") else rf"\mathrm{{{base.replace('_', ' ')}}}"

    def _print_Mul(self, expr: Mul) -> str:
        """Sums and derivatives after the fraction of everything else, not in its numerator."""
        if not isinstance(expr, Mul):  # SymPy prints 1/g as a product too
            return str(super()._print_Mul(expr))
        expr = _numbers_first(expr)
        after = [part for part in expr.args if isinstance(part, Sigma) or type(part).__name__ == "D"]
        if not after:
            return str(super()._print_Mul(expr))
        after.sort(key=lambda part: isinstance(part, Sigma))
        before = Mul(*(part for part in expr.args if part not in after), evaluate=False)
        if before.as_coeff_Mul()[0] < 0:
            return f"- {self._print_Mul(-expr)}"
        *first, last = map(self._print, after)
        kept = [rf"\left({text}\right)" if text.startswith(r"\sum") else text for text in first]
        head = self.parenthesize(before, PRECEDENCE["Mul"], strict=True) if before != 1 else ""
        return " ".join(part for part in (head, *kept, last) if part)

    def _print_Indexed(self, entry: Indexed) -> str:
        lower, upper = _split(entry)
        name = self._name(str(entry.base))
        indices = f"_{{{lower}}}" * bool(lower) + f"^{{{upper}}}" * bool(upper)
        return name.replace("·", indices) if "·" in name else name + indices

    def _print_Pow(self, power: Pow) -> str:
        if isinstance(power.base, Indexed) and power.exp.is_Integer and power.exp > 1:
            return rf"\left({self._print(power.base)}\right)^{{{power.exp}}}"
        return str(super()._print_Pow(power))

    def parenthesize(self, item: Expr, level: int, is_neg: bool = False, strict: bool = False) -> str:
        """As SymPy's, which takes what it does not know for an atom."""
        if level > PRECEDENCE["Mul"] and isinstance(item, (Sigma, Indexed)):
            printed = self._print(item)
            if isinstance(item, Sigma) or "^" in printed:  # of an entry with an index above there would be two
                return rf"\left({printed}\right)"
        return str(super().parenthesize(item, level, is_neg=is_neg, strict=strict))

    def _print_Sigma(self, total: Sigma) -> str:
        below, term = str(total.index), total.term
        for part in Mul.make_args(term):  # Σ_k (1 − δ_ik) g_k is the sum over k ≠ i
            delta = 1 - part
            if isinstance(delta, Delta) and total.index in delta.args:
                (kept,) = set(delta.args) - {total.index}
                below, term = rf"{total.index} \neq {kept}", term / part
                break
            if isinstance(part, Before) and part.args[0] == total.index:  # over those before
                below, term = f"{total.index} < {part.args[1]}", term / part
                break
        inside = self.parenthesize(term, PRECEDENCE["Mul"], strict=True)
        return rf"\sum_{{{below}}} " + (rf"\left({inside}\right)" if inside.startswith("-") else inside)

    def _print_D(self, asked: Expr) -> str:
        what, target = asked.args
        below = rf"\partial {self._print(target)}"
        if isinstance(what, (Symbol, Indexed)):
            printed = rf"\frac{{\partial {self._print(what)}}}{{{below}}}"
            return f"{self.marks[type(asked)]}{{{printed}}}" if type(asked) in self.marks else printed
        return rf"\frac{{\partial}}{{{below}}} \left[{self._print(what)}\right]"

    def _print_Mean(self, mean: Expr) -> str:
        return rf"\mathbb{{E}} \left[{self._print(mean.args[0])}\right]"

    def _print_At(self, at: Expr) -> str:
        term, quantity, value = at.args
        used = frozenset(str(index) for part in (term, value) for index in part.atoms(Idx))
        for index in getattr(quantity, "indices", ()):  # bound here, and by fresh names
            letter = _letter(index, used)
            quantity, value, used = rename(quantity, {index: letter}), rename(value, {index: letter}), used | {str(letter)}
        becomes = r"\to" if value.has(getattr(quantity, "base", quantity)) else "="  # no equation that would say w = 2 w
        return rf"\left. {self._print(term)} \right|_{{{self._print(quantity)} {becomes} {self._print(value)}}}"

    def _print_Delta(self, delta: Delta, exp: str | None = None) -> str:
        return r"\delta_{" + "".join(map(str, delta.args)) + "}"

    def _print_Before(self, before: Before, exp: str | None = None) -> str:
        return rf"\left[{before.args[0]} < {before.args[1]}\right]"

    def _print_Function(self, function: Function, exp: str | None = None) -> str:
        known, argument = ELEMENTWISE.get(type(function)), self._print(function.args[0])
        written = known.latex.format(argument) if known else rf"{type(function).__name__}\!\left({argument}\right)"
        if exp is None:
            return written
        return (rf"\left({written}\right)" if written.startswith("e^") else written) + f"^{{{exp}}}"

    # SymPy's printer has others
    _print_log = _print_Abs = _print_ExpBase = _print_Function  # noqa: N815


def text(expr: Expr, names: Mapping[str, str]) -> str:
    """The expression in one line of plain text."""
    return _Text(names).doprint(lettered(S(expr)))


def latex(expr: Expr, names: Mapping[str, str], marks: Mapping[Any, str] | None = None) -> str:
    """The expression in LaTeX.

    ``marks`` are commands in which a part is set: beside a symbol that for terms of sums that have it and no other such symbol,
    beside ``D`` that for derivatives of names.
    """
    return " ".join(latex_terms(expr, names, marks))


def latex_terms(expr: Expr, names: Mapping[str, str], marks: Mapping[Any, str] | None = None) -> list[str]:
    """The terms of the expression in LaTeX, each but the first with its sign, so that they can stand on lines of their own."""
    return _Latex(names, marks or {}).terms(lettered(S(expr)))
