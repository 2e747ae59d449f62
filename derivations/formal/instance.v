(* Vectors and diagonal matrices of two dimensions, to which examples.v applies
   the theorems, and how to calculate with them. *)
Set Warnings "-notation-overridden,-ambiguous-paths".
From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix ring.
From mathcomp.analysis Require Import reals.
From Oja Require Import definitions.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Plane.
Variable R : realType.
Implicit Types (a b k x y : R) (w : 'cV[R]_2).

(* The vector with the entries x and y, and the matrix with a and b on its diagonal. *)
Definition vector x y : 'cV[R]_2 := \col_i (if i == 0 then x else y).
Definition diagonal a b : 'M[R]_2 := diag_mx (\row_i (if i == 0 then a else b)).

Lemma vectorE w : w = vector (w 0 0) (w 1 0).
Proof.
apply/matrixP => i j; rewrite ord1 mxE; case: i => -[|[|//]] i_lt /=.
  by congr (w _ _); apply: val_inj.
by congr (w _ _); apply: val_inj.
Qed.

Lemma vector_add x y x' y' : vector x y + vector x' y' = vector (x + x') (y + y').
Proof. by apply/matrixP => i j; rewrite !mxE; case: ifP. Qed.

Lemma vector_sub x y x' y' : vector x y - vector x' y' = vector (x - x') (y - y').
Proof. by apply/matrixP => i j; rewrite !mxE; case: ifP. Qed.

Lemma vector_scale k x y : k *: vector x y = vector (k * x) (k * y).
Proof. by apply/matrixP => i j; rewrite !mxE; case: ifP. Qed.

Lemma vector_neq0 x y : (vector x y != 0) = (x != 0) || (y != 0).
Proof.
rewrite -negb_and; congr (~~ _); apply/eqP/andP => [/matrixP xy0|[/eqP-> /eqP->]].
  by have := xy0 0 0; have := xy0 1 0; rewrite !mxE /= => -> ->.
by apply/matrixP => i j; rewrite !mxE; case: ifP.
Qed.

Lemma vector_dot x y x' y' : '[vector x y, vector x' y'] = x * x' + y * y'.
Proof. by rewrite /dot !big_ord_recl big_ord0 addr0 !mxE. Qed.

Lemma diagonal_mul a b x y : diagonal a b *m vector x y = vector (a * x) (b * y).
Proof. by apply/matrixP => i j; rewrite mul_diag_mx !mxE; case: ifP. Qed.

Lemma diagonal_s a b x y : s (diagonal a b) (vector x y) = a * x ^+ 2 + b * y ^+ 2.
Proof. by rewrite /s diagonal_mul vector_dot; ring. Qed.

Lemma diagonal_symmetric a b : symmetric (diagonal a b).
Proof. exact: tr_diag_mx. Qed.

Lemma diagonal_semidefinite a b : 0 <= a -> 0 <= b -> semidefinite (diagonal a b).
Proof. by move=> a_ge0 b_ge0 w; rewrite (vectorE w) diagonal_s addr_ge0// mulr_ge0// sqr_ge0. Qed.

End Plane.
