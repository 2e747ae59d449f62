"""The note's derivations, one module a section: losses, claims and rules. ``python -m derivations`` runs them.

Each module has a ``TITLE``, its ``claims`` and its ``rules``, and reads from top to bottom like the note: losses as they
stand there, gradients as they stand there, and then what is claimed of them. ``losses`` has the same losses once more, in
array code, for the engine that differentiates by machine.
"""

SECTIONS = ("variance", "log_variance", "oja", "invariance", "covariance", "total")
