"""Files that are written whole or not at all: a draft beside the file takes its place when it is complete.

Files that belong together cannot change at one moment. Beside them lies a marker while they do (``as_a_set``), which a process
that is killed leaves behind; it says what to do.

A link leads to the file that is replaced, and stays a link; the file keeps its permissions, and a new one gets those of the
umask. What is no regular file, such as ``/dev/stdout``, cannot be replaced and is written to directly.
"""

from __future__ import annotations

import os
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path
from typing import BinaryIO

ABANDONED = 3600  # seconds after which a draft is not one that somebody is writing


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """The draft of a file, open to be written; it takes the file's place at the end, or is removed if an error is raised."""
    if _is_device(Path(os.fsdecode(path))):
        with open(path, "wb") as device:
            yield device
        return
    target = Path(os.path.realpath(os.fsdecode(path)))
    if target.is_dir():
        raise IsADirectoryError(f"{path} is a folder, and cannot be written as a file: give the name of a file in it")
    if not target.parent.is_dir():
        raise FileNotFoundError(f"{path} cannot be written: there is no folder {target.parent}")
    if target.is_symlink():  # still, after all were followed
        raise OSError(f"{path} cannot be written: its links lead back to themselves")
    if target.exists() and not os.access(target, os.W_OK):
        raise PermissionError(f"{path} is read-only")
    remove_abandoned(target)
    draft = target.with_name(f".{_short(target)}.{secrets.token_hex(4)}.draft")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        if target.exists():
            os.chmod(draft, target.stat().st_mode & 0o7777)
        os.replace(draft, target)
    except BaseException:
        os.unlink(draft)
        raise


@contextmanager
def as_a_set(marker: Path, cure: str) -> Iterator[None]:
    """Within it files change that belong together; whoever finds the marker finds them in part as they were, and the cure."""
    with replacing(marker) as draft:
        draft.write(f"{cure}\n".encode())
    yield
    marker.unlink(missing_ok=True)


def unwritable(path: str | os.PathLike[str]) -> str:
    """Why a file could not be written here, to be said before long work; empty if it could, as far as can be told."""
    if _is_device(Path(path)):
        return "" if os.access(path, os.W_OK) else f"{path} may not be written"
    target = Path(os.path.realpath(path))
    if target.is_dir():
        return f"{path} is a folder: give the name of a file in it"
    place = next(folder for folder in target.parents if folder.exists())
    if not place.is_dir():
        return f"{place} is no folder, and {path} would be in it"
    if not os.access(place, os.W_OK) or (target.exists() and not os.access(target, os.W_OK)):
        return f"{path} may not be written: {place} or the file is read-only"
    return ""


def name_of_draft(name: str) -> str | None:
    """Which file a draft is of, by its name; None where that is no draft's."""
    found = re.fullmatch(r"\.(.+)\.[0-9a-f]{8}\.draft", name)
    return found[1] if found else None


def _short(target: Path) -> str:
    """Its name, of which a draft's is a longer form; names have 255 bytes at most."""
    return target.name.encode()[:200].decode(errors="ignore")


def _is_device(path: Path) -> bool:
    """Whether it is neither a file nor a folder, but is there; what ``/dev/stdout`` leads to may have no name."""
    return path.exists() and not (path.is_file() or path.is_dir())


def remove_abandoned(target: Path) -> None:
    """Remove drafts of a file that a process left when it was killed."""
    for draft in target.parent.glob(f".{escape(_short(target))}.{'[0-9a-f]' * 8}.draft"):
        with suppress(FileNotFoundError):  # removed by another process that saw it too
            if time.time() - draft.stat().st_mtime > ABANDONED:
                draft.unlink()
