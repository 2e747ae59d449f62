"""How far the exports are from ``lvicreg.online``: ``python -m book.simulators`` runs them all and writes ``simulators.json``.

``python -m book.simulators brian2`` does so for one of them. Each simulator has an environment of its own, ``.venv-brian2`` and
``.venv-annarchy``; ``make brian2`` and ``make annarchy`` make them.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from book.benchmarks import table
from derivations import NOTE
from lvicreg.codegen.files import write
from lvicreg.export import SIMULATORS, exported

RECORD = Path(__file__).with_name("simulators.json")
ROOT = RECORD.parents[1]
LOCAL = [rule.name for rules in NOTE.rules_of(NOTE.sections).values() for rule in rules if rule.locality.startswith("local")]
TITLES = {"brian2": "Brian2", "annarchy": "ANNarchy"}


def interpreter(simulator: str) -> Path:
    """Python in the simulator's environment, which may not be there."""
    return ROOT / f".venv-{simulator}" / "bin" / "python"


def run(simulator: str, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """The tests in a folder, in the simulator's environment."""
    python = interpreter(simulator)
    path = f"{python.parent}{os.pathsep}{os.environ['PATH']}"  # by which CMake finds this Python
    variables = {**os.environ, "PYTHONPATH": str(ROOT), "VIRTUAL_ENV": str(python.parents[1]), "PATH": path}
    command = [str(python), "-m", "pytest", "-q", "-s", "-p", "no:cacheprovider", "-c", os.devnull, *options, str(folder)]
    return subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)


def measured(simulator: str) -> dict[str, dict[str, float]]:
    """The largest difference of each local rule from the stream, by activation function."""
    with TemporaryDirectory() as folder:
        write({Path(folder, file): text for name in LOCAL for file, text in exported(simulator, name).items()})
        ran = run(simulator, Path(folder))
    if ran.returncode:
        sys.exit(f"{simulator}: {ran.stdout}{ran.stderr}")
    found: dict[str, dict[str, float]] = {name: {} for name in LOCAL}
    for name, activation, difference in re.findall(r"(\w+), (\w+): (\S+) from lvicreg.online", ran.stdout):
        found[name][activation] = float(difference)
    return found


def version(simulator: str) -> str:
    """What is installed in the simulator's environment."""
    code = f"from importlib.metadata import version; print(version({simulator!r}))"
    return subprocess.run([interpreter(simulator), "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def recorded() -> dict[str, dict]:
    """What was measured, by simulator."""
    return json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else {}


def differences() -> str:
    """The record as an HTML table: for each rule the largest difference, of three activation functions."""
    found = recorded()
    head = ["rule", *(f"{TITLES[simulator]} {found[simulator]['version']}" for simulator in SIMULATORS)]
    rows = []
    for name in LOCAL:
        largest = (max(found[simulator]["differences"][name].values()) for simulator in SIMULATORS)
        rows.append([f"<code>{name}</code>", *(f"{difference:.1e}" for difference in largest)])
    return table(head, rows)


if __name__ == "__main__":
    for simulator in sys.argv[1:] or SIMULATORS:
        new = {simulator: {"version": version(simulator), "differences": measured(simulator)}}
        write({RECORD: json.dumps(recorded() | new, indent=1) + "\n"})
