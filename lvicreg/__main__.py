"""``lvicreg derive my_loss.py``, or ``python -m lvicreg derive my_loss.py``."""

import os
import sys


def main() -> int:
    """The command line."""
    # With python-flint installed SymPy would take its numbers from there; here they are two engines that check each other.
    os.environ.setdefault("SYMPY_GROUND_TYPES", "python")
    if sys.argv[1:2] != ["derive"]:
        print("usage: lvicreg derive FILE (lvicreg derive --help says more)")
        return 0 if sys.argv[1:] in ([], ["--help"], ["-h"]) else 2
    try:
        from lvicreg.derive.command import main as derive
    except ImportError as missing:
        print(f"{missing.name} is not installed: pip install 'lvicreg[derive]'")
        return 1
    return derive(sys.argv[2:])


if __name__ == "__main__":
    sys.exit(main())
