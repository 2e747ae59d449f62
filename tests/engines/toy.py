"""A toy of a library for Coq."""

import shutil
from pathlib import Path

import pytest

from lvicreg.engines.kernel import as_record

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


def record(folder: Path) -> None:
    (folder / "axioms.txt").write_text(as_record(folder, "Toy", "test"), encoding="utf-8")
