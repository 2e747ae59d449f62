"""The package as it is imported: no SymPy, every rule at hand."""

import inspect
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import lvicreg
from lvicreg import losses, rules

ROOT = Path(__file__).parents[1]


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
    assert lvicreg.__version__ == version("lvicreg")
    assert f"\nversion: {lvicreg.__version__}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")


def test_a_checkout_that_is_not_installed_can_be_imported(tmp_path: Path) -> None:
    """With what it needs, but without its metadata."""
    shutil.copytree(ROOT / "lvicreg", tmp_path / "lvicreg", ignore=shutil.ignore_patterns("__pycache__"))
    script = (
        "import importlib.metadata as m\n"
        "m.version = lambda name: 1 / 0 if name == 'lvicreg' else ''\n"
        "import lvicreg.rules\n"
        "print(lvicreg.__file__)"
    )
    found = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert found.stdout.startswith(str(tmp_path))
