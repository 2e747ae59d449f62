"""The map of claims: what rests on what, chapters as lanes.

A claim stands in its chapter's lane, to the right of all that it rests on; igraph orders those of one column so that few lines
cross. ``map.js`` puts the boxes in their places: all of them, or those that one claim rests on (``map.html#oja.fixed-points``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from html import escape

from igraph import Graph

from book.claims import Claim, chip, html, ledger, target
from derivations import NOTE

CHARACTER, PADDING = 6.4, 14  # of a box, in pixels


def claim_map() -> str:
    """The map with its key, and a panel for the statement of the claim that is chosen, as HTML."""
    claims = ledger()
    number = {claim["id"]: n for n, claim in enumerate(claims)}
    edges = [(number[support], number[claim["id"]]) for claim in claims for support in claim["rests_on"]]
    places = Graph(n=len(claims), edges=edges, directed=True).layout_sugiyama().coords[: len(claims)]
    ordered = sorted(range(len(claims)), key=lambda n: places[n])  # from top to bottom
    lines = (f'<path class="edge" data-from="{claims[one]["id"]}" data-to="{claims[two]["id"]}"/>' for one, two in edges)
    boxes = "".join(_box(claims[n], round(places[n][1])) for n in ordered)
    picture = (
        '<svg xmlns="http://www.w3.org/2000/svg" role="group" aria-label="Map of claims">'
        f"<g>{''.join(_lanes(claims))}</g><g>{''.join(lines)}</g><g>{boxes}</g></svg>"
    )
    found = Counter((claim["slug"], claim["status"]) for claim in claims)
    key = "".join(f'<li><span class="claim-status {slug}">{status}</span> {n}</li>' for (slug, status), n in found.items())
    used_by = {claim["id"]: [other for other in claims if claim["id"] in other["rests_on"]] for claim in claims}
    by_id = {claim["id"]: claim for claim in claims}
    cards = "".join(_card(claim, [by_id[each] for each in claim["rests_on"]], used_by[claim["id"]]) for claim in claims)
    return (
        f'<ul class="claim-map-legend">{key}</ul><p class="claim-map-shown" role="status"></p>'
        f'<div class="claim-map" tabindex="0">{picture}</div><div class="claim-panel" role="region" aria-live="polite" '
        f'aria-label="The chosen claim"></div>{cards}<script src="_static/derive/map.js"></script>'
    )


def _lanes(claims: list[Claim]) -> Iterator[str]:
    for section in dict.fromkeys(claim["section"] for claim in claims):
        title = escape(NOTE.section(section).TITLE)
        yield f'<g class="lane" data-section="{section}"><rect/><text>{title}</text></g>'


def _box(claim: Claim, column: int) -> str:
    width = len(claim["id"]) * CHARACTER + PADDING
    return (
        f'<a class="node {claim["slug"]}" id="{claim["id"]}" href="#{claim["id"]}" data-section="{claim["section"]}" '
        f'data-column="{column}" aria-label="{claim["id"]}: {claim["status"]}"><rect width="{width:.0f}" height="20" rx="5"/>'
        f'<text x="{width / 2:.0f}" y="14">{claim["id"]}</text></a>'
    )


def _card(claim: Claim, supports: list[Claim], users: list[Claim]) -> str:
    """What the panel says of a claim."""

    def listed(title: str, others: list[Claim]) -> str:
        links = ", ".join(f'<a href="#{other["id"]}">{other["id"]}</a>' for other in others)
        return f"<p>{title}: {links or 'nothing'}.</p>"

    return (
        f'<template data-claim="{claim["id"]}"><h2>{html(claim["title"])}</h2>'
        f"<p><code>{claim['id']}</code> {chip(claim)}</p><p>{html(claim['tex'])}</p>"
        f"{listed('Rests on', supports)}{listed('Used by', users)}"
        f'<p><a href="{target(claim)}">Read it on its page</a> · <a href="#{claim["id"]}">Show only what it rests on</a> · '
        f'<a href="#">Show all</a></p></template>'
    )
