"""This package as other processes run it."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def run(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """``python -m …`` in a folder from which this package can be imported; pytest without plugins, which take long to load."""
    variables = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "120", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command = [sys.executable, "-m", *arguments]
    return subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)
