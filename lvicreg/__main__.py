"""``lvicreg derive my_loss.py`` and ``lvicreg export brian2 total``, or with ``python -m lvicreg``."""

import os
import sys
from importlib import import_module

COMMANDS = {"derive": ("lvicreg.derive.command", "FILE"), "export": ("lvicreg.export", "SIMULATOR RULE")}


def main() -> int:
    """The command line."""
    # With python-flint installed SymPy would take its numbers from there; here they are two engines that check each other.
    os.environ.setdefault("SYMPY_GROUND_TYPES", "python")
    module, _ = COMMANDS.get(sys.argv[1] if sys.argv[1:] else "", ("", ""))
    if not module:
        for command, (_, taken) in COMMANDS.items():
            print(f"usage: lvicreg {command} {taken} (lvicreg {command} --help says more)")
        return 0 if sys.argv[1:] in ([], ["--help"], ["-h"]) else 2
    try:
        run = import_module(module).main
    except ImportError as missing:
        print(f"{missing.name} is not installed: pip install 'lvicreg[derive]'")
        return 1
    return int(run(sys.argv[2:]))


if __name__ == "__main__":
    sys.exit(main())
