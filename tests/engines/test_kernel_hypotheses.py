"""The proof assistant as an engine: hypotheses that a theorem makes must be met by an Example of all of them."""

from pathlib import Path

import pytest

from lvicreg.engines import Contradiction, Kernel
from lvicreg.engines.kernel import report
from tests.engines.toy import SMALL, USE, needs_coq


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
