"""How long all claims take to be checked, cold, and one section that has changed, against an earlier state of the repository.

Every run is without Coq, whose kernel takes as long as its proofs do; the record of them is read instead.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from derivations import NOTE

ROOT = Path(__file__).parents[2]
BEFORE = "1d08782"  # the last commit before checking was made fast


def seconds(folder: Path, *arguments: str) -> float:
    """How long the command takes there."""
    variables = {**os.environ, "PYTHONPATH": str(folder), "PATH": str(Path(sys.executable).parent)}
    command = [sys.executable, "-m", "derivations", "--check", *arguments]
    begin = time.perf_counter()
    result = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)
    taken = time.perf_counter() - begin
    assert "Traceback" not in result.stderr, result.stderr
    return taken


@pytest.fixture
def checked_out(tmp_path: Path) -> Iterator[dict[str, Path]]:
    """This state, as committed, and the one before, each in a folder of its own."""
    folders = {commit: tmp_path / commit for commit in ("HEAD", BEFORE)}
    try:
        for commit, folder in folders.items():
            added = subprocess.run(["git", "worktree", "add", "--detach", folder, commit], cwd=ROOT, capture_output=True)
            if added.returncode:
                pytest.skip(f"not run: no commit {commit} in this clone")
        yield folders
    finally:
        for folder in folders.values():
            subprocess.run(["git", "worktree", "remove", "--force", folder], cwd=ROOT, capture_output=True)


@pytest.mark.slow
def test_checking(note, checked_out) -> None:
    """All claims; then one section after another with a line more in its file, of which the slowest counts."""
    now, before = checked_out["HEAD"], checked_out[BEFORE]
    whole, was = seconds(now), seconds(before)
    note.figure("checking", whole)
    note.figure("checking-before", whole / was)
    times = {}
    for path in (now / "derivations" / f"{name}.py" for name in NOTE.sections):
        path.write_text(path.read_text(encoding="utf-8") + "# changed\n", encoding="utf-8")
        times[path.stem] = seconds(now, "--changed")
    note.figure("changed", max(times.values()))
