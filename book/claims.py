"""The ledger as a table that sorts and filters: every claim with its statement, and what was measured of it.

It is written from ``_generated/ledger.json``, which ``python -m derivations`` writes, when the book is built, and can be
read as it is; ``ledger.js`` has DataTables sort and filter it. What rests on what is drawn by ``claim_map``.
"""

from __future__ import annotations

import json
import re
from html import escape
from pathlib import Path
from typing import Any

LEDGER = Path(__file__).parent / "_generated" / "ledger.json"
FACETS = "status", "chapter", "what was said"  # columns that can be narrowed to one value
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
    """The ledger as an HTML table, with lists that narrow it."""
    claims = ledger()
    rows = [*map(_row, claims)]
    facets = "".join(_facet(name, place, claims) for place, name in enumerate(rows[0]) if name in FACETS)
    head = "".join(f'<th scope="col">{name}</th>' for name in rows[0])
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row.values())}</tr>" for row in rows)
    scripts = "".join(
        f'<script src="_static/{path}"></script>' for path in ("datatables/dataTables.min.js", "derive/ledger.js")
    )
    return (
        '<link rel="stylesheet" href="_static/datatables/dataTables.dataTables.min.css">'
        f'<div class="ledger-facets">{facets}</div><div class="ledger"><table id="ledger" class="display compact">'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>{scripts}"
    )


def _values(claim: Claim) -> dict[str, str]:
    """What a claim has in the columns that can be narrowed."""
    return dict(zip(FACETS, (claim["status"], claim["section"].replace("_", " "), claim["verdict"] or ""), strict=True))


def _row(claim: Claim) -> dict[str, object]:
    return {
        "claim": f'<a href="{target(claim)}">{html(claim["title"])}</a><br>{html(claim["tex"])}<br><code>{claim["id"]}</code>',
        **_values(claim),
        "status": chip(claim),
        "evidence": ", ".join(claim["evidence"]),
        "kinds": len(claim["evidence"]),
        "kernel": claim["kernel"],
        "seeded errors": claim["seeded_errors"]["mutants"] if claim["seeded_errors"] else "",
        "rests on": ", ".join(claim["rests_on"]).replace(".", ".<wbr>"),  # a narrow column
    }


def _facet(name: str, place: int, claims: list[Claim]) -> str:
    values = filter(None, dict.fromkeys(_values(claim)[name] for claim in claims))
    options = '<option value="">all</option>' + "".join(f"<option>{value}</option>" for value in values)
    label = f'<label for="ledger-{place}">{name}</label>'
    return f'<div>{label} <select id="ledger-{place}" data-column="{place}">{options}</select></div>'
