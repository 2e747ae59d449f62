(* Oja's rule and log-variance with weight decay 1 move the weights in the same
   direction: their mean updates differ by a positive factor, the variance. *)
Set Warnings "-notation-overridden,-ambiguous-paths".
From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.analysis Require Import reals.
From Oja Require Import definitions.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Proportional.
Variables (R : realType) (n : nat).
Implicit Types (C : 'M[R]_n) (w : 'cV[R]_n).

(* oja.proportional, oja.orbits.  For lambda = 1 and s <> 0, Oja's mean update is s times
   the one of log-variance. *)
Theorem proportional C w : s C w != 0 -> O C w = s C w *: F C 1 w.
Proof. by move=> s0; rewrite /O /F scale1r scalerBr scalerA divff// scale1r. Qed.

End Proportional.
