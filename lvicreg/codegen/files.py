"""Generated files: written whole or not at all, and compared with what is on disk."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path

from lvicreg._files import replacing


def write(files: Mapping[Path, str]) -> list[Path]:
    """Write the files whose content has changed, each by replacing it at once; return those."""
    changed = [path for path, content in files.items() if _read(path) != content]
    for path in changed:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as draft:
            draft.write(files[path].encode())
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
    if path.exists() and not path.is_file():  # a device, from which nothing would come
        return None
    try:
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return None
