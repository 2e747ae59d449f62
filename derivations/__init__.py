"""The note's derivations, one module a section: losses, claims and rules. ``python -m derivations`` runs them.

Each module has a ``TITLE``, its ``claims`` and its ``rules``, and reads from top to bottom like the note: losses as they
stand there, gradients as they stand there, and then what is claimed of them. ``independent`` has the same losses once more,
and what else is computed to check a claim without the calculus.
"""

SECTIONS = ("variance", "log_variance", "oja", "invariance", "covariance", "covariance_one_sample", "total")
