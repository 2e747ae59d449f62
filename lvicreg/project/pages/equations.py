"""Equations on a page, printed from the expressions: those that were checked, those of the code, and how these are derived."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from textwrap import indent
from typing import Any

from sympy import Expr, Indexed, Symbol

from lvicreg.calculus import SG, D, Definitions, Descent, Law, Mean, Step
from lvicreg.calculus.axes import is_sample
from lvicreg.calculus.definitions import indices_of, name_of
from lvicreg.calculus.notation import latex, latex_terms, text
from lvicreg.codegen.equation import as_latex, presented
from lvicreg.codegen.loss import presented_gradient
from lvicreg.codegen.rule import LossFunction, Rule
from lvicreg.engines import Equation

IN_A_COLUMN = 58  # characters of plain text that are not wider than a column


def display(*equations: str) -> str:
    """Displayed equations."""
    return "\n\n".join(f"$$\n{equation}\n$$" for equation in equations)


@dataclass(frozen=True)
class Equations:
    """What is printed with these LaTeX names, for readers who know what the names of ``layer`` stand for.

    ``lit`` is a LaTeX command for derivatives that are still to be taken, if the medium has one.
    """

    names: Mapping[str, str]
    layer: Definitions
    lit: str = ""

    def latex(self, expr: Expr) -> str:
        """An expression."""
        return latex(expr, self.names)

    def equality(self, equation: Equation) -> str:
        """``left = right``; where both together are too wide for one line, each term of the sides on a line of its own."""
        left, right = equation.left, equation.right
        if len(text(left, {})) <= IN_A_COLUMN / 2 or len(text(left, {})) + len(text(right, {})) <= IN_A_COLUMN:
            return self.spread(self.latex(left), right)
        before, after = (latex_terms(side, self.names) for side in (left, right))
        return _aligned("& " + before[0], *map(_below, before[1:]), rf"& = {after[0]}", *map(_below, after[1:]))

    def spread(self, left: str, right: Expr, marks: Mapping[Any, str] | None = None) -> str:
        """``left = right``, with each term of the right side on a line of its own where they are too wide for one."""
        terms = latex_terms(right, self.names, marks)
        if len(terms) == 1 or len(text(right, {})) <= IN_A_COLUMN:
            return f"{left} = {' '.join(terms)}"
        return _aligned(f"{left} = {{}} & {terms[0]}", *map(_below, terms[1:]))

    def definition(self, definitions: Definitions, name: Any) -> str:
        """``u_i^b = z_i^b − z̄_i``."""
        pattern, value = definitions[name]
        return f"{self.latex(pattern)} = {self.latex(value)}"

    def definitions(self, layer: Definitions) -> str:
        """What the names of a layer stand for, but for one that is written as what it stands for, such as ``f'(a_i^b)``."""
        return display(*(self.definition(layer, name) for name in layer if self._differ(*layer[name])))

    def _differ(self, name: Expr, value: Expr) -> bool:
        written, meant = (re.sub(r"\\(!|left|right)", "", self.latex(side)) for side in (name, value))
        return written != meant

    # --- of generated functions ----------------------------------------------------------------------------------------------
    def equation(self, rule: Rule, package: str) -> str:
        """The equation of a generated function, and a link to it in its package."""
        return f"{self.update(rule)}\n\n{{py:func}}`{package}.{rule.name}`: {rule.summary}"

    def update(self, rule: Rule) -> str:
        """The update as the code has it, and the names in it that are not the layer's."""
        own = self.own(rule)
        return display(as_latex(rule)) + (f"\n\nwhere\n\n{display(*own)}" if own else "")

    def own(self, rule: Rule) -> list[str]:
        """What the names in an update stand for that are not the layer's, and the names in these."""
        waiting, used = [*presented(rule).values()], set[Any]()
        while waiting:
            names = {name for name in _names(waiting.pop()) if name in rule.definitions and name not in self.layer}
            waiting += [rule.definitions[name][1] for name in names - used]
            used |= names
        return [self.definition(rule.definitions, name) for name in rule.definitions if name in used]

    def derivation(self, rule: Rule) -> str:
        """Every step from the loss to the update; of a sum of rules, which are derived each by itself, both as sums."""
        if rule.descent is None:
            raise ValueError(f"{rule.name} is not derived from a loss")
        if rule.leading:
            return f"{display(self.spread('L', rule.descent.loss, rule.leading))}\n\n{self.update(rule)}"
        return self._numbered(rule.descent, f"Minus this, factored, with *i*, *j* for *p*, *q*:\n\n{self.update(rule)}")

    def of_activity(self, function: LossFunction) -> str:
        """Every step from a loss to its gradient with respect to the activity, for each form of the loss."""
        told = ("", "The same loss of a population in two parts, by the activity in the first:\n\n", "And in the second:\n\n")
        derived = (self._numbered(form, self._factored(form)) for form in function.forms)
        return "\n\n".join(words + steps for words, steps in zip(told, derived, strict=False))

    def _factored(self, form: Descent) -> str:
        """The gradient with respect to the activity as the code has it, where that is not what the last step has."""
        *_, (_, found) = self.steps(form)
        factored = self.spread(self._slope(form), presented_gradient(form))
        return f"Factored:\n\n{display(factored)}" if factored != found else ""

    def _slope(self, descent: Descent, of: str = "L") -> str:
        return rf"\frac{{\partial {of}}}{{\partial {self.latex(descent.target)}}}"

    def steps(self, descent: Descent) -> Iterator[tuple[str, str]]:
        """From the loss to its gradient: what each step did, and the equation as it then stands, or the factor that changed."""
        yield "The loss:", self.spread("L", descent.loss)
        marks = {D: self.lit} if self.lit else {}
        for step in descent.steps:
            if step.factor is None:
                yield self._said(step, descent), self.spread(self._slope(descent), step.result, marks)
            else:
                changed = latex(D(step.used[0], descent.target), self.names, marks)
                yield self._said(step, descent), self.spread(changed, step.factor, marks)

    def _numbered(self, descent: Descent, last: str) -> str:
        parts = [f"{said}\n\n{display(equation)}" for said, equation in self.steps(descent)] + [last] * bool(last)
        return "\n".join(f"{number}. {indent(part, '    ').lstrip()}\n" for number, part in enumerate(parts, 1)).rstrip()

    def _said(self, step: Step, descent: Descent) -> str:
        """What a step did."""
        match step.rule:
            case "differentiate":
                one = "activity" if any(map(is_sample, indices_of(descent.target))) else "weight"
                return f"Differentiate with respect to one {one}, down to the first names that depend on it:"
            case "look through":
                return f"Since {self._value(step.used[0], descent)}:"
            case "collapse":
                return "Put together, with deltas collapsed and equal terms merged:"
            case _:
                zeros = " and ".join(f"${self.latex(part)} = 0$" for part in step.used)
                return f"Leave out what is zero once names are expanded, {zeros}:"

    def _value(self, name: Expr, descent: Descent) -> str:
        """What a name stands for, and what of it is held constant, though in the layer it depends on the weights."""
        value: Any = descent.definitions.value(name)
        free = {*descent.definitions, name_of(descent.target)}
        held = [
            part
            for part in sorted(value.atoms(Indexed), key=str)
            if isinstance(descent.definitions.value(part), SG) or (name_of(part) in self.layer and name_of(part) not in free)
        ]
        shown = self.latex(value.xreplace({part: SG(part) for part in held}))
        said = f", where {' and '.join(f'${self.latex(part)}$' for part in held)} is held constant" if held else ""
        return f"${self.latex(name)} = {shown}${said}"

    # --- what the names of an equation stand for -----------------------------------------------------------------------------
    def where(self, equation: Equation) -> Iterator[str]:
        """What the names of an equation stand for, other than in the layer, and how its random quantities are distributed."""
        sides = equation.left, equation.right
        waiting, seen = [name for side in sides for name in _names(side)], set()
        while waiting:
            name = waiting.pop(0)
            if name in seen or name not in equation.definitions:
                continue
            seen.add(name)
            pattern, value = equation.definitions[name]
            waiting += _names(value)
            if self._differ(pattern, value) and (name not in self.layer or self.layer[name] != (pattern, value)):
                yield self.definition(equation.definitions, name)
        for law in sorted({mean.args[1] for side in sides for mean in side.atoms(Mean)}, key=str):
            yield self._distributed(law)

    def _distributed(self, law: Law) -> str:
        if type(law).__name__ == "Gaussian":
            pattern, covariance = law.args
            return rf"{self.latex(pattern)} \sim \mathcal{{N}}(0, {self._plain(covariance)})"
        if type(law).__name__ == "SecondMoments":
            pairs = (
                rf"\mathbb{{E}}[{self._plain(one.base)} {self._plain(two.base)}^\top] = {self._plain(matrix)}"
                for one, two, matrix in law.args
            )
            return r", \quad ".join(pairs)
        pattern, variance, kurtosis = map(self.latex, law.args)
        return rf"{pattern} \text{{ independent, of variance }} {variance} \text{{ and kurtosis }} {kurtosis}"

    def _plain(self, name: Any) -> str:
        return self.names.get(str(name), str(name)).replace("·", "")


def _aligned(*lines: str) -> str:
    return "\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}"


def _below(term: str) -> str:
    """A term on a line of its own, below the one that it is added to."""
    return rf"& \quad {term}"


def _names(expr: Expr) -> list[Any]:
    return sorted({name_of(part) for part in expr.atoms(Indexed, Symbol)} - {None}, key=str)
