"""Two tables of conventions: the weights of every preset, and its ratios to the paper that its source implements."""

from collections.abc import Iterable, Sequence

from sympy import Expr, S, factor

from derivations.notation import LATEX
from derivations.sources import nominal
from lvicreg.calculus.layer import B, N
from lvicreg.calculus.notation import latex
from lvicreg.claims import Entry, Status
from lvicreg.conventions import PRESETS, NoRatio
from lvicreg.conventions.convert import ratio
from lvicreg.conventions.terms import Term
from lvicreg.project.pages.text import link

TERMS = ("variance", "covariance", "invariance")


def written(weight: Expr) -> str:
    """A weight in TeX."""
    return f"${latex(factor(S(weight)), LATEX)}$"


def times_its_paper(term: Term, printed: Term | None) -> str:
    """By what factor a term is that of the paper which its source implements."""
    if printed is None:
        return "not stated there"
    try:
        return written(ratio(term, printed, N, B, nominal))
    except NoRatio:
        return "no ratio"


def table_of_weights(entries: Sequence[Entry]) -> str:
    """The weights of all presets whose claims were examined, and where these stand; if one does not hold, its status."""
    by_name = {entry.claim.id.removeprefix("conventions."): entry for entry in entries}
    rows = (_weights(name, by_name[name]) for name in _examined(entries))
    return _table("preset | variance | covariance | invariance | views | ε | claim", rows)


def table_of_papers(entries: Sequence[Entry]) -> str:
    """For each code its factors to its paper, and the package with which tests compare it."""
    head = "preset | its paper | variance | covariance | invariance | compared as shipped"
    return _table(head, (_against(name) for name in _examined(entries) if PRESETS[name].paper))


def _examined(entries: Sequence[Entry]) -> list[str]:
    claims = {entry.claim.id for entry in entries}
    return [name for name in PRESETS if f"conventions.{name}" in claims]


def _weights(name: str, entry: Entry) -> list[str]:
    convention = PRESETS[name]
    terms = convention.terms
    cells = {term: f"{written(value.weight(N, B, nominal))} `{value.rule}`" for term, value in terms.items()}
    return [
        f"`{name}`",
        *(cells.get(term, "not stated") for term in TERMS),
        "two" if "present" not in {value.views for value in terms.values()} else "one",
        f"{float(convention.variance.epsilon):g}" if convention.variance else "–",
        f"{entry.status}: " * (entry.status in (Status.FAILED, Status.NOT_RUN)) + link(entry.claim.id),
    ]


def _against(name: str) -> list[str]:
    terms, paper = PRESETS[name].terms, PRESETS[name].paper
    factors = [times_its_paper(terms[term], PRESETS[paper].terms.get(term)) if term in terms else "–" for term in TERMS]
    return [f"`{name}`", f"`{paper}`", *factors, PRESETS[name].package or "–"]


def _table(head: str, rows: Iterable[list[str]]) -> str:
    lines = [head, "|".join("---" for _ in head.split("|")), *(" | ".join(cells) for cells in rows)]
    return "\n".join(f"| {line} |" for line in lines)
