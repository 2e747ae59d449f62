"""Local learning rules of a one-layer VICReg network: derived, proven, generated.

``lvicreg.rules`` has the update functions, ``lvicreg.oja`` the fixed points of log-variance with decay for your own covariance;
both need only NumPy and array-api-compat. The rules are generated from the
derivations by ``lvicreg.calculus``, ``lvicreg.claims`` and ``lvicreg.codegen``, which need SymPy and are not imported here.
"""

from importlib.metadata import version

__version__ = version("lvicreg")
