"""Sphinx extension: pages are made again when the code or the measurements that they show have changed.

Executed notebooks are kept, and by themselves would be executed again only when their own cells change. But a cell imports
the rules and the plots. So the place where they are kept is named for a hash of all of that, and the environment is
renewed with it. A built book says from which sources it was made.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config

ROOT = Path(__file__).resolve().parent.parent
BOOK = ROOT / "book"
RECORDS = BOOK / "benchmarks.json", BOOK / "layerwise.json", BOOK / "toy.json"
MEASURED = BOOK / "_generated" / "ledger.json", *RECORDS
STAMP = "made_from.txt"


def shown_code() -> str:
    """The hash of what executed cells read: all Python files but the tests, and what was measured."""
    return _hash([*_python(), *MEASURED])


def sources() -> str:
    """The hash of all that the book is made from."""
    kinds = ("md", "yml", "css", "js", "html", "svg", "bib", "json")
    formal = (ROOT / "derivations").rglob("*.v")
    return _hash([*_python(), *formal, *(path for kind in kinds for path in BOOK.rglob(f"*.{kind}"))])


def _python() -> list[Path]:
    return [path for folder in ("lvicreg", "derivations", "book") for path in (ROOT / folder).rglob("*.py")]


def _hash(files: Iterable[Path]) -> str:
    read = sorted(path for path in files if not {"_build", "__pycache__"} & set(path.parts))
    return hashlib.sha256(b"".join(f"{path.relative_to(ROOT)}\n".encode() + path.read_bytes() for path in read)).hexdigest()


def renew(app: Sphinx, config: Config) -> None:
    """Name the cache, and tell Sphinx for which state of the code its environment holds."""
    config["shown_code"] = shown_code()
    config["shown_files"] = _hash(path for folder in ("_static", "in_page") for path in (BOOK / folder).iterdir())
    config["nb_execution_cache_path"] = str(Path(app.doctreedir).parent / ".jupyter_cache" / config["shown_code"][:16])


def stamp(app: Sphinx, problem: Exception | None) -> None:
    """Write down what the pages were made from."""
    if problem is None and app.builder.format == "html":
        (Path(app.outdir) / STAMP).write_text(sources(), encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.add_config_value("shown_code", "", "env")
    app.add_config_value("shown_files", "", "html")
    app.connect("config-inited", renew)
    app.connect("build-finished", stamp)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
