(* What the theorems ask for can be met: each that asks for something is applied
   here to matrices, vectors and curves that have it.  If its hypotheses
   contradicted one another, there would be nothing to apply it to.

   Example x_applies is theorem x, given proofs of all its hypotheses.  C has the
   eigenvalue 2 along v and 1 along u, so that v is the leading eigenvector; w is
   no eigenvector.  The numbers are of any realType, as in the theorems; the real
   numbers of Coq are one (Rstruct.v of MathComp-Analysis). *)
Set Warnings "-notation-overridden,-ambiguous-paths".
From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix ring.
From mathcomp.classical Require Import boolp functions.
From mathcomp.analysis Require Import reals topology normedtype derive exp.
From Oja Require Import definitions proportional fixed_points domain calculus flows lyapunov stability instance curve.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.
Local Open Scope ring_scope.

Section Examples.
Variable R : realType.
Local Notation C := (diagonal 2 1 : 'M[R]_2).
Local Notation w := (vector 1 1 : 'cV[R]_2).
Local Notation v := (vector 1 0 : 'cV[R]_2).
Local Notation u := (vector 0 1 : 'cV[R]_2).

(* The two rules side by side. *)
Lemma symC : symmetric C.
Proof. exact: diagonal_symmetric. Qed.

Lemma s_w : s C w = 3.
Proof. by rewrite diagonal_s; ring. Qed.

Lemma s_gt0 : 0 < s C w.
Proof. by rewrite s_w ltr0n. Qed.

Lemma s_neq0 : s C w != 0.
Proof. exact: lt0r_neq0 s_gt0. Qed.

Example proportional_applies : O C w = s C w *: F C 1 w := proportional s_neq0.

Example same_zeros_applies : F C 1 w = 0 <-> O C w = 0 := same_zeros s_neq0.

Example decay_scale_applies :
    F C 3 ((Num.sqrt 3)^-1 *: w) = Num.sqrt 3 *: F C 1 w :=
  decay_scale (ltr0n R 3) s_neq0.

(* The kernel of C.  Here it holds u. *)
Lemma u_in_kernel : diagonal 2 0 *m u = 0.
Proof. by rewrite diagonal_mul !mul0r mulr0 -(scale0r u) vector_scale !mul0r. Qed.

Example kernel_is_fixed_applies : O (diagonal 2 0) u = 0 := kernel_is_fixed u_in_kernel.

Lemma semidefinite_20 : semidefinite (diagonal 2 0 : 'M[R]_2).
Proof. by apply: diagonal_semidefinite; rewrite ?ler0n. Qed.

Example undefined_on_kernel_applies : s (diagonal 2 0) u = 0 <-> diagonal 2 0 *m u = 0 :=
  undefined_on_kernel u (diagonal_symmetric 2 0) semidefinite_20.

(* The loss.  Oja's mean update at w is (-1, -2). *)
Lemma O_neq0 : O C w != 0.
Proof.
rewrite /O s_w diagonal_mul vector_scale vector_sub vector_neq0 !mulr1 orbC subr_eq0.
by rewrite (eqr_nat R 1 3).
Qed.

Example gradient_applies : is_diff w (L C 3) (fun h => - '[F C 3 w, h]) :=
  gradient 3 symC s_gt0.

Example decrease_rate_applies :
    'd (L C 1) w (O C w) = - s C w * '[F C 1 w, F C 1 w] :=
  decrease_rate symC s_gt0.

Example strict_decrease_applies : 'd (L C 1) w (O C w) < 0 :=
  strict_decrease symC s_gt0 O_neq0.

Example decreases_along_flow_applies : L C 1 (curve 1) < L C 1 (curve 0) :=
  decreases_along_flow symC ltr01
    (fun t _ => curve_flow t) (fun t _ => curve_s_gt0 t) (fun t _ => curve_O_neq0 t).

(* Flows.  A line through w follows log-variance at time 0, when it is at w. *)
Definition line lambda (t : R) := w + t *: F C lambda w.

Lemma line0 lambda : line lambda 0 = w.
Proof. by rewrite /line scale0r addr0. Qed.

Lemma line_s_neq0 lambda : s C (line lambda 0) != 0.
Proof. by rewrite line0 s_neq0. Qed.

Lemma line_flow lambda : is_derive (0 : R) 1 (line lambda) (F C lambda (line lambda 0)).
Proof.
rewrite line0.
have := is_derive_of_diff (is_diffD (is_diff_cst w (0 : R)) (is_diff_scalel (0 : R) (F C lambda w))).
by congr is_derive; rewrite -[LHS]/(0 + 1 *: F C lambda w) add0r scale1r.
Qed.

Example norm_law_applies :
    is_derive (0 : R) 1 (fun t => '[line 3 t, line 3 t]) (2 - 2 * 3 * '[line 3 0, line 3 0]) :=
  norm_law (line_s_neq0 3) (line_flow 3).

(* Time that runs three times as fast, which is Oja's speed at w. *)
Definition tau (t : R) := 3 * t.

Lemma tau0 : tau 0 = 0.
Proof. exact: mulr0. Qed.

Lemma tau_s_neq0 : s C (line 1 (tau 0)) != 0.
Proof. by rewrite tau0 line_s_neq0. Qed.

Lemma tau_flow : is_derive (tau 0) 1 (line 1) (F C 1 (line 1 (tau 0))).
Proof. by rewrite tau0; apply: line_flow. Qed.

Lemma tau_speed : is_derive (0 : R) 1 tau (s C (line 1 (tau 0))).
Proof.
rewrite tau0 line0 s_w; have := is_derive_of_diff (is_diffZ (3 : R) (is_diff_id (0 : R))).
by congr is_derive; apply: mulr1.
Qed.

Example same_orbits_applies :
    is_derive (0 : R) 1 (line 1 \o tau) (O C ((line 1 \o tau) 0)) :=
  same_orbits tau_s_neq0 tau_flow tau_speed.

(* Jacobians, and stability at v and u. *)
Example jacobian_F_applies : is_diff w (F C 3) (fun h =>
    (s C w)^-1 *: (C *m h) - (2 * '[C *m w, h] / s C w ^+ 2) *: (C *m w) - 3 *: h) :=
  jacobian_F 3 s_neq0 symC.

Example jacobian_O_applies :
    is_diff w (O C) (fun h => C *m h - (2 * '[C *m w, h]) *: w - s C w *: h) :=
  jacobian_O w symC.

Example not_a_gradient_applies :
    (forall w g h : 'cV[R]_2, '[g, 'd (O C) w h] = '['d (O C) w g, h]) <->
    (exists c, C = c%:M) :=
  not_a_gradient symC.

Lemma Cv : C *m v = 2 *: v.
Proof. by rewrite diagonal_mul vector_scale !mulr0. Qed.

Lemma Cu : C *m u = 1 *: u.
Proof. by rewrite diagonal_mul vector_scale !mulr0. Qed.

Lemma norm_v : '[v, v] = 1.
Proof. by rewrite vector_dot mulr1 mulr0 addr0. Qed.

Lemma norm_u : '[u, u] = 1.
Proof. by rewrite vector_dot mulr1 mulr0 add0r. Qed.

Lemma vu : '[v, u] = 0.
Proof. by rewrite vector_dot mulr0 mul0r addr0. Qed.

Lemma uv : '[u, v] = 0.
Proof. by rewrite dotC vu. Qed.

Lemma v_neq0 : v != 0.
Proof. by rewrite vector_neq0 oner_eq0. Qed.

(* The fixed points of log-variance with weight decay 3. *)
Local Notation v3 := ((Num.sqrt 3)^-1 *: v).
Local Notation u3 := ((Num.sqrt 3)^-1 *: u).

Example eigenvalue_O_along_applies : 'd (O C) v v = (- (2 * 2)) *: v :=
  eigenvalue_O_along symC Cv norm_v.

Example eigenvalue_O_across_applies : 'd (O C) v u = (1 - 2) *: u :=
  eigenvalue_O_across symC Cv norm_v Cu vu.

Example eigenvalue_F_along_applies : 'd (F C 3) v3 v = (- (2 * 3)) *: v :=
  eigenvalue_F_along symC Cv norm_v (ltr0n R 2) (ltr0n R 3) erefl.

Example eigenvalue_F_across_applies : 'd (F C 3) v3 u = (3 * (1 / 2 - 1)) *: u :=
  eigenvalue_F_across symC Cv norm_v (ltr0n R 2) (ltr0n R 3) erefl Cu vu.

Example oja_only_leading_is_stable_applies : stable ('d (O C) v) <-> leading C v 2 :=
  oja_only_leading_is_stable symC Cv norm_v (ltr0n R 2).

Example only_leading_is_stable_applies : stable ('d (F C 3) v3) <-> leading C v 2 :=
  only_leading_is_stable symC Cv norm_v (ltr0n R 2) (ltr0n R 3) erefl.

Example not_leading_is_unstable_applies :
    exists x k, [/\ x != 0, 0 < k & 'd (F C 3) u3 x = k *: x] :=
  not_leading_is_unstable symC Cu norm_u ltr01 (ltr0n R 3) erefl v_neq0 Cv uv (ltr1n R 2).

End Examples.
