"""What counts as changed: of a claim what it says, its evidence and the engines; of a section also what writes its files."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from derivations import NOTE
from lvicreg.claims import Claim, Entry, Finding
from lvicreg.engines import Kernel
from lvicreg.project import changed
from lvicreg.project.changed import Changes

ROOT = Path(__file__).parents[2]
FILES = {
    "small/__init__.py": """\
from pathlib import Path

from lvicreg.project import Generated, Project

SMALL = Project("small", ("a", "b", "c"), Path(__file__).parents[1], Generated("small_rules", "", ""),
                Generated("small_losses", "", ""), (), ())
""",
    "small/symbols.py": "from sympy import Symbol\n\ny, half = Symbol('y'), 1\n",
    "small/a.py": """\
from lvicreg.claims import Claim
from lvicreg.engines import Equation
from small.symbols import half, y

TITLE = "A"
claims = [Claim("a", "A", "words", "A proof.", holds=(Equation((y + half) ** 2, y**2 + 2 * half * y + half**2),))]
""",
    "small/b.py": """\
from sympy import Symbol

from lvicreg.calculus import Definitions
from lvicreg.claims import Claim
from lvicreg.engines import Equation, Fractions
from small.independent.thirds import pairs
from small.symbols import y

TITLE = "B"
LAYERS = {"b": Definitions({y: Symbol("u") ** 2})}
claims = [Claim("b", "B", "words", "A proof.", holds=(Equation((y - 1) ** 2, y**2 - 2 * y + 1),), evidence=(Fractions(pairs),)),
          Claim("b.alone", "B", "words", "A proof.", holds=(Equation((y - 2) ** 2, y**2 - 4 * y + 4),))]
""",
    "small/c.py": """\
from fractions import Fraction

from lvicreg.claims import Claim
from lvicreg.engines import Equation, Fractions
from small.symbols import y


def own():
    yield Fraction(2, 4), Fraction(1, 2)


TITLE = "C"
claims = [Claim("c", "C", "words", "A proof.", holds=(Equation((y - 3) ** 2, y**2 - 6 * y + 9),), evidence=(Fractions(own),))]
""",
    "small/independent/__init__.py": "",
    "small/independent/thirds.py": "from fractions import Fraction\n\ndef pairs():\n    yield Fraction(2, 6), Fraction(1, 3)\n",
    "small/record/approved.json": "{}",
    "small_rules/a.py": "",
    "small_losses/b.py": "",
    "book/_generated/a.md": "",
    "README.md": "claims",
}
SCRIPT = """\
import sys
from lvicreg.claims import measure
from lvicreg.project.changed import Changes
from small import SMALL
changes, names = Changes(SMALL), sys.argv[1:]
print(*changes.sections, "|", *(claim.id for claim in SMALL.claims if changes.findings(claim) is None))
changes.remember(measure(SMALL.claims_of(names)), names)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small project of which all is remembered to be fit."""
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert changes(tmp_path, "a", "b", "c") == "a b c | a b b.alone c"
    assert changes(tmp_path) == "|"
    return tmp_path


def changes(folder: Path, *remembered: str) -> str:
    """The sections and the claims that have changed, in a process of its own; then some are remembered."""
    variables = {**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-c", SCRIPT, *remembered]
    result = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("small/a.py", "TITLE", "# a comment\nTITLE", "a |"),
        ("small/a.py", "words", "other words", "a | a"),
        ("small/b.py", "4 * y + 4", "4 * (y - 1)", "b |"),
        ("small/b.py", "(y - 2)", "(2 - y)", "b | b.alone"),
        ("small/symbols.py", "1", "2", "a b c | a"),
        ("small/symbols.py", "('y')", "('y', real=True)", "a b c | a b b.alone c"),
        ("small/b.py", '("u") ** 2', '("u") ** 3', "a b c |"),
        ("small/c.py", "(2, 4)", "(3, 6)", "c | c"),
        ("small/independent/thirds.py", "(2, 6)", "(3, 9)", "b | b"),
        ("small/record/approved.json", "{}", "{ }", "a b c |"),
        ("small/__init__.py", '"", ""), (), ()', '"other", ""), (), ()', "a b c |"),
        ("small_rules/a.py", "", "written by hand", "a b c |"),
        ("small_losses/b.py", "", "written by hand", "a b c |"),
        ("book/_generated/a.md", "", "written by hand", "a b c |"),
        ("README.md", "claims", "written by hand", "a b c |"),
    ],
)
def test_what_has_changed(folder: Path, name: str, old: str, new: str, told: str) -> None:
    path = folder / name
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    assert changes(folder) == told


def test_a_file_that_comes_or_goes_may_be_listed_somewhere(folder: Path) -> None:
    (folder / "small" / "independent" / "more.py").write_text("", encoding="utf-8")
    assert changes(folder) == "a b c |"


def test_what_is_edited_while_a_check_runs_is_not_taken_for_what_was_checked(folder: Path) -> None:
    code = """
from small import SMALL
from lvicreg.project.changed import Changes
from lvicreg.claims.ledger import measure
now = Changes(SMALL)
path = SMALL.folder / "independent" / "thirds.py"
path.write_text(path.read_text().replace("(2, 6)", "(3, 6)"))
now.remember(measure(SMALL.claims_of(SMALL.sections)), SMALL.sections)
"""
    variables = {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)])}
    subprocess.run([sys.executable, "-c", code], cwd=folder, env=variables, check=True)
    assert changes(folder) == "b | b"


def test_what_was_fit_is_remembered_section_by_section(folder: Path) -> None:
    for name in ("a", "b"):
        path = folder / "small" / f"{name}.py"
        path.write_text(path.read_text(encoding="utf-8").replace("words", "other words"), encoding="utf-8")
    assert changes(folder, "a") == "a b | a b b.alone"
    assert changes(folder) == "b | b b.alone"


def test_a_file_that_was_written_by_hand_is_not_forgotten_with_another_section(folder: Path) -> None:
    (folder / "small_rules" / "a.py").write_text("by hand", encoding="utf-8")
    assert changes(folder, "b") == "a b c |"
    assert changes(folder, "a", "b", "c") == "a b c |"
    assert changes(folder) == "|"


@pytest.mark.parametrize(
    ("parts", "claims", "sections"),
    [(changed.CHECKING, True, True), (changed.WRITING, False, True)],
)
def test_another_engine_is_another_check(monkeypatch, tmp_path: Path, parts, claims: bool, sections: bool) -> None:
    of, files = Changes._of, changed._tool_files(parts)
    before = Changes(NOTE)
    claim = NOTE.section("oja").claims[0]
    of_claim, of_section = before._of_claim(claim), before._of_section("invariance")
    monkeypatch.setattr(Changes, "_of", lambda self, paths: of(self, paths) + " and more" * (paths == files))
    assert (before._of_claim(claim) != of_claim, before._of_section("invariance") != of_section) == (claims, sections)


def test_every_package_is_a_tool_or_generated_or_read_by_none() -> None:
    folders = {path.name for path in (ROOT / "lvicreg").iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert folders - {*changed.CHECKING, *changed.WRITING} == {"derive", "losses", "mutation", "rules"}
    names = {path.relative_to(ROOT / "lvicreg").as_posix() for path in changed._tool_files(changed.WRITING)}
    assert {"project/pages/text.py", "codegen/emit.py", "conventions/terms.py"} <= names
    assert {"sympy", "numpy", "autograd", "python-flint", "z3-solver"} == set(changed.LIBRARIES)
    assert sys.version in changed._versions()


def test_another_version_of_a_library_is_another_check(monkeypatch: pytest.MonkeyPatch) -> None:
    claim, now = NOTE.section("oja").claims[0], Changes(NOTE)
    before = now._of_claim(claim)
    monkeypatch.setattr(changed, "_versions", lambda: "sympy 1.15")
    assert now._of_claim(claim) != before


def test_what_a_kernel_found_is_not_remembered(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (claim,) = NOTE.section("invariance").claims[:1]
    findings = tuple(Finding(kind, "", "passed", "", 0.1) for kind in ("symbolic", Kernel.kind))
    monkeypatch.setattr(Changes, "_of_section", lambda self, name: name)
    monkeypatch.setattr(changed, "write", lambda files: [path.write_text(text) for path, text in files.items()])
    now = Changes(NOTE)
    now.path = folder / "memory.json"
    now.remember([Entry(claim, findings)], ["invariance"])
    again = Changes(NOTE)
    assert isinstance(claim, Claim)
    again._claims = json.loads(now.path.read_text(encoding="utf-8"))["claims"]
    assert again.findings(claim) == findings[:1]


def test_of_a_damaged_memory_nothing_is_remembered(folder: Path) -> None:
    (folder / ".derived.json").write_text("{", encoding="utf-8")
    assert changes(folder) == "a b c | a b b.alone c"
