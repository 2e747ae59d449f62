(* The loss of log-variance with weight decay, L, is a Lyapunov function of
   Oja's rule: F is minus the gradient of L, and following Oja's mean update O
   makes L (with lambda = 1) decrease strictly until O is zero.

   'd f x is the differential of f at x, and is_derive t 1 w v says that the
   curve w has the derivative v at time t. *)
Set Warnings "-notation-overridden,-ambiguous-paths".
From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix interval ring.
From mathcomp.classical Require Import boolp functions classical_sets.
From mathcomp.analysis Require Import reals topology normedtype derive exp.
From Oja Require Import definitions proportional fixed_points calculus.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.
Local Open Scope ring_scope.

Section Lyapunov.
Variables (R : realType) (n : nat).
Implicit Types (C : 'M[R]_n.+1) (h : 'cV[R]_n.+1) (lambda : R).

(* oja.mean-field, oja.lyapunov.  Where the variance s is positive, the mean
   update F is minus the gradient of the loss L, for a symmetric C. *)
Theorem gradient C lambda (w : 'cV[R]_n.+1) : symmetric C -> 0 < s C w ->
  is_diff w (L C lambda) (fun h => - '[F C lambda w, h]).
Proof.
move=> symC s_gt0; have s0 := lt0r_neq0 s_gt0.
have ln_s := is_diffZ (1 / 2) (is_diff_ln (is_diff_s w symC) s_gt0).
have := is_diffD (is_diffN ln_s) (is_diffZ (lambda / 2) (is_diff_norm w)).
congr is_diff_def; apply/funext => h /=.
rewrite !fctE /F dotBl !dotZl.
rewrite -[LHS]/(- (1 / 2 * ((s C w)^-1 * (2 * '[C *m w, h]))) + lambda / 2 * (2 * '[w, h])).
by field.
Qed.

(* oja.lyapunov.  Along Oja's mean update, the loss changes at the rate
   - s |F|^2. *)
Theorem decrease_rate C (w : 'cV[R]_n.+1) : symmetric C -> 0 < s C w ->
  'd (L C 1) w (O C w) = - s C w * '[F C 1 w, F C 1 w].
Proof.
move=> symC s_gt0; have L_diff := gradient 1 symC s_gt0.
by rewrite diff_val proportional ?lt0r_neq0// dotZr mulNr.
Qed.

(* oja.lyapunov.  This rate is negative wherever Oja's mean update is not zero. *)
Theorem strict_decrease C (w : 'cV[R]_n.+1) : symmetric C -> 0 < s C w ->
  O C w != 0 -> 'd (L C 1) w (O C w) < 0.
Proof.
move=> symC s_gt0 O0; have s0 := lt0r_neq0 s_gt0.
rewrite decrease_rate// mulNr oppr_lt0 mulr_gt0// dot_gt0.
by apply: contra_neq O0 => F0; apply/same_zeros.
Qed.

(* oja.lyapunov.  A curve w that follows Oja's mean update from time a to time b,
   at points where s is positive and O is not zero, ends at a smaller loss than
   it began. *)
Theorem decreases_along_flow C (w : R -> 'cV[R]_n.+1) (a b : R) : symmetric C -> a < b ->
  (forall t, a <= t <= b -> is_derive t 1 w (O C (w t))) ->
  (forall t, a <= t <= b -> 0 < s C (w t)) ->
  (forall t, a <= t <= b -> O C (w t) != 0) ->
  L C 1 (w b) < L C 1 (w a).
Proof.
move=> symC ab w_flow s_gt0 O0.
have L_derive t : a <= t <= b ->
    is_derive t 1 (fun t => L C 1 (w t)) ('d (L C 1) (w t) (O C (w t))).
  move=> t_ab; apply: is_derive_along; first exact: w_flow.
  by have L_diff := gradient 1 symC (s_gt0 t t_ab); exact: differentiableP.
have inside t : t \in `]a, b[ -> a <= t <= b.
  by rewrite in_itv/= => /andP[/ltW -> /ltW ->].
have [|c /inside c_ab LE] := MVT ab (fun t t_ab => L_derive t (inside t t_ab)).
  apply: continuous_in_subspaceT => t; rewrite mem_setE in_itv/= => /L_derive[L_derivable _].
  have L_diff : differentiable (fun t => L C 1 (w t)) t by apply/derivable1_diffP.
  exact: (differentiable_continuous L_diff).
rewrite -subr_lt0 LE nmulr_rlt0 ?subr_gt0//.
by apply: strict_decrease; [|exact: s_gt0|exact: O0].
Qed.

End Lyapunov.
