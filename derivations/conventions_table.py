"""The table of conventions: the weights of every preset, its ratios to its paper, and what was measured of its claim."""

from collections.abc import Sequence

from sympy import Expr, S, factor

from derivations.notation import TEXT
from derivations.sources import nominal
from lvicreg.calculus.layer import B, N
from lvicreg.calculus.notation import text
from lvicreg.claims import Entry
from lvicreg.conventions import PRESETS, NoRatio
from lvicreg.conventions.convert import ratio
from lvicreg.conventions.terms import Term


def written(weight: Expr) -> str:
    """A weight in plain text."""
    return text(factor(S(weight)), TEXT)


def times_its_paper(term: Term, printed: Term | None) -> str:
    """By what factor a term is that of the paper which its source implements."""
    if printed is None:
        return "not stated there"
    try:
        return f"× {written(ratio(term, printed, N, B, nominal))}"
    except NoRatio:
        return "no ratio"


def row(name: str, entry: Entry) -> str:
    """One preset: its weights, what sets them apart from its paper's, and what was measured of its claim."""
    convention = PRESETS[name]
    terms, paper = convention.terms, convention.paper
    weights = {term: f"{written(value.weight(N, B, nominal))} `{value.rule}`" for term, value in terms.items()}
    compared = [f"{term} {times_its_paper(value, PRESETS[paper].terms.get(term))}" for term, value in terms.items() if paper]
    cells = [
        f"`{name}`",
        *(weights.get(term, "not stated") for term in ("variance", "covariance", "invariance")),
        "two" if "present" not in {value.views for value in terms.values()} else "one",
        str(convention.variance.epsilon) if convention.variance else "–",
        f"{paper}: {', '.join(compared)}" if paper else "–",
        str(entry.status),
        ", ".join(sorted(entry.kinds)),
        convention.package or "–",
    ]
    return f"| {' | '.join(cells)} |"


def table(entries: Sequence[Entry]) -> str:
    """The weights of all presets whose claims were examined, and the packages with which tests compare them."""
    head = "| preset | variance | covariance | invariance | views | ε | against its paper | status | evidence | package |"
    by_name = {entry.claim.id.removeprefix("conventions."): entry for entry in entries}
    rows = [row(name, by_name[name]) for name in PRESETS if name in by_name]
    return "\n".join([head, "|" + "---|" * (head.count("|") - 1), *rows])
