"""The package as it is imported: no SymPy, every rule at hand."""

import inspect
import subprocess
import sys

import lvicreg
from lvicreg import losses, rules


def test_importing_the_rules_does_not_import_sympy_or_the_machinery() -> None:
    script = (
        "import sys, lvicreg, lvicreg.losses, lvicreg.online, lvicreg.conventions\n"
        "heavy = {'sympy', 'jax', 'torch', 'rich', 'z3'}\n"
        "heavy |= {f'lvicreg.{part}' for part in ('calculus', 'engines', 'claims', 'codegen')}\n"
        "print(sorted(heavy & sys.modules.keys()))\n"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_the_promised_rules_are_there() -> None:
    assert set(rules.__all__) == {
        "covariance",
        "covariance_one_sample",
        "covariance_third_factor",
        "invariance",
        "log_variance",
        "log_variance_decay",
        "oja",
        "total",
        "total_log_variance",
        "variance",
    }


def test_docstrings_state_equation_claims_convention_shapes_errors_and_source() -> None:
    for name in rules.__all__:
        text = inspect.getdoc(getattr(rules, name)) or ""
        for part in ("update_ij =", "Claims:", "Locality:", "Convention:", "Degenerate values:", "Source:", "(B, M)", "(N, M)"):
            assert part in text, f"{name}: {part}"
        for part in ("Args:", "Returns:", "Raises:", "ValueError", "TypeError"):
            assert part in text, f"{name}: {part}"


def test_docstrings_of_losses_state_equations_claims_convention_shapes_errors_and_source() -> None:
    for name in losses.__all__:
        text = inspect.getdoc(getattr(losses, name)) or ""
        for part in (
            "loss =",
            "gradient_i^b =",
            "Claims: ``activity.",
            "Convention:",
            "Source:",
            "(B, N)",
            "Returns:",
            "Raises:",
        ):
            assert part in text, f"{name}: {part}"


def test_the_version_is_that_of_the_distribution() -> None:
    assert lvicreg.__version__
