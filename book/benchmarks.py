"""What the benchmarks put on record, for the page on speed: ``pytest tests/benchmarks -n0 --benchmark-enable --record``."""

import json
from functools import cache
from pathlib import Path
from typing import Any

RECORD = Path(__file__).with_name("benchmarks.json")


@cache
def record() -> dict[str, Any]:
    """Figures beside their targets, curves, machine and versions."""
    return json.loads(RECORD.read_text(encoding="utf-8"))


def figures() -> str:
    """Each figure beside its target, as an HTML table."""
    rows = []
    for figure in record()["figures"].values():
        measured = rounded(figure["found"]) + figure["unit"]
        cells = figure["work"], figure["against"] or "–", figure["goal"], measured, "yes" if figure["met"] else "NO"
        rows.append("<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>")
    head = "".join(f'<th scope="col">{name}</th>' for name in ("work", "against", "target", "measured", "met"))
    table = f'<table class="dataframe"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'
    return f'<div class="wide-table">{table}</div>'


def rounded(value: float) -> str:
    """Three digits, or all before the point."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def machine() -> str:
    """Where it was measured, and with which versions."""
    versions = ", ".join(f"{name} {version}" for name, version in record()["versions"].items())
    return f"Measured on {record()['machine']}, with {versions}."


def curve(name: str) -> dict[str, tuple[list[int], list[float]]]:
    """Of each way to do the same, the sizes and what was measured there."""
    return {way: ([int(size) for size in points], list(points.values())) for way, points in record()["curves"][name].items()}
