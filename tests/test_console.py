"""Commands on a terminal without UTF-8: no character stops them, and what is shown can be read."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lvicreg._console import SPELLINGS, spelling
from tests.processes import ROOT


def run(*arguments: str, folder: Path, **environment: str) -> str:
    """What a command shows, as its terminal gets it."""
    variables = {name: text for name, text in os.environ.items() if name not in ("LANG", "LC_ALL", "PYTHONIOENCODING")}
    variables |= {"PYTHONPATH": str(ROOT), "COLUMNS": "80", **environment}
    result = subprocess.run([sys.executable, *arguments], cwd=folder, env=variables, capture_output=True, check=False)
    assert result.returncode in (0, 1), result.stderr.decode()
    assert result.stderr == b""
    return result.stdout.decode("utf-8" if environment.get("PYTHONIOENCODING") is None else environment["PYTHONIOENCODING"])


ENCODINGS = (
    {"PYTHONIOENCODING": "ascii"},
    {"PYTHONIOENCODING": "cp1252"},
    {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
)


@pytest.mark.parametrize("environment", ENCODINGS, ids=lambda each: next(iter(each.values())))
def test_a_loss_is_derived_and_refuted(environment: dict[str, str], tmp_path: Path) -> None:
    derive = "-m", "lvicreg", "derive"
    run(*derive, "--new", "mine", folder=tmp_path, **environment)
    shown = run(*derive, "mine.py", folder=tmp_path, **environment)
    assert "+ mine.gradient                        symbolic exact autodiff" in shown
    assert "in mine; then: pytest mine" in shown
    source = (tmp_path / "mine.py").read_text(encoding="utf-8")
    wrong = source.replace("options =", "from lvicreg.calculus.layer import p, q\n\nclaimed = W[p, q]\noptions =")
    (tmp_path / "mine.py").write_text(wrong, encoding="utf-8")
    shown = run(*derive, "mine.py", folder=tmp_path, **environment)
    assert "refuted: mine.claimed is not minus the gradient of the loss" in shown


@pytest.mark.parametrize("environment", ENCODINGS, ids=lambda each: next(iter(each.values())))
def test_claims_are_reported_and_seeded_errors_counted(environment: dict[str, str], tmp_path: Path) -> None:
    script = (
        "from derivations import NOTE\n"
        "from lvicreg._console import terminal\n"
        "from lvicreg.claims import Entry, Finding\n"
        "from lvicreg.mutation.command import table\n"
        "from lvicreg.project.record import Mutant\n"
        "from lvicreg.project.report import show\n"
        "console = terminal()\n"
        "found = {claim: tuple(Finding(each.kind, '', 'passed', '', 1.0) for each in claim.checks) for claim in NOTE.claims}\n"
        "for verbose in (False, True): show({'\\u03bb\\u00b2': [*map(Entry, found, found.values())]}, console, verbose)\n"
        "console.print(table([Mutant('a', '2', 'caught', ''), Mutant('b', '1', 'survived', '')]))\n"
    )
    shown = run("-c", script, folder=tmp_path, **environment)
    assert "lambda^2\n" in shown or "lambda²\n" in shown
    assert "+ machine-checked at every size" in shown
    assert "refuted, by published-error.loss" in shown
    assert "survived" in shown
    assert "\\N{BOX" not in shown


def test_characters_have_spellings_in_ascii() -> None:
    assert (
        "".join(map(spelling, "✓ λ² ‖ σΣΔ é"))
        == "+ lambda^2 \\N{DOUBLE VERTICAL LINE} sigmaSumDelta \\N{LATIN SMALL LETTER E WITH ACUTE}"
    )
    assert all(text.isascii() and not character.isascii() for character, text in SPELLINGS.items())
