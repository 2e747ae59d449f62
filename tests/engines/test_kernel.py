"""The proof assistant as an engine: what it reports, what it refuses, and what stands on record without it."""

from pathlib import Path

import pytest
from sympy import Symbol

from lvicreg.claims import Claim, measure
from lvicreg.engines import Contradiction, EngineMissing, Equation, Kernel, kernel
from lvicreg.engines.kernel import _axioms, _run, fingerprint, recorded, report, stated
from tests.engines.toy import BASE, EXTENSIONALITY, USE, needs_coq, record


@needs_coq
def test_the_axioms_of_every_file_are_reported(folder: Path) -> None:
    (folder / "pure.v").write_text("Theorem same : 2 = 1 + 1.\nProof. reflexivity. Qed.\n", encoding="utf-8")
    assert report(folder, "Toy") == {
        "a_use.twice": EXTENSIONALITY,
        "a_use.same_function": EXTENSIONALITY,
        "pure.same": (),
    }


@needs_coq
def test_a_theorem_passes_with_the_axioms_on_record_and_no_others(folder: Path) -> None:
    record(folder)
    assert "a_use.twice" in Kernel(folder, "Toy", ("a_use.twice", "a_use.same_function")).run()
    text = (folder / "axioms.txt").read_text(encoding="utf-8")
    (folder / "axioms.txt").write_text(
        text.replace("functional_extensionality_dep", "functional_extensionality"), encoding="utf-8"
    )
    with pytest.raises(Contradiction, match=r"axioms of a_use\.same_function are not those on record: FunctionalExt"):
        Kernel(folder, "Toy", ("a_use.same_function",)).run()


@needs_coq
@pytest.mark.parametrize(
    "cheat",
    [
        "Axiom magic : 1 = 2.\nTheorem wrong : 1 = 2.\nProof. exact magic. Qed.\n",
        "Hypothesis magic : 1 = 2.\nTheorem wrong : 1 = 2.\nProof. exact magic. Qed.\n",
        "Theorem wrong : 1 = 2.\nAdmitted.\n",
    ],
)
def test_what_the_files_themselves_assume_is_refused(folder: Path, cheat: str) -> None:
    (folder / "a_use.v").write_text(USE + cheat, encoding="utf-8")
    with pytest.raises(Contradiction, match="assumed in the files themselves"):
        report(folder, "Toy")


def test_what_theorems_say_is_themselves_and_what_gives_them_a_meaning(folder: Path) -> None:
    assert stated(folder, ["a_use.same_function"]) == (
        "a_use: Theorem same_function : (fun n => double n) = (fun n => n + (n + 0)).\n"
        "base: Definition double (n : nat) := n + n."
    )
    assert stated(folder, ["a_use.twice", "b_use.same_function"]) == (
        "a_use: Theorem twice : forall n, double n = n + n.\nbase: Definition double (n : nat) := n + n."
    )
    (folder / "base.v").write_text(f"(* Not this. *)\nSection S.\nVariables n m : nat.\n{BASE}End S.\n", encoding="utf-8")
    assert stated(folder, []).splitlines() == [
        "base: Section S.",
        "base: Variables n m : nat.",
        "base: Definition double (n : nat) := n + n.",
        "base: End S.",
    ]


@needs_coq
def test_the_part_of_the_claim_that_the_theorems_cover_is_said(folder: Path) -> None:
    record(folder)
    assert Kernel(folder, "Toy", ("a_use.twice",)).run() == "theorems a_use.twice"
    assert Kernel(folder, "Toy", ("a_use.twice",), "twice n").run() == "in part (twice n): theorems a_use.twice"


@needs_coq
def test_a_missing_library_is_not_run(folder: Path) -> None:
    (folder / "pure.v").write_text("From nolibrary Require Import nothing.\n", encoding="utf-8")
    with pytest.raises(EngineMissing, match="library for Coq is not installed"):
        report(folder, "Toy")


@needs_coq
def test_a_proof_by_a_recursion_that_does_not_end_is_refused(folder: Path) -> None:
    cheat = (
        "Unset Guard Checking.\nFixpoint bad (n : nat) : False := bad n.\nTheorem wrong : 1 = 2.\nProof. case (bad 0). Qed.\n"
    )
    (folder / "a_use.v").write_text(USE + cheat, encoding="utf-8")
    with pytest.raises(Contradiction, match="more than axioms"):
        report(folder, "Toy")


@needs_coq
def test_an_unknown_theorem_and_a_lemma_are_no_evidence(folder: Path) -> None:
    record(folder)
    for name in ("a_use.thrice", "a_use.helper", "base.double"):
        with pytest.raises(Contradiction, match=f"no theorem {name}"):
            Kernel(folder, "Toy", (name,)).run()


@needs_coq
def test_what_does_not_compile_fails(folder: Path) -> None:
    (folder / "a_use.v").write_text(USE.replace("double n = n + n", "double n = n"), encoding="utf-8")
    with pytest.raises(Contradiction, match="do not compile"):
        Kernel(folder, "Toy", ("a_use.twice",)).run()


@needs_coq
def test_the_record_is_one_of_these_very_files(folder: Path) -> None:
    kernel = Kernel(folder, "Toy", ("a_use.twice",))
    assert not kernel.on_record
    record(folder)
    assert kernel.on_record
    assert recorded(folder)[1]["a_use.twice"] == EXTENSIONALITY
    assert not Kernel(folder, "Toy", ("a_use.twice", "a_use.thrice")).on_record
    (folder / "base.v").write_text(BASE.replace("n + n", "n + n + 0"), encoding="utf-8")
    assert not kernel.on_record


@pytest.mark.parametrize(
    ("installed", "missing"), [((), "coqc"), (("coqc",), "coq_makefile"), (("coqc", "coq_makefile"), "make")]
)
def test_without_one_of_its_tools_it_is_not_run(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, installed: tuple[str, ...], missing: str
) -> None:
    for tool in installed:
        (tmp_path / tool).touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineMissing, match=f"^{missing} is not installed"):
        report(folder, "Toy")


def test_without_coq_it_is_not_run_and_never_passed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(EngineMissing, match="coqc is not installed"):
        report(folder, "Toy")
    kernel, y = Kernel(folder, "Toy", ("a_use.twice",)), Symbol("y")
    (entry,) = measure(
        [Claim("a", "Title", "", "A proof.", holds=(Equation((y + 1) ** 2, y**2 + 2 * y + 1),), evidence=(kernel,))]
    )
    assert {finding.kind: finding.outcome for finding in entry.findings}["kernel"] == "not run"
    assert entry.kinds == {"symbolic", "exact"}


def test_the_record_is_read_by_hand_too(tmp_path: Path) -> None:
    """Whatever theorems and axioms are called, before or after ``none`` and ``sha256`` in the alphabet."""
    (tmp_path / "axioms.txt").write_text("# by hand\nsha256: 0\na.first: none\nz.last: a.choice, propext\n", encoding="utf-8")
    assert recorded(tmp_path) == ("0", {"a.first": (), "z.last": ("a.choice", "propext")})
    assert not Kernel(tmp_path, "Toy", ("a.first",)).on_record  # not of these files
    (tmp_path / "axioms.txt").write_text(f"sha256: {fingerprint(tmp_path)}\na.first: none\n", encoding="utf-8")
    assert Kernel(tmp_path, "Toy", ("a.first",)).on_record
    assert not Kernel(tmp_path, "Toy", ("a.first", "a.second")).on_record


def test_names_of_axioms_are_read_without_their_types() -> None:
    assert _axioms("Axioms:\nz.last : forall n,\n n = n\na.first\n  : nat\n") == ("a.first", "z.last")
    with pytest.raises(Contradiction, match="more than axioms in it"):
        _axioms("Axioms:\na.first : nat\nbad is assumed to be guarded\n")
    with pytest.raises(Contradiction, match="more than axioms in it"):
        _axioms("Axioms:\n")


def test_what_a_tool_says_is_told(tmp_path: Path) -> None:
    with pytest.raises(Contradiction, match=r"^the theorems do not compile:\nwrong$"):
        _run(tmp_path, "sh", "-c", "echo wrong >&2; exit 1")
    _run(tmp_path, "sh", "-c", "echo right >&2")


def test_fewer_axioms_than_on_record_are_not_those_on_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "axioms.txt").write_text("sha256: 0\na.first: propext\n", encoding="utf-8")
    for found in ((), ("a.choice",), ("z",)):
        monkeypatch.setattr(kernel, "report", lambda *_, found=found: {"a.first": found})
        with pytest.raises(Contradiction, match=r"axioms of a\.first are not those on record"):
            Kernel(tmp_path, "Toy", ("a.first",)).run()
    monkeypatch.setattr(kernel, "report", lambda *_: {"a.first": ("propext",)})
    assert Kernel(tmp_path, "Toy", ("a.first",)).run() == "theorems a.first"
