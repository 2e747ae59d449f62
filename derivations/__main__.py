"""Derive every loss term, check every claim, and write the update functions: ``python -m derivations``."""

import sys

from derivations import NOTE
from lvicreg.project.command import main

if __name__ == "__main__":
    sys.exit(main(NOTE))
