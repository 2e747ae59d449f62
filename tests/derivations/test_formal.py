"""The formal theorems: stated beside the claim's id, cited by that claim, and false for Coq with a seeded error."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from derivations import SECTIONS
from derivations.checking import section
from derivations.formal import FOLDER, LIBRARY
from lvicreg.claims import Kernel
from lvicreg.claims.kernel import STATED, fingerprint, recorded

needs_coq = pytest.mark.skipif(shutil.which("coqc") is None, reason="not run: coqc is not installed")

SOURCES = {path.stem: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.v")}
CITED = {
    theorem: claim.id
    for name in SECTIONS
    for claim in section(name).claims
    for check in claim.evidence
    if isinstance(check, Kernel)
    for theorem in check.theorems
}
STATED_BESIDE = {  # theorem: the text of the comment above it
    f"{file}.{name}": comment
    for file, text in SOURCES.items()
    for comment, name in re.findall(r"\(\*((?:(?!\*\)).)*)\*\)\s*Theorem\s+(\w+)", text, re.DOTALL)
}
STANDARD = {"propositional_extensionality", "functional_extensionality_dep", "constructive_indefinite_description"}


def test_every_theorem_has_a_comment_with_the_id_of_a_claim_that_cites_it() -> None:
    stated = {f"{file}.{name}" for file, text in SOURCES.items() for name in STATED.findall(text)}
    assert stated == set(STATED_BESIDE)
    for name in SECTIONS:
        for claim in section(name).claims:
            for check in claim.evidence:
                for theorem in check.theorems if isinstance(check, Kernel) else ():
                    assert claim.id in STATED_BESIDE[theorem], f"{claim.id} is not named above {theorem}"
    assert stated == set(CITED)


def test_nothing_is_admitted_and_the_record_has_standard_axioms_only() -> None:
    for text in SOURCES.values():
        assert not re.search(r"\b(Admitted|admit|Axiom|Parameter|Conjecture|Hypothesis|give_up)\b", text)
    hashed, listed = recorded(FOLDER)
    assert hashed == fingerprint(FOLDER)
    assert set(listed) == set(CITED)
    assert {axiom.rpartition(".")[2] for axioms in listed.values() for axiom in axioms} <= STANDARD


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the compiled definitions and what other files share."""
    folder = tmp_path_factory.mktemp("formal")
    for name in SOURCES:
        shutil.copy(FOLDER / f"{name}.v", folder)
    for name in SHARED:
        assert compiles(folder, name)
    return folder


def compiles(folder: Path, name: str) -> bool:
    command = ["coqc", "-Q", ".", LIBRARY, f"{name}.v"]
    return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 0
