"""The ledger as a table that sorts and filters: every claim with its statement, and what was measured of it.

It is drawn from ``_generated/ledger.json``, which ``python -m derivations`` writes, when the book is built; ``ledger.js``
starts what responds. What rests on what is drawn by ``claim_map``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd
from itables import JavascriptFunction, options, to_html_datatable
from itables.javascript import generate_init_offline_itables_html

LEDGER = Path(__file__).parent / "_generated" / "ledger.json"
FACETS = {"status": "status", "chapter": "section", "what was said": "verdict"}  # columns that can be narrowed to one value
Claim = dict[str, Any]


def ledger() -> list[Claim]:
    """All claims, as the last run found them."""
    claims: list[Claim] = json.loads(LEDGER.read_text(encoding="utf-8"))
    return claims


def target(claim: Claim) -> str:
    """Where a claim stands: its page is named for its section."""
    return f"{claim['section']}.html#claim-{claim['id'].replace('.', '-')}"


def html(text: str) -> str:
    """A claim's title or statement as HTML, its formulas for MathJax."""
    parts = re.split(r"(\$[^$]+\$|`[^`]+`)", text)
    written = "".join(
        rf"\({escape(part[1:-1])}\)" if part.startswith("$") else
        f"<code>{escape(part[1:-1])}</code>" if part.startswith("`") else escape(part)
        for part in parts
    )  # fmt: skip
    return f'<span class="tex2jax_process">{written}</span>'


def chip(claim: Claim) -> str:
    """A claim's status as a word in its colour."""
    return f'<span class="claim-status {claim["slug"]}">{claim["status"]}</span>'


def table() -> str:
    """The ledger as an HTML table with everything that it needs, so that it works offline."""
    claims = ledger()
    rows = pd.DataFrame(map(_row, claims), dtype=object)
    where = {column: rows.columns.get_loc(column) for column in FACETS}
    shown = to_html_datatable(
        rows,
        connected=False,
        allow_html=True,
        showIndex=False,
        table_id="ledger",
        classes="display compact",
        paging=False,
        maxBytes=0,  # all of it
        order=[],
        autoWidth=False,
        layout={"topStart": "info", "topEnd": "search", "bottomStart": None, "bottomEnd": None},
        text_in_header_can_be_selected=False,  # so that a click anywhere on a heading sorts
        columnDefs=[{"targets": 0, "className": "statement"}],
        drawCallback=JavascriptFunction("function () { startLedger(this.api()) }"),  # itables drops an initComplete
    )
    facets = "".join(_facet(column, where[column], claims) for column in FACETS)
    script = '<script src="_static/derive/ledger.js"></script>'
    start = generate_init_offline_itables_html(options.dt_bundle)
    return f'{script}{start}<div class="ledger-facets">{facets}</div><div class="ledger">{shown}</div>'


def _row(claim: Claim) -> Mapping[str, Any]:
    return {
        "claim": f'<a href="{target(claim)}">{html(claim["title"])}</a><br>{html(claim["tex"])}<br><code>{claim["id"]}</code>',
        "status": chip(claim),
        "chapter": claim["section"],
        "what was said": claim["verdict"] or "",
        "evidence": ", ".join(claim["evidence"]),
        "kinds": len(claim["evidence"]),
        "kernel": claim["kernel"],
        "seeded errors": claim["seeded_errors"]["mutants"] if claim["seeded_errors"] else "",
        "rests on": ", ".join(claim["rests_on"]),
    }


def _facet(column: str, place: int, claims: list[Claim]) -> str:
    values = dict.fromkeys(claim[FACETS[column]] for claim in claims if claim[FACETS[column]])
    chosen = "".join(f"<option>{value}</option>" for value in values)
    name = f"ledger-column-{place}"
    every = '<option value="">all</option>'
    return f'<div><label for="{name}">{column}</label> <select id="{name}" data-column="{place}">{every}{chosen}</select></div>'
