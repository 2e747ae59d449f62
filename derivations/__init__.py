"""The note's derivations, one module a section: losses, claims and rules. ``python -m derivations`` runs them.

Each module has a ``TITLE``, its ``claims`` and its ``rules``, and reads from top to bottom like the note: its losses, its
gradients, and then what is claimed of them. The note is known without its formulas; they are restored here from its words
and from the papers. ``independent`` has the same losses once more,
and what else is computed to check a claim without the calculus; ``formal`` has the Oja theorem for a proof assistant.
"""

import os

# With python-flint installed SymPy would take its numbers from there; here they are two engines that check each other.
os.environ.setdefault("SYMPY_GROUND_TYPES", "python")

SECTIONS = (
    "variance",
    "log_variance",
    "oja",
    "oja_flow",
    "oja_stability",
    "oja_many_units",
    "invariance",
    "covariance",
    "covariance_one_sample",
    "total",
    "activity",
    "conventions",
    "published_error",
)
