(* A curve that follows Oja's rule for C with 2 and 1 on its diagonal, without
   ever resting.

   Oja's flow is g / sqrt (1 + |g|^2 - |g(0)|^2), where g' = C g.  From the
   weights (1/3, 2/3), and with q for e^t, this is g = (q^2 / 3, 2 q / 3), and the
   root is (q^2 + 2) / 3. *)
Set Warnings "-notation-overridden,-ambiguous-paths".
From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix ring.
From mathcomp.classical Require Import boolp functions.
From mathcomp.analysis Require Import reals topology normedtype derive sequences exp.
From Oja Require Import definitions calculus instance.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.
Local Open Scope ring_scope.

Section Curve.
Variable R : realType.
Implicit Types q t : R.

Definition path q : 'cV[R]_2 := (q ^+ 2 + 2)^-1 *: vector (q ^+ 2) (2 * q).
Definition curve t := path (expR t).
Local Notation C := (diagonal 2 1 : 'M[R]_2).

Lemma denominator_gt0 q : 0 < q ^+ 2 + 2.
Proof. by rewrite ltr_paddl ?sqr_ge0 ?ltr0n. Qed.

(* The variance along the curve. *)
Lemma path_s q : s C (path q) = 2 * q ^+ 2 / (q ^+ 2 + 2).
Proof.
have d0 := lt0r_neq0 (denominator_gt0 q).
by rewrite /path sZ diagonal_s; field; rewrite d0.
Qed.

Lemma curve_s_gt0 t : 0 < s C (curve t).
Proof. by rewrite path_s divr_gt0 ?denominator_gt0// mulr_gt0 ?ltr0n// exprn_gt0 ?expR_gt0. Qed.

(* Oja's mean update along the curve. *)
Lemma path_O q : O C (path q) =
  (q ^+ 2 + 2) ^- 2 *: vector (4 * q ^+ 2) (2 * q * (2 - q ^+ 2)).
Proof.
have d0 := lt0r_neq0 (denominator_gt0 q).
rewrite /O path_s /path -scalemxAr diagonal_mul !vector_scale vector_sub.
by congr vector; field; rewrite d0.
Qed.

Lemma curve_O_neq0 t : O C (curve t) != 0.
Proof.
rewrite path_O vector_scale vector_neq0 lt0r_neq0// mulr_gt0//.
  by rewrite invr_gt0 exprn_gt0 ?denominator_gt0.
by rewrite mulr_gt0 ?ltr0n// exprn_gt0 ?expR_gt0.
Qed.

Lemma is_diff_path q : is_diff q path (fun h =>
    h *: ((q ^+ 2 + 2) ^- 2 *: vector (4 * q) (2 * (2 - q ^+ 2)))).
Proof.
have d0 := lt0r_neq0 (denominator_gt0 q).
have square := is_diff_mul (is_diff_id q) (is_diff_id q).
have inverse := is_diff_inv (is_diffD square (is_diff_cst (2 : R) q)) d0.
have numerator :
    is_diff q (fun q => vector (q * q) (2 * q)) (fun h => vector (q * h + q * h) (2 * h)).
  apply: is_diff_vector => i; case: (eqVneq i 0) => [->|/negbTE i0].
    by have := square; congr is_diff_def; apply/funext => h; rewrite mxE.
  have := is_diffZ (2 : R) (is_diff_id q).
  by congr is_diff_def; apply/funext => h; rewrite mxE i0.
have := is_diff_scale inverse numerator; congr is_diff_def; apply/funext => h /=.
rewrite !fctE !vector_scale -expr2 vector_add.
by congr vector; rewrite (addr0 (q * h + q * h)); field; rewrite d0.
Qed.

Lemma curve_flow t : is_derive t 1 curve (O C (curve t)).
Proof.
have := is_derive_along (is_derive_expR t) (is_diff_path (expR t)).
rewrite /curve path_O !vector_scale; congr (is_derive _ _ _ (vector _ _)); ring.
Qed.

End Curve.
