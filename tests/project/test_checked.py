"""The line below a statement says which engine checked what, of what passed only."""

from dataclasses import replace

import pytest
from sympy import IndexedBase, Symbol

from lvicreg.calculus import Definitions, Sigma
from lvicreg.calculus.layer import b, i, j
from lvicreg.claims import Claim, Entry, Finding
from lvicreg.engines import Counterexample, Equation, Exact, Kernel
from lvicreg.project.pages.checked import checked_by, kinds

y, g, h = Symbol("y"), IndexedBase("g"), IndexedBase("h")
PLAIN = Claim("a", "Title", "", "A proof.", holds=(Equation((y + 1) ** 2, y**2 + 2 * y + 1),))


def entry(claim: Claim, *failed: str) -> Entry:
    """What would be measured if every check passed but those of some kinds."""
    outcomes = [(check, "failed" if check.kind in failed else "passed") for check in claim.checks]
    return Entry(claim, tuple(Finding(check.kind, check.engine, outcome, "found", 0.0) for check, outcome in outcomes))


def test_every_engine_is_named_with_what_it_checked() -> None:
    assert checked_by(entry(PLAIN)) == "Equations at every size: SymPy. Exact numbers: dual numbers."
    more = replace(PLAIN, evidence=(Counterexample("left, right = 1, 2"),))
    assert checked_by(entry(more)).endswith("Counterexample: NumPy.")


def test_only_what_passed_is_said() -> None:
    assert checked_by(entry(PLAIN, "exact")) == "Equations at every size: SymPy."
    assert checked_by(entry(replace(PLAIN, argued=True), "exact", "symbolic")) == "Checked by nothing yet."


def test_an_argument_in_words_is_said() -> None:
    assert checked_by(entry(replace(PLAIN, argued=True))).endswith("The argument that joins them: words only.")


def test_sizes_are_the_largest_of_the_axes_that_an_equation_depends_on() -> None:
    """Behind a name too, and of evidence that is of some sizes only."""
    names, sizes = Definitions({h[i]: Sigma(g[i, j], j)}), ({"N": 2, "M": 5, "B": 7},)
    doubled = Equation(Sigma(2 * h[i], i), 2 * Sigma(h[i], i), names, sizes)
    beside = Exact((Equation(Sigma(2 * g[b, j], b), 2 * Sigma(g[b, j], b), sizes=({"M": 1, "B": 4},), engines=("exact",)),))
    claim = replace(PLAIN, holds=(doubled,), evidence=(beside,), argued=True)
    assert "Exact numbers, $N \\le 2$, $B \\le 4$, $M \\le 5$: dual numbers." in checked_by(entry(claim))


@pytest.mark.parametrize(("part", "said"), [("", "Formal proof: Coq."), ("a half", "Formal proof of a part: Coq.")])
def test_a_formal_proof_is_said_where_it_is_on_record(part: str, said: str, tmp_path, monkeypatch) -> None:
    proven = entry(replace(PLAIN, evidence=(Kernel(tmp_path, "Toy", ("a.b",), part),)))
    assert kinds(proven) == ["exact", "symbolic"]
    monkeypatch.setattr(Kernel, "on_record", True)
    assert checked_by(proven).endswith(said)
