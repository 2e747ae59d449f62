"""What the benchmarks put on record, for the page on speed: ``pytest tests/benchmarks -n0 --benchmark-enable --record``.

A *way* to compute the same is named for who wrote it and for the library, as in ``"by hand, NumPy"``.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

RECORD = Path(__file__).with_name("benchmarks.json")
OURS, PRODUCTS = "lvicreg", "products alone"  # the second does less than the rest: a yardstick


@cache
def record() -> dict[str, Any]:
    """Figures, curves, machine and versions."""
    return json.loads(RECORD.read_text(encoding="utf-8"))


def table(head: list[str], rows: list[list[str]]) -> str:
    """A table as HTML, whose rows begin with their names."""
    first = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    lines = "".join(
        f'<tr><th scope="row">{name}</th>' + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for name, *row in rows
    )
    whole = f'<table class="dataframe"><thead><tr>{first}</tr></thead><tbody>{lines}</tbody></table>'
    return f'<div class="wide-table">{whole}</div>'


def figures() -> str:
    """Each single figure, as an HTML table."""
    rows = [
        [each["work"], rounded(each["found"]) + each["unit"], each["against"] or "–"] for each in record()["figures"].values()
    ]
    return table(["work", "time", "in units of"], rows)


def rounded(value: float) -> str:
    """Three digits, or all before the point."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def machine() -> str:
    """Where it was measured, what else ran there, and with which versions."""
    versions = ", ".join(f"{name} {version}" for name, version in record()["versions"].items())
    return f"Measured on {record()['machine']}, with a load of {record()['load']} just before, and {versions}."


def curve(name: str) -> dict[str, tuple[list[int], list[float]]]:
    """Of each way to do the same, the sizes and what was measured there."""
    return {way: ([int(size) for size in points], list(points.values())) for way, points in record()["curves"][name].items()}


# --- against the strongest peer --------------------------------------------------------------------------------------------


def at(name: str, size: int) -> dict[str, float]:
    """What each way took at one size."""
    return {way: points[str(size)] for way, points in record()["curves"][name].items()}


def peers(name: str, size: int) -> dict[str, float]:
    """The ways that are not ours, fastest first."""
    others = {way: taken for way, taken in at(name, size).items() if not way.startswith((OURS, PRODUCTS))}
    return dict(sorted(others.items(), key=lambda item: item[1]))


def products(name: str, size: int) -> float:
    """The time of the products alone in the library where they are fastest."""
    return min(taken for way, taken in at(name, size).items() if way.startswith(PRODUCTS))


def sizes(name: str) -> list[int]:
    """The sizes of a curve."""
    return curve(name)[next(iter(curve(name)))][0]


def ours(name: str) -> list[str]:
    """Our ways on a curve."""
    return [way for way in curve(name) if way.startswith(OURS)]


def ratio(name: str, size: int, way: str) -> float:
    """The time of a way in units of the strongest peer's: we lose above 1."""
    return at(name, size)[way] / next(iter(peers(name, size).values()))


def losses(name: str) -> list[tuple[str, int]]:
    """Ways of ours and sizes where a peer was faster."""
    return [(way, size) for way in ours(name) for size in sizes(name) if ratio(name, size, way) > 1]


def against_peers(name: str) -> str:
    """The time of each of our ways over that of the strongest peer, whoever that is, as an HTML table."""
    rows = [[way] + [_marked(ratio(name, size, way)) for size in sizes(name)] for way in ours(name)]
    rows.append(["strongest peer"] + [next(iter(peers(name, size))) for size in sizes(name)])
    return table(["N" if name.endswith("N") else "B", *map(str, sizes(name))], rows)


def _marked(found: float) -> str:
    return f"<strong>{rounded(found)}, slower</strong>" if found > 1 else rounded(found)
