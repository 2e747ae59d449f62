"""The Oja theorem again, for the kernel of the proof assistant Coq; ``python -m derivations.formal`` compiles it.

``definitions.v`` states the setting for any number of inputs; every other file is named for what it shows. ``examples.v``
shows that what the theorems ask for can be met, by applying each of them that asks for something.
"""

from pathlib import Path

from lvicreg.engines import Kernel

FOLDER, LIBRARY = Path(__file__).parent, "Oja"


def theorems(*names: str, part: str = "") -> Kernel:
    """Theorems of this folder, named ``file.theorem``, as evidence for a claim, or for that ``part`` of it which they cover."""
    return Kernel(FOLDER, LIBRARY, names, part)
