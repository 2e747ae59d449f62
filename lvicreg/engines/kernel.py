"""The kernel of a proof assistant: theorems stated again for Coq, with the axioms that each of them uses.

A folder holds ``.v`` files and a record, ``axioms.txt``: the theorems, the axioms that the kernel reported for those of
their file, and the hash of the files for which it did. ``report`` compiles the files and asks the kernel again. Where Coq is
not installed the check is *not run*; the record is then still a statement about these very files, or about none.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar

from .evidence import Contradiction, EngineMissing

Axioms = Mapping[str, tuple[str, ...]]
"""Theorems, named with their file (``proportional.same_zeros``), and the axioms that the theorems of that file rest on."""

REQUIRED = re.compile(r"^From\s+[\w.]+\s+Require\s[\w\s]+\.$", re.MULTILINE)
STATED = re.compile(r"^Theorem\s+(\w+)", re.MULTILINE)


@dataclass(frozen=True)
class Kernel:
    """Theorems that Coq's kernel accepts, with no other axioms than the folder's record lists.

    ``library`` is the name under which the files require one another: ``From library Require Import file``.
    """

    folder: Path
    library: str
    theorems: tuple[str, ...]
    part: str = ""
    kind: ClassVar[str] = "kernel"
    engine: ClassVar[str] = "Coq"

    def run(self) -> str:
        found, (_, listed) = report(self.folder, self.library), recorded(self.folder)
        for theorem in self.theorems:
            if theorem not in found:
                raise Contradiction(f"no theorem {theorem} in {self.folder.name}; there are {', '.join(sorted(found))}")
            if found[theorem] != listed.get(theorem):
                raise Contradiction(f"the axioms of {theorem} are not those on record: {', '.join(found[theorem]) or 'none'}")
        return f"theorems {', '.join(self.theorems)}"

    @property
    def on_record(self) -> bool:
        """Whether the kernel accepted these theorems in the files as they stand."""
        hashed, listed = recorded(self.folder)
        return hashed == fingerprint(self.folder) and set(self.theorems) <= set(listed)


def report(folder: Path, library: str) -> Axioms:
    """Every theorem of a folder, and its file's axioms, from compiling all of its files; once in each process.

    Raises ``EngineMissing`` without Coq or a library that the files require, and ``Contradiction`` where one does not compile.
    """
    found = _report(folder, library)
    if isinstance(found, Exception):
        raise found
    return found


@cache
def _report(folder: Path, library: str) -> Axioms | EngineMissing | Contradiction:
    try:
        return _compiled(folder, library)
    except (EngineMissing, Contradiction) as problem:
        return problem


def _compiled(folder: Path, library: str) -> Axioms:
    for tool in ("coqc", "coq_makefile", "make"):
        if shutil.which(tool) is None:
            raise EngineMissing(f"{tool} is not installed")
    with TemporaryDirectory() as name:
        build = Path(name)
        for path in folder.glob("*.v"):
            shutil.copy(path, build)
        files = sorted(path.stem for path in build.glob("*.v"))
        required = {line for file in files for line in REQUIRED.findall((build / f"{file}.v").read_text(encoding="utf-8"))}
        (build / "libraries.v").write_text(
            "\n".join(sorted(r for r in required if f"From {library} " not in r)), encoding="utf-8"
        )
        try:
            _run(build, "coqc", "libraries.v")
        except Contradiction as missing:
            raise EngineMissing(f"a library for Coq is not installed: {str(missing).splitlines()[-1]}") from missing
        _run(build, "coq_makefile", "-Q", ".", library, *(f"{file}.v" for file in files), "-o", "Makefile")
        _run(build, "make", f"--jobs={os.cpu_count()}")
        stated = {file: STATED.findall((build / f"{file}.v").read_text(encoding="utf-8")) for file in files}
        stated = {file: names for file, names in stated.items() if names}
        lines = [f"From {library} Require {file}." for file in stated]
        for file, names in stated.items():  # together, since Coq walks through all that they rest on each time it is asked
            lines += [f"Definition of_{file} := ({', '.join(f'@{file}.{name}' for name in names)})."]
            lines += [f'Redirect "{file}" Print Assumptions of_{file}.']
        (build / "print_axioms.v").write_text("\n".join(lines) + "\n", encoding="utf-8")
        _run(build, "coqc", "-Q", ".", library, "print_axioms.v")
        axioms = {file: _axioms((build / f"{file}.out").read_text(encoding="utf-8")) for file in stated}
        assumed = sorted({name for names in axioms.values() for name in names if name.partition(".")[0] in files})
        if assumed:
            raise Contradiction(f"assumed in the files themselves, not in a library: {', '.join(assumed)}")
        return {f"{file}.{name}": axioms[file] for file, names in stated.items() for name in names}


def _run(folder: Path, *command: str) -> None:
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if result.returncode:
        raise Contradiction(f"the theorems do not compile:\n{result.stderr.strip()}")


def _axioms(printed: str) -> tuple[str, ...]:
    if printed.startswith("Closed under the global context"):
        return ()
    entries = [line for line in printed.splitlines()[1:] if line[:1].strip()]  # types continue on indented lines
    names = [match[1] for line in entries if (match := re.fullmatch(r"([\w.']+)(?:\s*:.*)?", line))]
    if not names or len(names) != len(entries):  # such as "bad is assumed to be guarded"
        raise Contradiction(f"Coq's list of axioms has more than axioms in it:\n{printed}")
    return tuple(sorted(names))


def fingerprint(folder: Path) -> str:
    """The hash of a folder's Coq files."""
    files = sorted(folder.glob("*.v"))
    return hashlib.sha256(b"".join(file.name.encode() + b"\0" + file.read_bytes() for file in files)).hexdigest()


def recorded(folder: Path) -> tuple[str, Axioms]:
    """The hash and the axioms in a folder's record; empty where there is none."""
    path = folder / "axioms.txt"
    lines = (
        [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")] if path.exists() else []
    )
    pairs = [line.partition(": ")[::2] for line in lines]
    hashed = dict(pairs).pop("sha256", "")
    return hashed, {name: tuple(a.split(", ")) if a != "none" else () for name, a in pairs if name != "sha256"}


def as_record(folder: Path, library: str, command: str) -> str:
    """The text of the record: what the kernel reports for the files as they stand."""
    lines = [f"# What Coq's kernel reported for the files with this hash. Written by `{command}`."]
    lines += [f"sha256: {fingerprint(folder)}"]
    lines += [f"{theorem}: {', '.join(axioms) or 'none'}" for theorem, axioms in report(folder, library).items()]
    return "\n".join(lines) + "\n"
