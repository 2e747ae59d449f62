"""The formal theorems: stated beside the claim's id, cited by that claim, and without a proof where an error is seeded.

That a seeded statement does not compile shows that its proof no longer goes through, which a true one could also do; the
errors are chosen so that the statements are false.
"""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from derivations import NOTE
from derivations.formal import FOLDER, LIBRARY
from lvicreg.engines import Kernel
from lvicreg.engines.kernel import APPLIED, STATED, fingerprint, recorded

needs_coq = pytest.mark.skipif(shutil.which("coqc") is None, reason="not run: coqc is not installed")

SOURCES = {path.stem: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.v")}
CITED = {
    theorem: claim.id
    for claim in NOTE.claims
    for check in claim.evidence
    if isinstance(check, Kernel)
    for theorem in check.theorems
}
STATED_BESIDE = {  # theorem: the text of the comment above it
    f"{file}.{name}": comment
    for file, text in SOURCES.items()
    for comment, name in re.findall(r"\(\*((?:(?!\*\)).)*)\*\)\s*Theorem\s+(\w+)", text, re.DOTALL)
}
STANDARD = {
    "boolp.propositional_extensionality",
    "boolp.functional_extensionality_dep",
    "boolp.constructive_indefinite_description",
}


def test_every_theorem_has_a_comment_with_the_id_of_a_claim_that_cites_it() -> None:
    stated = {f"{file}.{name}" for file, text in SOURCES.items() for name in STATED.findall(text)}
    assert stated == set(STATED_BESIDE)
    for claim in NOTE.claims:
        for check in claim.evidence:
            for theorem in check.theorems if isinstance(check, Kernel) else ():
                assert claim.id in STATED_BESIDE[theorem], f"{claim.id} is not named above {theorem}"
    assert stated == set(CITED)


def test_every_theorem_has_an_example_except_those_that_have_no_hypotheses() -> None:
    stated, applied = ({n for text in SOURCES.values() for n in pattern.findall(text)} for pattern in (STATED, APPLIED))
    assert stated - applied == {"fixed_points", "oja_fixed_points"}
    assert applied <= stated


def test_nothing_is_admitted_and_the_record_has_standard_axioms_only() -> None:
    for text in SOURCES.values():
        assert not re.search(
            r"\b(Admitted|admit|Axioms?|Parameters?|Conjectures?|give_up|Unset \w+ Checking|bypass_check)\b", text
        )
    hashed, listed = recorded(FOLDER)
    assert hashed == fingerprint(FOLDER)
    assert set(listed) == set(CITED)
    assert {axiom for axioms in listed.values() for axiom in axioms} <= STANDARD


# What other files require, compiled once for each test process.
SHARED = ("definitions", "proportional", "fixed_points", "calculus")


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sources, those that others require compiled."""
    folder = tmp_path_factory.mktemp("formal")
    for name in SOURCES:
        shutil.copy(FOLDER / f"{name}.v", folder)
    for name in SHARED:
        assert compiles(folder, name)
    return folder


def compiles(folder: Path, name: str) -> bool:
    command = ["coqc", "-Q", ".", LIBRARY, f"{name}.v"]
    return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 0


# The file that must not compile, where the error is, and the error. A hypothesis is not left out but made void, so that the
# proof still finds one to introduce: it must fail for want of what the hypothesis says.
ERRORS = [
    ("proportional", "definitions", "- lambda *: w.", "- (2 * lambda) *: w."),
    ("proportional", "definitions", "C *m w - s C w *: w.", "C *m w + s C w *: w."),
    ("proportional", "proportional", "s C w != 0 -> O C w", "w = w -> O C w"),
    ("fixed_points", "fixed_points", "C *m w = mu *: w & lambda * '[w, w] = 1", "C *m w = mu *: w & 2 * lambda * '[w, w] = 1"),
    ("fixed_points", "fixed_points", "(0 < s C w /\\ F C lambda w = 0)", "(0 <= s C w /\\ F C lambda w = 0)"),
    ("domain", "domain", "symmetric C -> semidefinite C ->", "symmetric C -> symmetric C ->"),
    ("lyapunov", "lyapunov", "symmetric C -> 0 < s C w ->\n  is_diff", "C = C -> 0 < s C w ->\n  is_diff"),
    ("lyapunov", "lyapunov", "(fun h => - '[F C lambda w, h])", "(fun h => - (2 * '[F C lambda w, h]))"),
    ("lyapunov", "lyapunov", "= - s C w * '[F", "= s C w * '[F"),
    ("lyapunov", "lyapunov", "L C 1 (w b) < L C 1 (w a)", "L C 1 (w a) < L C 1 (w b)"),
    ("stability", "stability", "(- (2 * lambda)) *: v", "(- lambda) *: v"),
    ("stability", "stability", "(lambda * (nu / mu - 1)) *: u", "(lambda * (nu / mu + 1)) *: u"),
    ("stability", "stability", "(2 * '[C *m w, h]) *: w", "'[C *m w, h] *: w"),
]


@needs_coq
@pytest.mark.parametrize(("file", "where", "right", "wrong"), ERRORS, ids=lambda value: value if value in SOURCES else "")
def test_a_seeded_error_does_not_compile(compiled: Path, tmp_path: Path, file: str, where: str, right: str, wrong: str) -> None:
    folder = Path(shutil.copytree(compiled, tmp_path / "formal"))
    text = SOURCES[where]
    assert text.count(right) >= 1, f"{right!r} is not in {where}.v any more"
    (folder / f"{where}.v").write_text(text.replace(right, wrong, 1), encoding="utf-8")
    assert where == file or compiles(folder, where)
    assert not compiles(folder, file)


# A theorem as it begins, and what contradicts one of its hypotheses. Its proof still goes through with this as one more; its
# Example does not, as it would not with any other. That no Example can be written for a contradiction, but for other
# hypotheses one can, is tested on a small theorem with the engine.
CONTRADICTIONS = [
    ("domain", "kernel_is_fixed C w", "C *m w != 0"),
    ("domain", "undefined_on_kernel C w", "s C w < 0"),
    ("fixed_points", "decay_scale C lambda w", "lambda < 0"),
    ("flows", "norm_law C lambda w t", "s C (w t) = 0"),
    ("lyapunov", "decreases_along_flow C (w : R -> 'cV[R]_n.+1) (a b : R)", "b < a"),
    ("stability", "eigenvalue_F_along", "lambda < 0"),
    ("stability", "not_leading_is_unstable (u : 'cV[R]_n.+1) nu", "nu < mu"),
]


@needs_coq
def test_where_hypotheses_contradict_one_another_the_example_does_not_compile(compiled: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(compiled, tmp_path / "formal"))
    texts = dict(SOURCES)
    for file, theorem, contrary in CONTRADICTIONS:
        name = theorem.partition(" ")[0]
        for where, right, wrong in (
            (file, f"Theorem {theorem} :", f"Theorem {theorem} (_ : {contrary}) :"),
            ("examples", f"Example {name}_applies", f"Fail Example {name}_applies"),  # compiles only if the Example does not
        ):
            assert texts[where].count(right) == 1, f"{right!r} is not in {where}.v any more"
            texts[where] = texts[where].replace(right, wrong)
    for file in ("instance", "curve", "domain", "fixed_points", "flows", "lyapunov", "stability", "examples"):
        (folder / f"{file}.v").write_text(texts[file], encoding="utf-8")
        assert compiles(folder, file), file


@needs_coq
@pytest.mark.parametrize("file", sorted({file for file, *_ in ERRORS} - set(SHARED)))
def test_without_one_it_does(compiled: Path, tmp_path: Path, file: str) -> None:
    assert compiles(Path(shutil.copytree(compiled, tmp_path / "formal")), file)
