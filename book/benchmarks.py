"""What the benchmarks put on record, for the page on speed: ``pytest tests/benchmarks -n0 --benchmark-enable --record``.

A *way* to compute the same is named for who wrote it and for the library, as in ``"by hand, NumPy"``.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

RECORD = Path(__file__).with_name("benchmarks.json")
OURS, PRODUCTS = "lvicreg", "products alone"  # the second does less than the rest: a yardstick
LOST = 1.005  # times a peer's time, from which on three digits show it


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
    return f"Measured on {record()['machine']}, with {record()['load']}, and {versions}."


def curve(name: str) -> dict[str, tuple[list[int], list[float]]]:
    """Of each way to do the same, the sizes and what was measured there."""
    return {way: ([int(size) for size in points], list(points.values())) for way, points in record()["curves"][name].items()}


# --- against the strongest peer --------------------------------------------------------------------------------------------

CURVES = {  # with the letter of their sizes
    "vicreg-N": ("VICReg loss and gradient, B = 256", "N"),
    "vicreg-B": ("VICReg loss and gradient, N = 2048", "B"),
    "total-N": ("total rule, B = 256", "N"),
}


WHO = {
    "lightly": "the package as it is shipped; it picks the entries off the diagonal one by one",
    "facebook's form": "our own lines, which take these entries by a view, as the authors' code does; differentiated",
    "cheaper order": "the loss through the products of samples where these are fewer than units, which whoever knows of it can "
    "write down; differentiated",
    "autodiff": "the loss as it is usually written; differentiated",
    "by hand": "the closed form as a careful user of NumPy would write it",
}


def peers(*names: str) -> str:
    """Whom we are compared with on some curves, as an HTML list."""
    found = {way.split(", ")[0] for name in names for way in curve(name)}
    return f"<ul>{''.join(f'<li><em>{who}</em>: {what}.</li>' for who, what in WHO.items() if who in found)}</ul>"


def at(name: str, size: int) -> dict[str, float]:
    """What each way took at one size."""
    return {way: points[str(size)] for way, points in record()["curves"][name].items()}


def sizes(name: str) -> list[int]:
    """The sizes of a curve."""
    return next(iter(curve(name).values()))[0]


def ours(name: str) -> list[str]:
    """Our ways on a curve."""
    return [way for way in curve(name) if way.startswith(OURS)]


def products(name: str, size: int) -> float:
    """The time of the products alone in the library where they are fastest."""
    return min(taken for way, taken in at(name, size).items() if way.startswith(PRODUCTS))


def library(way: str) -> str:
    """Where a way runs; what ``torch.compile`` makes is PyTorch's."""
    return way.split(", ")[1].replace("torch.compile", "PyTorch")


def peer(name: str, size: int, of: str = "") -> str:
    """The fastest way that is not ours, of all or of one library."""
    taken = at(name, size)
    others = [way for way in taken if not way.startswith((OURS, PRODUCTS)) and of in ("", library(way))]
    return min(others, key=taken.__getitem__)


def ratio(name: str, size: int, way: str, of: str = "") -> float:
    """The time of a way over that of the strongest peer: we lose above 1."""
    return at(name, size)[way] / at(name, size)[peer(name, size, of)]


def against_peers(name: str) -> str:
    """The time of each of our ways over that of the strongest peer, of all and in its own library, as an HTML table."""
    rows = []
    for way in ours(name):
        for of, whom in (("", "all"), (library(way), library(way))):
            rows.append(
                [f"{way}, over the fastest other of {whom}", *(_marked(ratio(name, size, way, of)) for size in sizes(name))]
            )
    rows.append(["the fastest other of all", *(peer(name, size) for size in sizes(name))])
    title, letter = CURVES[name]
    return table([title, *(f"{letter} = {size}" for size in sizes(name))], rows)


def _marked(found: float) -> str:
    return f"<strong>{rounded(found)}, slower</strong>" if found >= LOST else rounded(found)


def losing() -> str:
    """Where a peer is faster than one of our ways, the worst case of each, as an HTML list."""
    items = []
    for name, (title, letter) in CURVES.items():
        for way in ours(name):
            lost = {size: ratio(name, size, way) for size in sizes(name) if ratio(name, size, way) >= LOST}
            if lost:
                worst = max(lost, key=lost.__getitem__)
                ways = {other: taken for other, taken in at(name, worst).items() if not other.startswith(PRODUCTS)}
                last = f", and the slowest of all {len(ways)} ways there" * (way == max(ways, key=ways.__getitem__))
                items.append(
                    f"<li>{title}, <em>{way}</em>: slower than a peer at {len(lost)} of {len(sizes(name))} sizes. Worst at "
                    f"{letter} = {worst}: {rounded(lost[worst])} times the time of <em>{peer(name, worst)}</em>{last}.</li>"
                )
    return f"<ul>{''.join(items)}</ul>" if items else "<p>At no size that was measured.</p>"
