"""Local learning rules of a one-layer VICReg network: derived, proven, generated.

``lvicreg.rules`` has the update functions, ``lvicreg.losses`` the losses and their gradients with respect to the activity. Both
are generated from the derivations by ``lvicreg.calculus``, ``engines``, ``claims`` and ``codegen``, which need SymPy and are
not imported here. ``lvicreg.online`` runs the rules on streams, ``lvicreg.conventions`` relates published losses to each other,
and ``lvicreg.oja`` has the fixed points of log-variance with decay for your own covariance. All of these need only NumPy and
array-api-compat; ``lvicreg.torch`` needs PyTorch.
"""

__version__ = "0.1.0"
