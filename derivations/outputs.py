"""The files that the derivations write: rules and losses, the book's fragments (``fragments``), and the README's tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from derivations import SECTIONS
from derivations.checking import section
from derivations.fragments import FOLDER, ROOT, fragments, known
from derivations.fragments.theorem import kinds
from derivations.mutation.record import in_words
from lvicreg.claims import Entry, counted
from lvicreg.claims.plain import plain
from lvicreg.codegen.emit import function_source
from lvicreg.codegen.loss import loss_source
from lvicreg.codegen.modules import module_source, package_source

COMMAND = "python -m derivations"
RULES, LOSSES = ROOT / "lvicreg" / "rules", ROOT / "lvicreg" / "losses"
GENERATED = RULES, LOSSES, FOLDER


def rule_files(names: Iterable[str]) -> dict[Path, str]:
    """The modules of ``lvicreg.rules``."""
    files = {}
    for name in names:
        module = section(name)
        if module.rules:
            functions = {rule.name: function_source(rule) for rule in module.rules}
            files[RULES / f"{name}.py"] = _module(f"{module.TITLE}: update functions.", functions, name)
    return files


def loss_files() -> dict[Path, str]:
    """The modules of ``lvicreg.losses``, one for each loss, and the package."""
    functions = section("activity").loss_functions
    files = {
        LOSSES / f"{f.name}.py": _module(f"{f.summary.split(':')[0].split(',')[0]}.", {f.name: loss_source(f)}, "activity")
        for f in functions
    }
    title = "Losses with their gradients with respect to the activity, generated from the derivations.\n\n" + LOSSES_GUIDE
    package = package_source(title, {f.name: [f] for f in functions}, "derivations/activity.py", COMMAND)
    return files | {LOSSES / "__init__.py": package}


def _module(title: str, functions: Mapping[str, str], name: str) -> str:
    return module_source(title, functions, f"derivations/{name}.py", COMMAND, "lvicreg._inputs")


def package_file() -> dict[Path, str]:
    """``lvicreg/rules/__init__.py``."""
    title = "Update functions of a one-layer network, generated from the derivations.\n\n" + RULES_GUIDE
    modules = {name: section(name).rules for name in SECTIONS if section(name).rules}
    return {RULES / "__init__.py": package_source(title, modules, "derivations/", COMMAND)}


RULES_GUIDE = """\
Each function returns the direction of descent, shape (N, M); add it to the weights times a learning rate. The arrays may be
of any library that follows the array API standard: NumPy, PyTorch, JAX. ``x`` and ``z = f(W x)`` are a minibatch with samples
on the first axis, or one sample; ``df`` is the slope f'(W x). Means and variances are taken from the minibatch unless they are
given, as from a slow filter.
"""

LOSSES_GUIDE = """\
Each function returns the loss of a minibatch, a number, and its gradient with respect to the activity ``z``, (B, N): what
automatic differentiation would give, from the closed form. Means and variances are the minibatch's. The arrays may be of any
library that follows the array API standard: NumPy, PyTorch, JAX.
"""


def claims_table(entries: Iterable[Entry]) -> str:
    """The README's table: claim, statement, status, evidence; and how many claims have each status."""
    entries = list(entries)
    rows = []
    for entry in entries:
        said, statement = entry.claim.said, plain(entry.claim.tex)
        if said:
            sentence, then = plain(said.sentence), "Its error:"
            if said.verdict == "refuted":
                sentence, then = f"~~{sentence}~~", "In its place:"
            statement = f"{said.verdict.capitalize()}: {sentence} ({said.source}.) {then} {statement}"
        status = f"{entry.status}; {entry.kernel}" if entry.kernel else entry.status
        rows.append(f"| `{entry.claim.id}` | {statement.replace('|', '∣')} | {status} | {', '.join(kinds(entry))} |")
    return "\n".join([counted(entries), "", "| claim | statement | status | evidence |", "|---|---|---|---|", *rows])


def readme(entries: Sequence[Entry]) -> dict[Path, str]:
    """The README with what is measured, each part between two marks."""
    path = ROOT / "README.md"
    text = path.read_text(encoding="utf-8")
    written = {
        "claims": claims_table(entries),
        "conventions": section("conventions").table(entries),
        "seeded errors": in_words(entry.claim for entry in entries),
    }
    for name, part in written.items():
        begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
        before, rest = text.split(begin)
        _, after = rest.split(end)
        text = f"{before}{begin}\n{part}\n{end}{after}"
    return {path: text}


def all_files(names: Sequence[str], entries: Sequence[Entry]) -> dict[Path, str]:
    """Every file that the named sections determine; those that need all sections only where all are named."""
    files = {**rule_files(names), **fragments(names, entries)}
    if "activity" in names:
        files |= loss_files()
    return files | package_file() | readme(entries) if set(names) == set(SECTIONS) else files


def strangers() -> list[Path]:
    """Files in the generated folders that no derivation writes."""
    with_rules = {RULES / f"{name}.py" for name in SECTIONS if section(name).rules}
    with_losses = {LOSSES / f"{name}.py" for name in ("__init__", *(f.name for f in section("activity").loss_functions))}
    written = with_rules | with_losses | {*package_file(), *known()}
    return sorted(path for folder in GENERATED for path in folder.rglob("[!.]*.*") if path not in written)
