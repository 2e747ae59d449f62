(* The two learning rules, their loss and the words used about them.

   Vectors are columns of n real numbers and C is a square matrix, in every
   dimension n.  Everything below is an expectation over the inputs, so that C
   (the covariance of the inputs, or their second moment) is all that is left
   of their distribution.

   A reader needs from Coq's notation only this: *m is the product of matrices,
   *: the product of a number and a vector, ^-1 the inverse of a number, \sum_i
   the sum over all indices, and u i 0 the i-th entry of the column u. *)
Set Warnings "-notation-overridden,-ambiguous-paths".
From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.analysis Require Import reals exp.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Definitions.
Variables (R : realType) (n : nat).
Implicit Types (C : 'M[R]_n) (u v w : 'cV[R]_n) (lambda : R).

(* The inner product of two vectors, written '[u, v] below. *)
Definition dot u v : R := \sum_i u i 0 * v i 0.

(* The variance of the output of a neuron with weights w: w^T C w. *)
Definition s C w : R := dot w (C *m w).

(* The mean update of log-variance with weight decay lambda. *)
Definition F C lambda w : 'cV[R]_n := (s C w)^-1 *: (C *m w) - lambda *: w.

(* The mean update of Oja's rule. *)
Definition O C w : 'cV[R]_n := C *m w - s C w *: w.

(* The loss of log-variance with weight decay lambda. *)
Definition L C lambda w : R := - (1 / 2 * ln (s C w)) + lambda / 2 * dot w w.

(* What a covariance matrix is. *)
Definition symmetric C : Prop := C^T = C.
Definition semidefinite C : Prop := forall v, 0 <= s C v.

End Definitions.

Notation "''[' u , v ]" := (dot u v) (format "''[' u ,  v ]") : ring_scope.

(* The inner product is symmetric, linear in each argument and positive. *)
Section InnerProduct.
Variables (R : realType) (n : nat).
Implicit Types (C : 'M[R]_n) (u v w : 'cV[R]_n) (k : R).

Lemma dotC u v : '[u, v] = '[v, u].
Proof. by apply: eq_bigr => i _; rewrite mulrC. Qed.

Lemma dotDr u v w : '[u, v + w] = '[u, v] + '[u, w].
Proof. by rewrite -big_split; apply: eq_bigr => i _; rewrite mxE mulrDr. Qed.

Lemma dotZr k u v : '[u, k *: v] = k * '[u, v].
Proof. by rewrite mulr_sumr; apply: eq_bigr => i _; rewrite mxE mulrCA. Qed.

Lemma dotNr u v : '[u, - v] = - '[u, v].
Proof. by rewrite -scaleN1r dotZr mulN1r. Qed.

Lemma dotBr u v w : '[u, v - w] = '[u, v] - '[u, w].
Proof. by rewrite dotDr dotNr. Qed.

Lemma dot0r u : '[u, 0] = 0.
Proof. by rewrite -(scale0r u) dotZr mul0r. Qed.

Lemma dotDl u v w : '[u + v, w] = '[u, w] + '[v, w].
Proof. by rewrite ![dot _ w]dotC dotDr. Qed.

Lemma dotZl k u v : '[k *: u, v] = k * '[u, v].
Proof. by rewrite ![dot _ v]dotC dotZr. Qed.

Lemma dotBl u v w : '[u - v, w] = '[u, w] - '[v, w].
Proof. by rewrite ![dot _ w]dotC dotBr. Qed.

Lemma dot0l u : '[0, u] = 0.
Proof. by rewrite dotC dot0r. Qed.

Lemma dot_ge0 u : 0 <= '[u, u].
Proof. by apply: sumr_ge0 => i _; rewrite -expr2 sqr_ge0. Qed.

Lemma dot_eq0 u : ('[u, u] == 0) = (u == 0).
Proof.
apply/idP/eqP=> [/eqP uu0|->]; last by rewrite dot0r.
apply/matrixP=> i j; rewrite ord1 mxE; apply/eqP.
by rewrite -sqrf_eq0 expr2 (psumr_eq0P _ uu0)// => k _; rewrite -expr2 sqr_ge0.
Qed.

Lemma dot_gt0 u : (0 < '[u, u]) = (u != 0).
Proof. by rewrite lt_def dot_eq0 dot_ge0 andbT. Qed.

(* A symmetric matrix may be moved from one side to the other. *)
Lemma dot_symmetric C u v : symmetric C -> '[C *m u, v] = '[u, C *m v].
Proof.
have dotE x y : '[x, y] = (x^T *m y) 0 0.
  by rewrite mxE; apply: eq_bigr => i _; rewrite mxE.
by move=> symC; rewrite !dotE trmx_mul symC mulmxA.
Qed.

(* The variance is homogeneous of degree two. *)
Lemma sZ C k w : s C (k *: w) = k ^+ 2 * s C w.
Proof. by rewrite /s -scalemxAr dotZr dotZl mulrA expr2. Qed.

End InnerProduct.
