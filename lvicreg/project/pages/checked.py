"""Which engine checked what of a claim: in a line below its statement, and in the rows of a table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from sympy import Expr, Idx, Symbol

from lvicreg.calculus.axes import size_of
from lvicreg.claims import Claim, Entry
from lvicreg.engines import Exact, Kernel

from ..uses import used

# what each kind of evidence is of, in the order in which a line says it
OF = {
    "symbolic": "equations at every size",
    "exact": "exact numbers",
    "enclosure": "enclosing intervals",
    "polynomial": "polynomial identities",
    "rational": "case by case",
    "solver": "signs and bounds",
    "autodiff": "separate loss",
    "numerical": "separate formulas",
    "locality": "locality",
    "counterexample": "counterexample",
    "kernel": "formal proof",
}


def checked_by(entry: Entry) -> str:
    """What each kind of evidence that passed is of, and which engine checked it."""
    engines = {check.kind: check.engine for check in entry.claim.checks}
    passed = kinds(entry)
    said = [f"{_of(kind, entry)}: {engines[kind]}" for kind in OF if kind in passed]
    if entry.claim.argued:
        said.append("the argument that joins them: words only")
    return " ".join(f"{each[0].upper()}{each[1:]}." for each in said) if passed else "Checked by nothing yet."


def _of(kind: str, entry: Entry) -> str:
    if kind == "exact":
        return f"{OF[kind]}{_sizes(entry.claim)}"
    return f"{OF[kind]} of a part" if kind == Kernel.kind and entry.kernel != kind else OF[kind]


def _sizes(claim: Claim) -> str:
    """The largest sizes at which equations were evaluated that depend on any, such as ``, N, M ≤ 3``."""
    equations = [*claim.holds, *(e for check in claim.evidence if isinstance(check, Exact) for e in check.holds)]
    largest: dict[str, int] = {}
    for equation in equations:
        sides = (equation.left, equation.right)
        meanings = (equation.definitions[name][1] for name in used(sides, equation.definitions))
        names = {str(size) for part in (*sides, *meanings) for size in _sizes_in(part)}
        for sizes in equation.sizes:
            largest |= {name: max(sizes[name], largest.get(name, 0)) for name in names & set(sizes)}
    by_size = {n: [name for name in sorted(largest, reverse=True) if largest[name] == n] for n in sorted(set(largest.values()))}
    return "".join(rf", ${', '.join(map(_in_latex, names))} \le {n}$" for n, names in by_size.items())


def _in_latex(name: str) -> str:
    r"""``N_{\mathrm{loud}}`` for ``N_loud``."""
    return re.sub(r"_(\w+)", r"_{\\mathrm{\1}}", name)


def _sizes_in(expr: Expr) -> set[Expr]:
    """The sizes of the axes that an expression runs over, and all symbols that stand in it."""
    return {size_of(index) for index in expr.atoms(Idx) if len(index.args) > 1} | expr.atoms(Symbol)


def kinds(entry: Entry) -> list[str]:
    """The kinds of evidence passed. The kernel's is what stands on record for these files, with or without Coq at hand."""
    proven = any(isinstance(check, Kernel) and check.on_record for check in entry.claim.evidence)
    return sorted(entry.kinds - {Kernel.kind} | ({Kernel.kind} if proven else set()))


def rows(entry: Entry) -> Iterator[str]:
    """A row for each check that passed; the kernel's as on record."""
    for check, finding in zip(entry.claim.checks, _in_order(entry), strict=True):
        if isinstance(check, Kernel):
            found = check.covered if check.on_record else "not on record for these files"
        else:
            found = finding.detail
        by = next((value for value in vars(check).values() if callable(value)), None)
        source = f", by {_source_of(by)}" if by else ""
        yield f"| {check.kind} | {check.engine} | {found.replace('|', '∣').replace('*', '·')}{source} |"


def _in_order(entry: Entry) -> list[Any]:
    """The findings in the order of the claim's checks; those of the kernel were made after the others."""
    by_kernel = [finding for finding in entry.findings if finding.kind == Kernel.kind]
    others = iter([finding for finding in entry.findings if finding.kind != Kernel.kind])
    kernels = iter(by_kernel)
    return [next(kernels) if isinstance(check, Kernel) else next(others) for check in entry.claim.checks]


def _source_of(function: Any) -> str:
    """A link to the file of an independent function."""
    group, name = function.__module__.split(".")[-2:]
    return f"{{ref}}`{function.__name__} <source-{group}-{name}>`"
