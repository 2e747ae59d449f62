"""The note's derivations, one module a section: losses, claims and rules. ``python -m derivations`` runs them.

Each module reads from top to bottom like the note: its losses, its gradients, and then what is claimed of them. The note is
known without its formulas; they are restored here from its words and from the papers. ``independent`` has the same losses once
more, and what else is computed to check a claim without the calculus; ``formal`` has theorems for a proof assistant, and
``record`` what was approved, and which seeded errors were noticed (``python -m derivations.mutation``).
"""

import os
from pathlib import Path

from lvicreg.project import Generated, Project

# With python-flint installed SymPy would take its numbers from there; here they are two engines that check each other.
os.environ.setdefault("SYMPY_GROUND_TYPES", "python")

SECTIONS = (
    "variance",
    "log_variance",
    "oja",
    "oja_batch",
    "oja_flow",
    "oja_stability",
    "oja_many_units",
    "invariance",
    "covariance",
    "covariance_one_sample",
    "covariance_rotation",
    "total",
    "activity",
    "conventions",
    "published_error",
)
HELPERS = ("sources", "conventions_table", "in_convention", "notation", "symbols")  # modules that sections share

RULES = Generated(
    "lvicreg.rules",
    "Update functions of a one-layer network, generated from the derivations.",
    """\
Each function returns the direction of descent, shape (N, M); add it to the weights times a learning rate. The arrays may be
of any library that follows the array API standard: NumPy, PyTorch, JAX. ``x`` and ``z = f(W x)`` are a minibatch with samples
on the first axis, or one sample; ``slope`` is f'(W x). Means and variances are taken from the minibatch unless they are given,
as from a slow filter.
""",
)

LOSSES = Generated(
    "lvicreg.losses",
    "Losses with their gradients with respect to the activity, generated from the derivations.",
    """\
Each function returns the loss of a minibatch, a number, and its gradient with respect to the activity ``z``, (B, N): what
automatic differentiation would give, from the closed form. Means and variances are the minibatch's. The arrays may be of any
library that follows the array API standard: NumPy, PyTorch, JAX.
""",
)

NOTE = Project(
    package="derivations",
    sections=SECTIONS,
    root=Path(__file__).resolve().parents[1],
    rules_package=RULES,
    losses_package=LOSSES,
    sources=(
        (
            "derivations",
            tuple(f"derivations/{name}.py" for name in (*SECTIONS, *HELPERS)),
        ),
        ("independent", ("derivations/independent/[!_]*.py",)),
        ("formal", ("derivations/formal/*.v",)),
        (
            "tests",
            (
                "tests/derivations/test_claims.py",
                "tests/derivations/test_seeded_errors.py",
                "tests/rules/test_rules_laws.py",
                "tests/test_real_data.py",
                "tests/test_published_losses.py",
                "tests/test_published_error.py",
            ),
        ),
    ),
    checkers=("lvicreg/engines", "lvicreg/calculus", "lvicreg/claims"),
)
