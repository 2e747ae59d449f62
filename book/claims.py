"""The ledger as a table that sorts and filters, and as a map of what rests on what.

Both are drawn from ``_generated/ledger.json``, which ``python -m derivations`` writes, when the book is built.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd
from igraph import Graph
from itables import options, to_html_datatable
from itables.javascript import generate_init_offline_itables_html

LEDGER = Path(__file__).parent / "_generated" / "ledger.json"
ROW, GAP, CHARACTER, PADDING = 30, 60, 7.2, 18  # of the map, in pixels
Claim = dict[str, Any]


def ledger() -> list[Claim]:
    """All claims, as the last run found them."""
    claims: list[Claim] = json.loads(LEDGER.read_text(encoding="utf-8"))
    return claims


def target(claim: Claim) -> str:
    """Where a claim stands: its page is named for its section."""
    return f"{claim['section']}.html#claim-{claim['id'].replace('.', '-')}"


# --- the table --------------------------------------------------------------------------------------------------------------


def table() -> str:
    """The ledger as an HTML table with everything that it needs, so that it works offline."""
    rows = [
        {
            "claim": f'<a href="{target(claim)}">{claim["id"]}</a>',
            "status": f'<span class="claim-status {claim["slug"]}">{claim["status"]}</span>',
            "kernel": claim["kernel"],
            "what was said": claim["verdict"] or "",
            "evidence": ", ".join(claim["evidence"]),
            "kinds": len(claim["evidence"]),
            "seeded errors": (claim["seeded_errors"] or {"mutants": None})["mutants"],
            "rests on": ", ".join(claim["rests_on"]),
            "statement": escape(claim["statement"]),
        }
        for claim in ledger()
    ]
    return generate_init_offline_itables_html(options.dt_bundle) + str(
        to_html_datatable(
            pd.DataFrame(rows),
            connected=False,
            allow_html=True,
            showIndex=False,
            table_id="ledger",
            classes="display compact",
            paging=False,
            order=[],
            autoWidth=False,
            columnDefs=[{"targets": 8, "className": "statement"}],
        )
    )


# --- the map ----------------------------------------------------------------------------------------------------------------


def claim_map() -> str:
    """The dependencies of all claims as an SVG picture, from those that rest on nothing to those that rest on most."""
    claims = ledger()
    place = {claim["id"]: number for number, claim in enumerate(claims)}
    edges = [(place[support], place[claim["id"]]) for claim in claims for support in claim["rests_on"]]
    layout = Graph(n=len(claims), edges=edges, directed=True).layout_sugiyama().coords[: len(claims)]
    columns: dict[int, list[int]] = {}
    for number, place_in_layer in sorted(enumerate(layout), key=lambda item: item[1][0]):
        columns.setdefault(round(place_in_layer[1]), []).append(number)
    height = ROW * max(map(len, columns.values()))
    boxes: dict[int, tuple[float, float, float]] = {}  # left, middle, width
    left = 1.0
    for layer in sorted(columns):
        width = max(len(claims[number]["id"]) for number in columns[layer]) * CHARACTER + PADDING
        space = height / len(columns[layer])
        boxes |= {number: (left, (order + 0.5) * space, width) for order, number in enumerate(columns[layer])}
        left += width + GAP
    parts = [*_edges(edges, boxes), *(_node(claim, *boxes[number]) for number, claim in enumerate(claims))]
    size = f'width="{left - GAP + 1:.0f}" height="{height}" viewBox="0 0 {left - GAP + 1:.0f} {height}"'
    picture = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="group" aria-label="Map of claims">{"".join(parts)}</svg>'
    found = Counter((claim["slug"], claim["status"]) for claim in claims)
    key = "".join(f'<li><span class="claim-status {slug}">{status}</span> {n}</li>' for (slug, status), n in found.items())
    return f'<ul class="claim-map-legend">{key}</ul><div class="claim-map" tabindex="0">{picture}</div>'


def _edges(edges: list[tuple[int, int]], boxes: dict[int, tuple[float, float, float]]) -> Iterator[str]:
    for support, claim in edges:
        (left, start, width), (end, stop, _) = boxes[support], boxes[claim]
        begin = left + width
        bend = (end - begin) / 2
        curve = f"M{begin:.1f},{start:.1f} C{begin + bend:.1f},{start:.1f} {end - bend:.1f},{stop:.1f} {end:.1f},{stop:.1f}"
        yield f'<path class="edge" d="{curve}"/>'


def _node(claim: Claim, left: float, middle: float, width: float) -> str:
    title = escape(f"{claim['id']}: {claim['status']}. {claim['statement']}")
    box = f'<rect x="{left:.1f}" y="{middle - 11:.1f}" width="{width:.1f}" height="22" rx="5"/>'
    name = f'<text x="{left + width / 2:.1f}" y="{middle + 4:.1f}">{claim["id"]}</text>'
    return f'<a class="node {claim["slug"]}" href="{target(claim)}"><title>{title}</title>{box}{name}</a>'
