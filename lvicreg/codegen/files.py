"""Generated files: written whole or not at all, and compared with what is on disk."""

from __future__ import annotations

import difflib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path


def write(files: Mapping[Path, str]) -> list[Path]:
    """Write the files whose content has changed, each by replacing it at once; return those."""
    changed = [path for path, content in files.items() if _read(path) != content]
    for path in changed:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
                stream.write(files[path])
            os.chmod(temporary, 0o644)
            os.replace(temporary, path)
        except BaseException:
            os.unlink(temporary)
            raise
    return changed


def drift(files: Mapping[Path, str], root: Path) -> str:
    """A unified diff from what is on disk to what should be; empty where they agree."""
    differences: list[str] = []
    for path, content in files.items():
        name = path.relative_to(root).as_posix()
        found = _read(path) or ""
        differences += difflib.unified_diff(
            found.splitlines(keepends=True), content.splitlines(keepends=True), f"{name} (on disk)", f"{name} (derived)"
        )
    return "".join(differences)


def _read(path: Path) -> str | None:
    try:
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return None
