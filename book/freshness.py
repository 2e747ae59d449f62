"""Sphinx extension: pages are made again when the code or the ledger that they show has changed.

Executed notebooks are kept, and by themselves would be executed again only when their own cells change. But a cell imports
the rules and the plots. So the place where they are kept is named for a hash of all of that, and the environment is
renewed with it.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config

ROOT = Path(__file__).resolve().parent.parent
LEDGER = ROOT / "book" / "_generated" / "ledger.json"


def fingerprint() -> str:
    """The hash of what executed cells read: the package's and the book's Python files, and the ledger."""
    files = [*sorted((ROOT / "lvicreg").rglob("*.py")), *sorted((ROOT / "book").rglob("*.py")), LEDGER]
    read = [path for path in files if "_build" not in path.parts]
    return hashlib.sha256(b"".join(f"{path.relative_to(ROOT)}\n".encode() + path.read_bytes() for path in read)).hexdigest()


def renew(app: Sphinx, config: Config) -> None:
    """Name the cache, and tell Sphinx for which state of the code its environment holds."""
    config["shown_code"] = fingerprint()
    config["nb_execution_cache_path"] = str(Path(app.doctreedir).parent / ".jupyter_cache" / config["shown_code"][:16])


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.add_config_value("shown_code", "", "env")
    app.connect("config-inited", renew)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
