"""The Oja theorem again, for the kernel of the proof assistant Coq; ``python -m derivations.formal`` compiles it.

``definitions.v`` states the setting for any number of inputs; every other file is named for what it shows.
"""

from pathlib import Path

from lvicreg.engines import Kernel

FOLDER, LIBRARY = Path(__file__).parent, "Oja"


def theorems(*names: str) -> Kernel:
    """Theorems of this folder, named ``file.theorem``, as evidence for a claim."""
    return Kernel(FOLDER, LIBRARY, names)
