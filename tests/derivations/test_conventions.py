"""Every field of every preset is noticed: changed, it cannot be built, or its claim contradicts the source's loss."""

from dataclasses import fields, replace
from fractions import Fraction
from typing import Literal, get_args, get_origin, get_type_hints

import pytest

from derivations import conventions
from derivations.conventions_table import table_of_papers, table_of_weights
from derivations.sources import SOURCES
from lvicreg.claims import measure
from lvicreg.conventions import PRESETS
from lvicreg.engines import Contradiction, Exact

OTHER = {"factor": Fraction(3, 2), "ddof": 0, "gamma": Fraction(5, 4), "epsilon": Fraction(1, 100)}


def changes(term):
    """The term with each field changed in turn."""
    hints = get_type_hints(type(term))
    for field in fields(term):
        choices = get_args(hints[field.name]) if get_origin(hints[field.name]) is Literal else (OTHER.get(field.name),)
        for value in choices:
            if value is not None and value != getattr(term, field.name):
                yield field.name, value


def neutral(term, field):
    """What makes no difference to a gradient, by claims of the ledger."""
    if field == "mean":
        return getattr(term, "form", "") != "one-sample"  # conventions.mean-held
    if term.rule == "log_variance":  # there is no threshold, and without ε a divisor is a constant
        return field == "gamma" or (field == "ddof" and term.epsilon == 0)
    return False


CASES = [
    pytest.param(name, kind, field, value, id=f"{name}-{kind}-{field}-{value}")
    for name, convention in PRESETS.items()
    for kind, term in convention.terms.items()
    for field, value in changes(term)
]


def contradicted(name, kind, changed, monkeypatch):
    monkeypatch.setattr(conventions, "PRESETS", {**PRESETS, name: changed})
    claim = conventions.preset(name)
    equation = claim.holds[list(changed.terms).index(kind)]
    try:
        Exact((equation,)).run()
    except Contradiction:
        return True
    return False


@pytest.mark.parametrize(("name", "kind", "field", "value"), CASES)
def test_a_changed_field_is_noticed(name, kind, field, value, monkeypatch):
    term = PRESETS[name].terms[kind]
    try:
        changed = replace(PRESETS[name], **{kind: replace(term, **{field: value})})
    except ValueError:
        return
    assert contradicted(name, kind, changed, monkeypatch) is not neutral(term, field)


def test_every_preset_has_a_source_and_a_claim():
    assert SOURCES.keys() == PRESETS.keys()
    assert {f"conventions.{name}" for name in PRESETS} <= {claim.id for claim in conventions.claims}
    for name, convention in PRESETS.items():
        assert convention.paper in {"", "vicreg-paper", "lpl-published"}
        assert (convention.paper == "") is (name in {"vicreg-paper", "lpl-published"})


def test_a_row_of_the_table_says_so_where_its_claim_does_not_hold():
    claims = [claim for claim in conventions.claims if claim.id == "conventions.lpl-erratum"]
    (passed,) = measure(claims)
    (failed,) = measure([replace(claims[0], holds=(replace(claims[0].holds[0], right=2 * claims[0].holds[0].right),))])
    assert "| 0 | {prf:ref}`claim-conventions-lpl-erratum` |" in table_of_weights([passed])
    assert "| 0 | failed: {prf:ref}`claim-conventions-lpl-erratum` |" in table_of_weights([failed])
    assert table_of_papers([passed]).splitlines()[-1] == "| `lpl-erratum` | `lpl-published` | $1$ | no ratio | $1$ | – |"
