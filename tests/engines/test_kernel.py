"""The proof assistant as an engine: what it reports, what it refuses, and what stands on record without it."""

import shutil
from pathlib import Path

import pytest
from sympy import Symbol

from lvicreg.claims import Claim, measure
from lvicreg.engines import Contradiction, EngineMissing, Equation, Kernel, kernel
from lvicreg.engines.kernel import _axioms, _run, as_record, fingerprint, recorded, report, stated

needs_coq = pytest.mark.skipif(shutil.which("coqc") is None, reason="not run: coqc is not installed")

BASE = "Definition double (n : nat) := n + n.\n"
USE = """\
From Toy Require Import base.
From Coq Require Import FunctionalExtensionality.
Theorem twice : forall n, double n = n + n.
Proof. reflexivity. Qed.
Lemma helper : True. Proof. exact I. Qed.
Theorem same_function : (fun n => double n) = (fun n => n + (n + 0)).
Proof. extensionality n. unfold double. rewrite <- plus_n_O. reflexivity. Qed.
"""
SMALL = "Theorem small : forall n, n <= 1 -> n < 2.\nProof. exact (fun n => le_n_S n 1). Qed.\n"
EXTENSIONALITY = ("FunctionalExtensionality.functional_extensionality_dep",)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "base.v").write_text(BASE, encoding="utf-8")
    (tmp_path / "a_use.v").write_text(USE, encoding="utf-8")  # before base in the alphabet, after it in the build
    return tmp_path


def record(folder: Path) -> None:
    (folder / "axioms.txt").write_text(as_record(folder, "Toy", "test"), encoding="utf-8")


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


@needs_coq
@pytest.mark.parametrize(
    "example",
    [
        "Example small_applies : 0 < 2 := small 0 (le_S 0 0 (le_n 0)).",
        "Example small_applies : 1 < 2. Proof. apply small. repeat constructor. Defined.",
        "Example small_applies (A : Type) : 1 < 2 := small 1 (le_n 1).",
    ],
)
def test_a_theorem_with_hypotheses_is_accepted_where_an_example_meets_them(folder: Path, example: str) -> None:
    (folder / "a_use.v").write_text(SMALL, encoding="utf-8")
    (folder / "shown.v").write_text(f"From Toy Require Import a_use.\n{example}\n", encoding="utf-8")
    assert report(folder, "Toy") == {"a_use.small": ()}


@needs_coq
def test_a_theorem_with_hypotheses_is_refused_without_an_example(folder: Path) -> None:
    (folder / "a_use.v").write_text(SMALL, encoding="utf-8")
    with pytest.raises(Contradiction, match=r"a_use\.small has hypotheses, and no Example small_applies"):
        Kernel(folder, "Toy", ("a_use.small",)).run()


@needs_coq
def test_hypotheses_behind_a_name_are_seen(folder: Path) -> None:
    theorem = SMALL.replace("forall n, n <= 1 -> n < 2", "bounded")
    (folder / "a_use.v").write_text(f"Definition bounded := forall n, n <= 1 -> n < 2.\n{theorem}", encoding="utf-8")
    with pytest.raises(Contradiction, match=r"a_use\.small has hypotheses, and no Example small_applies"):
        Kernel(folder, "Toy", ("a_use.small",)).run()


@needs_coq
@pytest.mark.parametrize(
    "cheat",
    [
        "Record empty := {number : nat; impossible : number < number}.\nTheorem wrong (e : empty) : 1 = 2.\n",
        "Inductive empty := .\nTheorem wrong (e : empty) : 1 = 2.\n",
        "Theorem wrong (e : {n : nat | n < n}) : 1 = 2.\n",
        "Theorem wrong (e : { n | n < n}) : 1 = 2.\n",
        "Theorem wrong (e : {n : nat & n < n}) : 1 = 2.\n",
        "Theorem wrong (e : sig (fun n => n < n)) : 1 = 2.\n",
        "Theorem wrong (e : Empty_set) : 1 = 2.\n",
        "#[local] Inductive empty := .\nTheorem wrong (e : empty) : 1 = 2.\n",
        "Variant empty := .\nTheorem wrong (e : empty) : 1 = 2.\n",
    ],
)
def test_hypotheses_in_types_are_refused(folder: Path, cheat: str) -> None:
    (folder / "a_use.v").write_text(f"{USE}(* {{x | x < x}} *)\n{cheat}Proof. admit. Admitted.\n", encoding="utf-8")
    with pytest.raises(Contradiction, match=r"a_use\.v makes a type: "):
        report(folder, "Toy")


@needs_coq
@pytest.mark.parametrize(
    "statement",
    [
        "forall p : (1 < 0) * nat, 1 = 2",
        "forall p : (1 < 0) * (0 < 1), 1 = 2",
        "forall p : {1 < 0} + {2 < 1}, 1 = 2",
        "forall p : nat -> hidden, 1 = 2",
        "forall p : (forall A : Type, A), 1 = 2",
    ],
)
def test_hypotheses_in_the_type_of_what_a_theorem_takes_are_refused(folder: Path, statement: str) -> None:
    cheat = f"Definition hidden := ((1 < 0) * nat)%type.\nTheorem wrong : ({statement})%type.\nProof. admit. Admitted.\n"
    (folder / "a_use.v").write_text(USE + cheat, encoding="utf-8")
    with pytest.raises(
        Contradiction, match=r"a_use\.wrong (takes something in whose type a hypothesis may stand|has hypotheses)"
    ):
        report(folder, "Toy")


@needs_coq
@pytest.mark.parametrize(
    "statement",
    [
        "n = n /\\ (n < 0 -> n = 1)",
        "exists m, m < 0 -> n = 1",
        "n = 1 \\/ exists m, m = n /\\ forall k, k < 0 -> n = 1",
        "bounded n",
        "n = 1 \\/ bounded n",
        "exists m, bounded m",
    ],
)
def test_hypotheses_within_a_conclusion_are_refused(folder: Path, statement: str) -> None:
    behind = "Definition bounded n := n = n /\\ (n < 0 -> n = 1).\n"
    cheat = f"{behind}Theorem wrong (n : nat) : {statement}.\nProof. admit. Admitted.\n"
    (folder / "a_use.v").write_text(USE + cheat, encoding="utf-8")
    with pytest.raises(Contradiction, match=r"a_use\.wrong has hypotheses within its conclusion"):
        report(folder, "Toy")


@needs_coq
@pytest.mark.parametrize(
    "statement",
    [
        "forall (A : Type) (P : A -> Prop) (l : list nat) (f : nat -> nat), f 0 = f (0 + 0)",
        "0 <> 1 /\\ ~ 1 = 2",
        "(0 = 1 <-> exists m, m = 1 /\\ forall k, k < 1 -> k = m) <-> (0 = 1 <-> exists m, m = 1 /\\ forall k, k < 1 -> k = m)",
    ],
)
def test_data_and_what_is_said_to_be_equivalent_are_no_hypotheses(folder: Path, statement: str) -> None:
    (folder / "pure.v").write_text(f"Theorem fine : {statement}.\nProof. firstorder discriminate. Qed.\n", encoding="utf-8")
    assert report(folder, "Toy")["pure.fine"] == ()


@needs_coq
@pytest.mark.parametrize(
    "example",
    [
        "Example small_applies : forall n, n <= 1 -> n < 2 := small.",
        "Example small_applies n (small_n : n <= 1) : n < 2 := small n small_n.",
        "Example small_applies : 0 < 2 := le_S 1 1 (le_n 1).",
        "Example small_applies n (p : (n <= 1) * nat) : n < 2 := small n (let (small_n, _) := p in small_n).",
        "Example small_applies : True := (fun _ => I) small.",
        "Example small_applies : 0 < 2. Proof. exact (small 0 (le_S 0 0 (le_n 0))). Qed.",  # its proof cannot be looked at
    ],
)
def test_an_example_that_does_not_apply_its_theorem_to_all_that_it_asks_for_is_refused(folder: Path, example: str) -> None:
    (folder / "a_use.v").write_text(f"{SMALL}{example}\n", encoding="utf-8")
    with pytest.raises(Contradiction, match=r"Example a_use\.small_applies is not a_use\.small with all that it asks for"):
        Kernel(folder, "Toy", ("a_use.small",)).run()


@needs_coq
@pytest.mark.parametrize(("more", "can_be_met"), [("n <> 1", True), ("1 < n", False)])
def test_no_example_can_be_written_where_hypotheses_contradict_one_another(folder: Path, more: str, can_be_met: bool) -> None:
    theorem = SMALL.replace("n <= 1 ->", f"n <= 1 -> {more} ->").replace("(fun n => le_n_S n 1)", "(fun n h _ => le_n_S n 1 h)")
    example = "Example small_applies : 0 < 2 := small 0 (le_S 0 0 (le_n 0)) ltac:(auto)."
    (folder / "a_use.v").write_text(f"{theorem}{example}\n", encoding="utf-8")
    if can_be_met:
        assert report(folder, "Toy") == {"a_use.small": ()}
    else:
        with pytest.raises(Contradiction, match="do not compile"):
            report(folder, "Toy")


@needs_coq
def test_an_example_may_use_no_axioms_but_those_on_record(folder: Path) -> None:
    (folder / "a_use.v").write_text(
        f"{SMALL}From Coq Require Import FunctionalExtensionality.\n"
        "Lemma met : 0 <= 1. Proof. pose proof @functional_extensionality_dep. auto. Qed.\n"
        "Example small_applies : 0 < 2 := small 0 met.\n",
        encoding="utf-8",
    )
    (folder / "axioms.txt").write_text("a_use.small: none\n", encoding="utf-8")
    with pytest.raises(Contradiction, match=r"axioms of a_use\.small are not those on record: FunctionalExtensionality"):
        Kernel(folder, "Toy", ("a_use.small",)).run()


@needs_coq
def test_an_example_may_assume_nothing_itself(folder: Path) -> None:
    magic = "Axiom magic : 0 <= 1.\nExample small_applies : 0 < 2 := small 0 magic.\n"
    (folder / "a_use.v").write_text(SMALL + magic, encoding="utf-8")
    with pytest.raises(Contradiction, match=r"assumed in the files themselves, not in a library: a_use\.magic"):
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
    (entry,) = measure([Claim("a", "", holds=(Equation((y + 1) ** 2, y**2 + 2 * y + 1),), evidence=(kernel,))])
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
