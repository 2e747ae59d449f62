"""Local learning rules of a one-layer VICReg network: derived, proven, generated.

``lvicreg.rules`` has the update functions and needs only NumPy and array-api-compat. They are generated from the
derivations by ``lvicreg.calculus``, ``lvicreg.claims`` and ``lvicreg.codegen``, which need SymPy and are not imported here.
"""

from importlib.metadata import version

__version__ = version("lvicreg")
