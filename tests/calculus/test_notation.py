"""What a page prints is read again: every equation's LaTeX, parsed by a reader of its own, has the value of its expression."""

from __future__ import annotations

from itertools import chain

import pytest
from sympy import Idx, Symbol

from derivations import SECTIONS
from derivations.checking import section
from derivations.notation import LATEX
from lvicreg.calculus.definitions import indices_of
from lvicreg.calculus.indexed import rename
from lvicreg.calculus.notation import latex
from lvicreg.codegen.equation import as_latex
from tests.calculus.latex_reader import of_known_size, parts, read_again

CLAIMS = {claim.id: claim for name in SECTIONS for claim in section(name).claims}
RULES = {rule.name: rule for name in SECTIONS for rule in section(name).rules}
BEYOND = {"oja.many-units-threshold", "oja.many-units-identical"}  # an index runs over the components beyond the N-th


@pytest.mark.parametrize("claim_id", CLAIMS)
def test_the_equations_of_a_claim_say_what_was_checked(claim_id: str) -> None:
    claim = CLAIMS[claim_id]
    for equation in (*claim.holds, *claim.fails):
        meanings = [equation.definitions[name][1] for name in equation.definitions]
        for part in chain.from_iterable(map(parts, (equation.left, equation.right, *meanings))):
            if of_known_size(part, equation.definitions):
                read_again(part, latex(part, LATEX), equation.definitions)
            else:
                assert claim_id in BEYOND, "an index runs over something else than samples, units or inputs"


@pytest.mark.parametrize("name", [name for name, rule in RULES.items() if rule.descent])
def test_every_step_of_a_derivation_says_what_was_done(name: str) -> None:
    descent = RULES[name].descent
    for step in descent.steps:
        for part in parts(step.result):
            read_again(part, latex(part, LATEX), descent.definitions)


@pytest.mark.parametrize("name", RULES)
def test_the_equation_of_a_function_is_its_update(name: str) -> None:
    rule = RULES[name]
    unit, source = indices_of(rule.target)
    letters = {index: Idx(Symbol(letter, integer=True), index.args[1]) for index, letter in ((unit, "i"), (source, "j"))}
    bound = {letter: Idx(Symbol(f"{letter}_", integer=True), letter.args[1]) for letter in letters.values()}
    update = rename(rule.update.xreplace(bound), letters)
    names = [rule.definitions[name][0] for name in rule.definitions]
    read_again(update, as_latex(rule).removeprefix(r"\text{update}_{ij} = "), rule.definitions, names)
    for defined in rule.definitions:
        meaning = rule.definitions[defined][1]
        read_again(meaning, latex(meaning, LATEX), rule.definitions)


MISPRINTS = {
    "a sign": ("-", "+"),
    "a factor": (r"\alpha", r"2 \alpha"),
    "an index": ("u_{k}^{b}", "u_{p}^{b}"),
    "a dropped sum": (r"\sum_{k}", ""),
}


@pytest.mark.parametrize("kind", MISPRINTS)
def test_a_misprint_is_noticed(kind: str) -> None:
    descent = RULES["covariance"].descent
    *_, last = descent.steps
    text, (right, wrong) = latex(last.result, LATEX), MISPRINTS[kind]
    assert right in text
    with pytest.raises((AssertionError, KeyError)):
        read_again(last.result, text.replace(right, wrong, 1), descent.definitions)
