"""The rules on many devices: what they communicate, and what that costs in a model.

No rule knows of devices. Its arrays are split over a mesh of s × u of them: samples along the first axis, units along the
second. XLA writes the program of one device, and with it the collectives, in which devices exchange numbers. Here these are
read from the compiled program (``collectives``) and stated as formulas in the sizes (``stated``); a test compares the two.
``book.machine`` takes the formulas to 1,000 devices.
"""

import inspect
import math
import re
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from lvicreg import rules

RULES: list[Callable[..., Any]] = [getattr(rules, name) for name in rules.__all__]
LAYOUTS = {"samples": (8, 1), "units": (1, 8), "both": (4, 2)}  # s × u, on the eight devices that are simulated
AXES = {"x": "BM", "z": "BN", "z_prev": "BN", "slope": "BN", "W": "NM", "mean": "N", "var": "N", "K": "NN"}


class Sizes(NamedTuple):
    """Of a minibatch and a layer."""

    B: int  # samples
    N: int  # units
    M: int  # inputs

    @property
    def few(self) -> bool:
        """Whether ``covariance`` takes the loudest units apart and goes through products of samples, B × B, for the others."""
        return self.N >= 2 * self.B

    @property
    def m(self) -> int:
        """The number of units that it then takes apart."""
        return 5 * self.B // 4


SMALL = Sizes(48, 16, 40), Sizes(16, 48, 40)  # compiled for the table


# --- what the compiled program has -----------------------------------------------------------------------------------------


class Collective(NamedTuple):
    """An exchange among groups of devices, as each device takes part in it."""

    kind: str
    devices: int  # in a group
    elements: int  # of its result


def mesh(s: int, u: int) -> Mesh:
    """Devices in s rows, over which samples are split, and u columns, over which units are."""
    return Mesh(np.array(jax.devices()[: s * u]).reshape(s, u), ("samples", "units"))


def split(name: str) -> PartitionSpec:
    """How an argument of a rule is split."""
    if name == "K":
        return PartitionSpec(None, "units")  # symmetric: by columns, since u K then is a sum over what one device has
    return PartitionSpec(*({"B": "samples", "N": "units"}.get(axis) for axis in AXES[name]))


def arguments(rule: Callable[..., Any], sizes: Sizes, over: Mesh, given: bool, dtype: Any) -> dict[str, Any]:
    """Shapes of the arrays that a rule requires, and with ``given`` of its statistics, and how they are split."""
    parameters = inspect.signature(rule).parameters
    names = [name for name in AXES if name in parameters and (given or parameters[name].default is inspect.Parameter.empty)]
    return {
        name: jax.ShapeDtypeStruct(
            tuple(getattr(sizes, axis) for axis in AXES[name]), dtype, sharding=NamedSharding(over, split(name))
        )
        for name in names
    }


def compiled(rule: Callable[..., Any], sizes: Sizes, over: Mesh, given: bool = False, dtype: Any = np.float32) -> Any:
    """The program of a rule for a mesh."""
    weight = {"alpha": 0.1} if given and "alpha" in inspect.signature(rule).parameters else {}
    return jax.jit(partial(rule, **weight)).lower(**arguments(rule, sizes, over, given, dtype)).compile()


def collectives(program: Any) -> list[Collective]:
    """The collectives in the text of a compiled program."""
    kinds = "all-reduce|all-gather|reduce-scatter|collective-permute|all-to-all"
    text = program.as_text()
    if re.search(rf" ({kinds})-start\(", text):
        raise ValueError("collectives in two halves, as compilers of accelerators write them, are not read here")
    found = re.findall(rf" = (\([^()]*\)|\S+) ({kinds})\((.*)", text)
    return [Collective(kind, _group(attributes), _elements(shape)) for shape, kind, attributes in found]


def _elements(shape: str) -> int:
    """The number of elements of an array, f32[48,16]{1,0}, or of several in brackets."""
    arrays = re.findall(r"\[([\d,]*)\]", shape)
    return sum(math.prod(int(size) for size in array.split(",") if size) for array in arrays)


def _group(attributes: str) -> int:
    """The number of devices that exchange with each other, in any of the forms in which it is written."""
    if pairs := re.search(r"source_target_pairs=\{(.*?\})\}", attributes):
        return pairs[1].count("{")
    if named := re.search(r"replica_groups=mesh\[(.*?)\].*?\{(.*?)\}", attributes):  # mesh['axis_0'=4,'axis_1'=2] {'axis_0'}
        sizes = dict(re.findall(r"'(\w+)'=(\d+)", named[1]))
        return math.prod(int(sizes[axis]) for axis in re.findall(r"'(\w+)'", named[2]))
    if counted := re.search(r"replica_groups=\[\d+,(\d+)\]", attributes):  # [groups, devices]<=[…]
        return int(counted[1])
    return len(re.search(r"replica_groups=\{\{(.*?)\}", attributes)[1].split(","))  # type: ignore[index]


# --- what is stated of it --------------------------------------------------------------------------------------------------


class Sent(NamedTuple):
    """A collective with its meaning; its size is a formula in B, N, M, s and u."""

    what: str
    kind: str
    over: str  # "s", "u", or "su" for all devices
    size: str  # m is the number of units that are taken apart

    def elements(self, sizes: Sizes, s: int, u: int) -> float:
        """How many numbers are sent, on s × u devices."""
        formula = self.size.replace("·", "*").replace("²", "**2")
        return float(eval(formula, {}, sizes._asdict() | {"m": sizes.m, "s": s, "u": u}))


def sent(what: str, kind: str, over: str, size: str) -> list[Sent]:
    """One thing that is sent."""
    return [Sent(what, kind, over, size)]


MEAN, VARIANCE = (sent(what, "all-reduce", "s", "N/u") for what in ("z̄", "σ²"))
SHARED = sent("S", "all-reduce", "u", "B/s")
UPDATE = sent("update", "all-reduce", "s", "N·M/u")


def stated(rule: Callable[..., Any], few: bool, s: int, u: int, given: bool = False) -> list[Sent]:
    """What a rule communicates on s × u devices; ``few`` if there are at least twice as many units as samples."""
    parameters = inspect.signature(rule).parameters
    if rule is rules.covariance:
        found = _covariance(few, s, given)
    elif rule is rules.oja:
        found = sent("update, Σ z²", "all-reduce", "s", "N·M/u + N/u")
    else:
        found = [] if given else MEAN * ("mean" in parameters) + VARIANCE * ("var" in parameters)
        found += SHARED * rule.__name__.startswith(("covariance", "total")) + UPDATE
    return [each for each in found if {"s": s, "u": u, "su": min(s, u)}[each.over] > 1]


def _covariance(few: bool, s: int, given: bool) -> list[Sent]:
    gather = sent("u", "all-gather", "u", "B·N/s")
    if given:
        return gather + UPDATE
    if not few:
        return MEAN + gather + sent("K", "all-reduce", "s", "N²/u") + sent("K u", "all-reduce", "u", "B·N/s") + UPDATE
    twice = 2 * (sent("û", "all-gather", "s", "B·m") + sent("ũ", "all-gather", "s", "B·N/u"))
    ranks = sent("σ²", "all-gather", "u", "N") + sent("ranks", "collective-permute", "su" if s > 1 else "u", "N/u")
    over_units = sent("û, ũ ũᵀ", "all-reduce", "u", "B·m/s + B²/s")
    return MEAN + VARIANCE + ranks + over_units + twice + sent("K̂, σ²", "all-reduce", "s", "m² + N/u") + UPDATE


def formula(each: Sent, s: int, u: int) -> str:
    """The size of a collective, without divisions by 1."""
    return each.size.replace("/s", "/s" if s > 1 else "").replace("/u", "/u" if u > 1 else "")


def numbers(each: Sent, sizes: Sizes, s: int, u: int) -> Collective:
    """What is stated, as it would be read from a program."""
    return Collective(each.kind, {"s": s, "u": u, "su": s * u}[each.over], int(each.elements(sizes, s, u)))


def agrees(found: list[Collective], expected: list[Sent], sizes: Sizes, s: int, u: int) -> bool:
    """Whether a program has the collectives that are stated, of the sizes that are stated, and no others."""
    return sorted(found) == sorted(numbers(each, sizes, s, u) for each in expected)


def covariance_gathered(over: Mesh, x: Any, z: Any, slope: Any) -> Any:
    """``covariance`` with units split, written for each device by hand: one all-gather of u, and K by columns."""
    alpha, units = 1 / (len(z) - 1), PartitionSpec(None, "units")

    def of_one_device(x: Any, z: Any, slope: Any) -> Any:
        u = z - z.mean(axis=0)
        gathered = jax.lax.all_gather(u, "units", axis=1, tiled=True)
        Ku = alpha * gathered @ (gathered.T @ u)
        return (4 * alpha * (alpha * (u**2).sum(axis=0) * u - Ku) * slope).T @ x

    split_up = jax.shard_map(
        of_one_device, mesh=over, in_specs=(PartitionSpec(), units, units), out_specs=PartitionSpec("units")
    )
    return split_up(x, z, slope)


# --- the table -------------------------------------------------------------------------------------------------------------


def alike() -> list[tuple[list[Callable[..., Any]], bool]]:
    """Rules that communicate the same, the simplest first; ``covariance`` twice, with samples enough, and with few."""
    groups: dict[tuple[Sent, ...], list[Callable[..., Any]]] = {}
    for rule in RULES:
        if rule is not rules.covariance:
            groups.setdefault(tuple(stated(rule, False, 4, 2)), []).append(rule)
    simplest_first = sorted(groups.items(), key=lambda group: (len(group[0]), group[1][0].__name__))
    return [(group, False) for _, group in simplest_first] + [([rules.covariance], few) for few in (False, True)]


def named(group: list[Callable[..., Any]], few: bool) -> str:
    """The names of rules that send the same."""
    order = f", {'N ≥ 2 B' if few else 'N < 2 B'}" if rules.covariance in group else ""
    return ", ".join(f"<code>{rule.__name__}</code>" for rule in group) + order.replace("<", "&lt;")


def table(head: list[str], rows: list[list[str]]) -> str:
    """A table as HTML, its cells too."""
    first = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    lines = "".join("<tr>" + "".join(row) + "</tr>" for row in rows)
    whole = f'<table class="dataframe"><thead><tr>{first}</tr></thead><tbody>{lines}</tbody></table>'
    return f'<div class="wide-table">{whole}</div>'


def _beside(found: list[Collective], expected: list[Collective]) -> list[Collective]:
    """What was found, in the order of what is expected; what is not expected comes last."""
    rest, ordered = list(found), []
    for each in expected:
        if each in rest:
            ordered.append(rest.pop(rest.index(each)))
    return ordered + rest


def communicated() -> str:
    """What is stated for each rule and layout beside what programs have that are compiled now, as an HTML table."""
    rows = []
    for group, few in alike():
        sizes = SMALL[few]
        for n, (layout, (s, u)) in enumerate(LAYOUTS.items()):
            expected = stated(group[0], few, s, u)
            found = [collectives(compiled(rule, sizes, mesh(s, u))) for rule in group]
            good = all(agrees(each, expected, sizes, s, u) for each in found)
            formulas = [f"{each.kind} of {each.what}: {formula(each, s, u)}" for each in expected]
            read = [f"{each.kind}: {each.elements}" for each in _beside(found[0], [numbers(e, sizes, s, u) for e in expected])]
            rule = f'<th scope="row" rowspan="{len(LAYOUTS)}">{named(group, few)}</th>'
            columns = ("<br>".join(lines) or "nothing" for lines in (formulas, read))
            cells = [f"{layout}, {s} × {u}", *columns, "yes" if good else "NO"]
            rows.append([rule] * (n == 0) + [f"<td>{cell}</td>" for cell in cells])
    return table(["rule", "split", "stated", "read from the program", "agree"], rows)
