"""The rules on up to 1,000 devices, in a model: the time of their matrix products, and of each collective by its messages.

What is communicated is stated, and read from compiled programs, in ``book.devices``.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from book.devices import LAYOUTS, Sizes, alike, named, stated, table
from lvicreg import rules

LARGE = Sizes(16384, 4096, 4096), Sizes(2048, 4096, 4096)  # with samples enough, and with few


def products(rule: Callable[..., Any], sizes: Sizes) -> int:
    """Floating-point operations of a rule's matrix products, on all devices together; each has an equal share."""
    B, N, M = sizes
    return 2 * B * N * M + (4 * B * N * (B if sizes.few else N) if rule is rules.covariance else 0)


def apart(rule: Callable[..., Any], sizes: Sizes) -> int:
    """Those with the units that ``covariance`` takes apart: divided along samples only."""
    return 4 * sizes.B * sizes.m * (sizes.B + sizes.m) if rule is rules.covariance and sizes.few else 0


@dataclass(frozen=True, kw_only=True)
class Machine:
    """Devices that all reach each other alike. All defaults are assumed, not measured, for accelerators in a data centre.

    A message of m bytes takes ``latency + m/bandwidth`` (Thakur, Rabenseifner & Gropp 2005). An all-gather has p − 1 of them
    along a ring, or with ``ring`` false ⌈log₂ p⌉ by doubling, and sends (p − 1)/p of the data either way; an all-reduce is a
    reduce-scatter, which costs as much, and an all-gather. The additions are free here, nothing is computed while a device
    waits, and of the computing only the matrix products take time.
    """

    latency: float = 5e-6  # seconds a message
    bandwidth: float = 50e9  # bytes a second, out of one device: a network port of 400 Gbit/s for each
    rate: float = 50e12  # floating-point operations a second of matrix products in float32
    width: int = 4  # bytes of a number
    ring: bool = True

    def collective(self, kind: str, elements: float, devices: int) -> float:
        """Seconds of one; ``elements`` of the whole vector that is gathered or summed, or of the message that is permuted."""
        if devices == 1:
            return 0.0
        transfer = elements * self.width / self.bandwidth
        if kind == "collective-permute":
            return self.latency + transfer
        rounds = {"all-reduce": 2, "all-gather": 1}[kind]
        steps = devices - 1 if self.ring else math.ceil(math.log2(devices))
        return rounds * (steps * self.latency + (devices - 1) / devices * transfer)

    def computing(self, rule: Callable[..., Any], sizes: Sizes, s: int, u: int) -> float:
        """Seconds of the matrix products of s × u devices."""
        return (products(rule, sizes) / (s * u) + apart(rule, sizes) / s) / self.rate

    def communicating(self, rule: Callable[..., Any], sizes: Sizes, s: int, u: int) -> float:
        """Seconds of the collectives of s × u devices."""
        groups = {"s": s, "u": u, "su": s * u}
        return sum(
            self.collective(each.kind, each.elements(sizes, s, u), groups[each.over]) for each in stated(rule, sizes.few, s, u)
        )

    def best(self, rule: Callable[..., Any], sizes: Sizes, devices: int) -> tuple[int, int]:
        """The mesh on which a step takes the least time."""
        meshes = [(s, devices // s) for s in range(1, devices + 1) if devices % s == 0]
        return min(meshes, key=lambda shape: self.communicating(rule, sizes, *shape) + self.computing(rule, sizes, *shape))

    def mesh(self, layout: str, rule: Callable[..., Any], sizes: Sizes, devices: int) -> tuple[int, int]:
        """All devices along samples, or along units, or the best mesh of both."""
        return {"samples": (devices, 1), "units": (1, devices)}.get(layout) or self.best(rule, sizes, devices)

    def dominated_from(self, layout: str, rule: Callable[..., Any], sizes: Sizes, largest: int = 1000) -> int | None:
        """The number of devices from which on collectives take longer than the matrix products; None if they never do."""
        for devices in range(largest, 1, -1):
            shape = self.mesh(layout, rule, sizes, devices)
            if self.communicating(rule, sizes, *shape) <= self.computing(rule, sizes, *shape):
                return None if devices == largest else devices + 1
        return 2


def dominated() -> str:
    """From how many devices on communication takes longer than the matrix products, in the model, as an HTML table."""
    rows = []
    for group, few in alike():
        rule, sizes, cells = group[0], LARGE[few], []
        for layout in LAYOUTS:
            counts = [Machine(ring=ring).dominated_from(layout, rule, sizes) for ring in (True, False)]
            cells.append(" / ".join("never" if count is None else str(count) for count in counts))
        rows.append([f'<th scope="row">{named(group, few)}</th>'] + [f"<td>{cell}</td>" for cell in cells])
    return table(["rule", "samples split", "units split", "best of all meshes"], rows)
