"""Other people's losses, taken the whole way when the book is built: what is printed, and a row for each.

The files stand in ``tests/gallery``, where tests take them the same way and run the tests that are written beside each rule.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import wrap

from lvicreg.calculus import NotLocal
from lvicreg.calculus.synapse import readable
from lvicreg.claims import Status
from lvicreg.derive.answer import Answer
from lvicreg.derive.reading import read

GALLERY = Path(__file__).parents[1] / "tests" / "gallery"
LOSSES = sorted(path for path in GALLERY.glob("*.py") if not path.name.startswith("test_"))
WIDTH = 88  # characters in a column of the page
SHOWN = 4  # signals, of which a rule may need many


def shown(name: str) -> str:
    """The text of a file of the gallery."""
    return (GALLERY / f"{name}.py").read_text(encoding="utf-8")


def derived(name: str, old: str = "", new: str = "") -> None:
    """Print what ``lvicreg derive`` prints of a file, in an empty folder, with ``new`` in the place of ``old``."""
    variables = {**os.environ, "PYTHONPATH": str(GALLERY.parents[1]), "COLUMNS": str(WIDTH)}
    with TemporaryDirectory() as folder:
        Path(folder, f"{name}.py").write_text(shown(name).replace(old, new, 1) if old else shown(name), encoding="utf-8")
        command = [sys.executable, "-m", "lvicreg", "derive", f"{name}.py"]
        told = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False).stdout
        if (rule := Path(folder, name, "rule.py")).exists():
            told += f"\n--- {name}/rule.py ---\n{_function(rule.read_text(encoding='utf-8'), name)}"
    print("\n".join(wrapped for line in told.splitlines() for wrapped in _wrapped(line)))


def _wrapped(line: str) -> list[str]:
    indent = " " * (len(line) - len(line.lstrip()) + 4)
    return wrap(line, WIDTH, subsequent_indent=indent, drop_whitespace=False) or [""]


def _function(text: str, name: str) -> str:
    """One function of a module, its docstring included."""
    (node,) = (node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef) and node.name == name)
    return ast.get_source_segment(text, node) or ""


def table() -> str:
    """Every loss with its source, what was checked, and what its rule needs, as an HTML table."""
    head = "".join(f"<th>{name}</th>" for name in ("loss", "checked by", "claimed rule", "locality", "signals", "lines"))
    rows = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in _row(path))}</tr>" for path in LOSSES)
    return f'<div class="wide-table"><table class="table"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'


def _row(path: Path) -> list[str]:
    answer = Answer(read(path))
    gradient, *claimed = answer.entries
    summary, _, source = answer.problem.title.partition("\n")
    verdict = f"refuted: {answer.refuted}" if answer.refuted else ("confirmed" if claimed else "none is stated")
    local = answer.locality.removesuffix(".")
    if isinstance(answer.reads, NotLocal):
        signals = "–"
    else:
        found = [*map(readable, (*answer.reads.pre, *answer.reads.post, *answer.reads.shared))]
        signals = ", ".join(found[:SHOWN]) + (f", and {len(found) - SHOWN} more" if len(found) > SHOWN else "")
    loss = f"<code>{path.stem}</code>: {escape(summary)} <small>{escape(' '.join(source.split()))}</small>"
    assert gradient.status == Status.EVERY_SIZE, f"{path.name}: {gradient.status}"  # as the page says of all
    checked = ", ".join(sorted(gradient.kinds))
    lines = sum(bool(line.strip()) for line in answer.problem.text.splitlines())
    return [loss, checked, escape(verdict), escape(local), escape(signals), str(lines)]
