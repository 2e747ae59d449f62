(* The two rules as flows, that is with a learning rate so small that the weights
   follow the mean update as a curve in time: how the length of the weights
   changes, and that both rules follow the same paths at different speeds.

   is_derive t 1 w v says that the curve w has the derivative v at time t. *)
Set Warnings "-notation-overridden,-ambiguous-paths".
From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp functions.
From mathcomp.analysis Require Import reals topology normedtype derive.
From Oja Require Import definitions proportional calculus.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.
Local Open Scope ring_scope.

Section Flows.
Variables (R : realType) (n : nat).
Implicit Types (C : 'M[R]_n.+1) (w : R -> 'cV[R]_n.+1) (tau : R -> R) (lambda t : R).

(* oja.norm-law.  Along the flow of log-variance the squared length |w|^2 has the
   derivative 2 - 2 lambda |w|^2, whatever C is. *)
Theorem norm_law C lambda w t : s C (w t) != 0 -> is_derive t 1 w (F C lambda (w t)) ->
  is_derive t 1 (fun t => '[w t, w t]) (2 - 2 * lambda * '[w t, w t]).
Proof.
move=> s0 w_flow; have norm' := is_derive_along w_flow (is_diff_norm (w t)).
apply: is_derive_eq norm' _; rewrite dotBr !dotZr -/(s C (w t)) mulVf//.
by rewrite mulrBr mulr1 mulrA.
Qed.

(* oja.orbits.  If w follows log-variance with lambda = 1, and the time tau(t) runs
   with speed s, then w(tau(t)) follows Oja's rule. *)
Theorem same_orbits C w tau t : s C (w (tau t)) != 0 ->
  is_derive (tau t) 1 w (F C 1 (w (tau t))) -> is_derive t 1 tau (s C (w (tau t))) ->
  is_derive t 1 (w \o tau) (O C ((w \o tau) t)).
Proof.
move=> s0 w_flow tau_speed; rewrite proportional//.
exact: is_derive_along tau_speed (is_diff_curve w_flow).
Qed.

End Flows.
