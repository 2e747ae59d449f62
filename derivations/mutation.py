"""Break what is claimed, checked and generated in turn, and count what is noticed: ``python -m derivations.mutation``."""

import sys

from derivations import NOTE
from lvicreg.mutation.command import main

if __name__ == "__main__":
    sys.exit(main(NOTE))
