(* Where the two rules differ: on the kernel of C, the weights for which the
   variance of the output is zero.  Oja's rule rests there, log-variance is not
   defined there. *)
Set Warnings "-notation-overridden,-ambiguous-paths".
From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix ring.
From mathcomp.analysis Require Import reals.
From Oja Require Import definitions.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Domain.
Variables (R : realType) (n : nat).
Implicit Types (C : 'M[R]_n) (u v w : 'cV[R]_n).

(* oja.domain.  Oja's mean update is zero on the kernel of C. *)
Theorem kernel_is_fixed C w : C *m w = 0 -> O C w = 0.
Proof. by move=> Cw0; rewrite /O /s Cw0 dot0r scale0r subrr. Qed.

(* The variance of a sum, for a symmetric C. *)
Lemma s_sum C u v : symmetric C -> s C (u + v) = s C u + 2 * '[C *m u, v] + s C v.
Proof.
move=> symC; rewrite /s mulmxDr !dotDl !dotDr -(dot_symmetric u v symC).
by rewrite -[in '[v, _]]dotC; ring.
Qed.

(* oja.domain.  For a covariance C, the variance s is zero exactly on the kernel
   of C: there, and only there, F (in which s is divided by) is undefined. *)
Theorem undefined_on_kernel C w :
  symmetric C -> semidefinite C -> (s C w = 0 <-> C *m w = 0).
Proof.
move=> symC C_ge0; split=> [s0|Cw0]; last by rewrite /s Cw0 dot0r.
apply/eqP; rewrite -dot_eq0; set g := C *m w; apply/negPn/negP => g0.
have := C_ge0 (- (s C g + 1) / (2 * '[g, g]) *: w + g).
rewrite s_sum// sZ s0 mulr0 add0r -scalemxAr dotZl -/g.
suff -> : 2 * (- (s C g + 1) / (2 * '[g, g]) * '[g, g]) + s C g = -1.
  by rewrite oppr_ge0 ler10.
by field; rewrite g0.
Qed.

End Domain.
