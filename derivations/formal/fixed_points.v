(* Where the mean updates are zero: at the eigenvectors of C with a positive
   eigenvalue, of length 1 / sqrt lambda for log-variance with weight decay
   lambda and of length 1 for Oja's rule.  Weight decay sets the length and
   nothing else. *)
Set Warnings "-notation-overridden,-ambiguous-paths".
From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix ring.
From mathcomp.analysis Require Import reals.
From Oja Require Import definitions proportional.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section FixedPoints.
Variables (R : realType) (n : nat).
Implicit Types (C : 'M[R]_n) (w : 'cV[R]_n) (lambda mu : R).

(* The variance of the output along an eigenvector. *)
Lemma s_eigenvector C w mu : C *m w = mu *: w -> s C w = mu * '[w, w].
Proof. by move=> Cw; rewrite /s Cw dotZr. Qed.

(* oja.fixed-points, oja.decay-scale.  Where the variance s is positive, F is
   zero exactly at the eigenvectors w of C with a positive eigenvalue and lambda |w|^2 = 1.
   (Either side can hold for a positive lambda only.) *)
Theorem fixed_points C lambda w :
  (0 < s C w /\ F C lambda w = 0) <->
  (exists mu, [/\ 0 < mu, C *m w = mu *: w & lambda * '[w, w] = 1]).
Proof.
split=> [[s_gt0 /subr0_eq Fw0]|[mu [mu_gt0 Cw norm_w]]].
  have s0 := lt0r_neq0 s_gt0.
  have Cw : C *m w = (s C w * lambda) *: w.
    by rewrite -scalerA -Fw0 scalerA divff// scale1r.
  have norm_w : lambda * '[w, w] = 1.
    by apply: (mulfI s0); rewrite mulrA mulr1 -(s_eigenvector Cw).
  have lambda_gt0 : 0 < lambda.
    have : 0 < lambda * '[w, w] by rewrite norm_w ltr01.
    by apply: contraTT; rewrite -!leNgt => l0; rewrite mulr_le0_ge0// dot_ge0.
  by exists (s C w * lambda); rewrite mulr_gt0.
have sE : s C w = mu * '[w, w] := s_eigenvector Cw.
have w0 : '[w, w] != 0.
  by apply: contra_eqN norm_w => /eqP ->; rewrite mulr0 eq_sym oner_eq0.
split; first by rewrite sE mulr_gt0// lt_def w0 dot_ge0.
have mu0 := lt0r_neq0 mu_gt0.
rewrite /F Cw sE scalerA -scalerBl -[lambda](mulfK w0) norm_w.
by rewrite invfM mulrAC mulVf// subrr scale0r.
Qed.

(* oja.fixed-points.  For lambda = 1 and s <> 0, the two mean updates are zero
   at the same weights. *)
Theorem same_zeros C w : s C w != 0 -> (F C 1 w = 0 <-> O C w = 0).
Proof.
move=> s0; rewrite proportional//; split=> [->|/eqP]; first exact: scaler0.
by rewrite scaler_eq0 (negbTE s0) => /eqP.
Qed.

(* oja.fixed-points.  Where s is positive, Oja's mean update is zero exactly at
   the eigenvectors of C with a positive eigenvalue and length 1. *)
Theorem oja_fixed_points C w :
  (0 < s C w /\ O C w = 0) <->
  (exists mu, [/\ 0 < mu, C *m w = mu *: w & '[w, w] = 1]).
Proof.
rewrite -['[w, w]]mul1r -fixed_points.
by split=> -[s_gt0]; have /same_zeros <- := lt0r_neq0 s_gt0.
Qed.

(* oja.decay-scale.  Weight decay lambda in place of 1 only changes the scale:
   at w / sqrt lambda, F with decay lambda is sqrt lambda times F with decay 1
   at w.  (The two hypotheses say that both sides are defined.) *)
Theorem decay_scale C lambda w : 0 < lambda -> s C w != 0 ->
  F C lambda ((Num.sqrt lambda)^-1 *: w) = Num.sqrt lambda *: F C 1 w.
Proof.
move=> lambda_gt0 s0; rewrite -[in F C lambda](sqr_sqrtr (ltW lambda_gt0)).
have : Num.sqrt lambda != 0 by rewrite lt0r_neq0 ?sqrtr_gt0.
move: (Num.sqrt lambda) => r r0; rewrite /F sZ -scalemxAr !scalerA scalerBr !scalerA.
by congr (_ *: _ - _ *: _); field; rewrite ?s0 ?r0.
Qed.

End FixedPoints.
