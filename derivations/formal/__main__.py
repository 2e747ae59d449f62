"""Compile the theorems and compare their axioms with those on record: ``python -m derivations.formal``."""

from __future__ import annotations

import argparse
import sys

from derivations.formal import FOLDER, LIBRARY
from lvicreg._console import terminal
from lvicreg.codegen.files import drift, write
from lvicreg.engines import Contradiction, EngineMissing
from lvicreg.engines.kernel import as_record, report

COMMAND = "python -m derivations.formal"


def main() -> int:
    """Compile, report, and return the exit code: 1 where a proof fails or the axioms differ, 2 without Coq."""
    terminal()
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument("--write", action="store_true", help="put what the kernel reports on record")
    options = parser.parse_args()
    try:
        for theorem, axioms in report(FOLDER, LIBRARY).items():
            print(f"{theorem}: {', '.join(axioms) or 'no axioms'}")
    except EngineMissing as missing:
        print(
            f"Not run: {missing}. On Debian: apt-get install make coq libcoq-mathcomp-analysis libcoq-mathcomp-algebra-tactics"
        )
        return 2
    except Contradiction as problem:
        print(problem)
        return 1
    record = {FOLDER / "axioms.txt": as_record(FOLDER, LIBRARY, f"{COMMAND} --write")}
    if options.write:
        write(record)
    difference = drift(record, FOLDER)
    if difference:
        print(f"{difference}The record differs from what the kernel reports. If that is meant: {COMMAND} --write")
    return 1 if difference else 0


if __name__ == "__main__":
    sys.exit(main())
