(* The Jacobians of the two mean updates, their eigenvalues at the fixed points,
   and which fixed points are stable.

   A fixed point is stable if all eigenvalues of the Jacobian there are negative.
   At the eigenvector v of C with eigenvalue mu, the Jacobian of Oja's rule has
   the eigenvalue -2 mu along v and nu - mu along an eigenvector of C with
   eigenvalue nu orthogonal to v.  For log-variance with weight decay lambda these
   are -2 lambda and lambda (nu / mu - 1). *)
Set Warnings "-notation-overridden,-ambiguous-paths".
From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix ring.
From mathcomp.classical Require Import boolp functions.
From mathcomp.analysis Require Import reals topology normedtype derive.
From Oja Require Import definitions calculus.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.
Local Open Scope ring_scope.

Section Jacobians.
Variables (R : realType) (n : nat).
Implicit Types (C : 'M[R]_n.+1) (h : 'cV[R]_n.+1) (lambda : R).

(* oja.stability.  The Jacobian of log-variance's mean update, for a symmetric C. *)
Theorem jacobian_F C lambda (w : 'cV[R]_n.+1) : s C w != 0 -> symmetric C ->
  is_diff w (F C lambda) (fun h =>
    (s C w)^-1 *: (C *m h) - (2 * '[C *m w, h] / s C w ^+ 2) *: (C *m w) - lambda *: h).
Proof.
move=> s0 symC; have C_diff := is_diff_mulmx C (is_diff_id w).
have fraction := is_diff_scale (is_diff_inv (is_diff_s w symC) s0) C_diff.
have := is_diffB fraction (is_diffZ lambda (is_diff_id w)).
congr is_diff_def; apply/funext => h.
by rewrite !fctE; congr (_ + _ - _); rewrite -scaleNr; congr (_ *: _); field.
Qed.

(* oja.stability.  The Jacobian of Oja's mean update, for a symmetric C. *)
Theorem jacobian_O C (w : 'cV[R]_n.+1) : symmetric C ->
  is_diff w (O C) (fun h => C *m h - (2 * '[C *m w, h]) *: w - s C w *: h).
Proof.
move=> symC; have C_diff := is_diff_mulmx C (is_diff_id w).
have := is_diffB C_diff (is_diff_scale (is_diff_s w symC) (is_diff_id w)).
by congr is_diff_def; apply/funext => h; rewrite !fctE opprD addrA addrAC.
Qed.

(* oja.lyapunov.  Oja's mean update is not a gradient, unless C is a multiple of the
   identity: a gradient has a symmetric Jacobian everywhere, and that of O is
   symmetric everywhere exactly for these C. *)
Theorem not_a_gradient C : symmetric C ->
  ((forall w g h : 'cV[R]_n.+1, '[g, 'd (O C) w h] = '['d (O C) w g, h]) <->
   exists c, C = c%:M).
Proof.
move=> symC.
have O' w h : 'd (O C) w h = C *m h - (2 * '[C *m w, h]) *: w - s C w *: h.
  by have O_diff := jacobian_O w symC; rewrite diff_val.
split=> [J_sym|[c Cc] w g h]; last first.
  rewrite !O' !dotBr !dotBl !dotZr !dotZl Cc !mul_scalar_mx !dotZr !dotZl.
  by rewrite [in '[g, w]]dotC; ring.
(* At w, g = w and any h, symmetry says that |w|^2 C w and s w agree on h. *)
have eigen w : '[w, w] *: (C *m w) = s C w *: w.
  suff agree h : '[w, w] * '[C *m w, h] = s C w * '[w, h].
    apply/subr0_eq/eqP; rewrite -dot_eq0 {1}dotBl !dotZl.
    by rewrite agree subrr.
  have := J_sym w w h; rewrite !O' !dotBr !dotBl !dotZr !dotZl -dot_symmetric//.
  rewrite [in '[C *m w, w]]dotC -/(s C w).
  move=> /addIr /addrI /oppr_inj; rewrite -!mulrA => /(mulfI _) <-.
    by rewrite mulrC.
  by rewrite pnatr_eq0.
have eigenvalue w : w != 0 -> C *m w = (s C w / '[w, w]) *: w.
  rewrite -dot_eq0 => w0; apply: (scalerI w0).
  by rewrite eigen scalerA mulrCA mulfV// mulr1.
(* The basis vector e i shows that C e i = c i e i. *)
pose e i : 'cV[R]_n.+1 := delta_mx i 0; pose c i := s C (e i) / '[e i, e i].
have entryC i j : C i j = c j *+ (i == j).
  have e0 : e j != 0.
    by apply/eqP => /matrixP/(_ j 0)/eqP; rewrite !mxE !eqxx oner_eq0.
  have := congr1 (fun u : 'cV[R]_n.+1 => u i 0) (eigenvalue _ e0).
  by rewrite -colE !mxE eqxx andbT mulr_natr.
(* The vector 1 of ones shows that all c i are equal. *)
pose one : 'cV[R]_n.+1 := const_mx 1; pose c1 := s C one / '[one, one].
have one0 : one != 0 by apply/eqP => /matrixP/(_ 0 0)/eqP; rewrite !mxE oner_eq0.
exists c1; apply/matrixP => i j; rewrite entryC mxE; case: eqP => // <-.
have := congr1 (fun u : 'cV[R]_n.+1 => u i 0) (eigenvalue _ one0).
rewrite !mxE mulr1 -/c1 (bigD1 i)//= big1 => [|k ki]; last first.
  by rewrite entryC eq_sym (negbTE ki) mul0r.
by rewrite addr0 entryC eqxx mxE mulr1.
Qed.

End Jacobians.

(* A fixed point at which the Jacobian is J is stable if all eigenvalues of J are
   negative. *)
Definition stable (R : realType) n (J : 'cV[R]_n -> 'cV[R]_n) : Prop :=
  forall x k, x != 0 -> J x = k *: x -> k < 0.

Section FixedPoints.
Variables (R : realType) (n : nat).
Variables (C : 'M[R]_n.+1) (v : 'cV[R]_n.+1) (mu : R).
Hypotheses (symC : symmetric C) (Cv : C *m v = mu *: v) (norm_v : '[v, v] = 1).

(* v is the leading eigenvector: the eigenvalue of every eigenvector orthogonal
   to v is smaller than mu. *)
Definition leading := forall (u : 'cV[R]_n.+1) nu,
  u != 0 -> C *m u = nu *: u -> '[v, u] = 0 -> nu < mu.

Lemma s_fixed_point : s C v = mu.
Proof. by rewrite /s Cv dotZr norm_v mulr1. Qed.

(* The Jacobian of Oja's mean update at v. *)
Lemma jacobian_O_fixed_point h :
  'd (O C) v h = C *m h - (2 * mu * '[v, h]) *: v - mu *: h.
Proof.
have O_diff := jacobian_O v symC.
by rewrite diff_val s_fixed_point Cv dotZl mulrA.
Qed.

(* It is symmetric, so that all its eigenvalues are real. *)
Lemma jacobian_O_fixed_point_symmetric g h : '[g, 'd (O C) v h] = '['d (O C) v g, h].
Proof.
rewrite !jacobian_O_fixed_point !dotBr !dotBl !dotZr !dotZl dot_symmetric//.
by rewrite [in '[g, v]]dotC; ring.
Qed.

(* oja.stability.  For Oja's rule the eigenvalue along v is -2 mu. *)
Theorem eigenvalue_O_along : 'd (O C) v v = (- (2 * mu)) *: v.
Proof.
rewrite jacobian_O_fixed_point Cv norm_v mulr1 -!scalerBl; congr (_ *: _); ring.
Qed.

(* oja.stability.  For Oja's rule the eigenvalue along another eigenvector u of C,
   orthogonal to v, with eigenvalue nu, is nu - mu. *)
Theorem eigenvalue_O_across (u : 'cV[R]_n.+1) nu :
  C *m u = nu *: u -> '[v, u] = 0 -> 'd (O C) v u = (nu - mu) *: u.
Proof.
by move=> Cu vu; rewrite jacobian_O_fixed_point Cu vu mulr0 scale0r subr0 scalerBl.
Qed.

Section LogVariance.
(* w is the fixed point of log-variance in the direction of v. *)
Variables (lambda : R) (w : 'cV[R]_n.+1).
Hypotheses (mu_gt0 : 0 < mu) (lambda_gt0 : 0 < lambda).
Hypothesis (wE : w = (Num.sqrt lambda)^-1 *: v).

(* The Jacobian of log-variance's mean update at w. *)
Lemma jacobian_F_fixed_point h :
  'd (F C lambda) w h =
  (lambda / mu) *: (C *m h) - (2 * lambda * '[v, h]) *: v - lambda *: h.
Proof.
have mu0 := lt0r_neq0 mu_gt0; have l0 := lt0r_neq0 lambda_gt0.
have sw : s C w = mu / lambda.
  by rewrite wE sZ s_fixed_point exprVn sqr_sqrtr ?ltW// mulrC.
have s0 : s C w != 0 by rewrite sw mulf_neq0 ?invr_neq0.
have Cw : C *m w = (mu / Num.sqrt lambda) *: v.
  by rewrite wE -scalemxAr Cv scalerA mulrC.
have F_diff := jacobian_F lambda s0 symC.
rewrite diff_val Cw sw invf_div dotZl scalerA.
suff -> : 2 * (mu / Num.sqrt lambda * '[v, h]) / (mu / lambda) ^+ 2 *
  (mu / Num.sqrt lambda) = 2 * lambda * '[v, h] by [].
have : Num.sqrt lambda != 0 by rewrite lt0r_neq0 ?sqrtr_gt0.
have := sqr_sqrtr (ltW lambda_gt0); move: (Num.sqrt lambda) => r <- r0.
by field; rewrite mu0 r0.
Qed.

(* oja.stability.  For log-variance the eigenvalue along v is -2 lambda. *)
Theorem eigenvalue_F_along : 'd (F C lambda) w v = (- (2 * lambda)) *: v.
Proof.
rewrite jacobian_F_fixed_point Cv norm_v mulr1 scalerA divfK ?lt0r_neq0// -!scalerBl.
by congr (_ *: _); ring.
Qed.

(* oja.stability.  For log-variance the eigenvalue along another eigenvector u of
   C, orthogonal to v, with eigenvalue nu, is lambda (nu / mu - 1). *)
Theorem eigenvalue_F_across (u : 'cV[R]_n.+1) nu : C *m u = nu *: u -> '[v, u] = 0 ->
  'd (F C lambda) w u = (lambda * (nu / mu - 1)) *: u.
Proof.
move=> Cu vu; rewrite jacobian_F_fixed_point Cu vu mulr0 scale0r subr0 scalerA -scalerBl.
by congr (_ *: _); ring.
Qed.

(* The Jacobians of the two rules at their fixed points in the direction of v are
   proportional. *)
Lemma jacobians_proportional h : 'd (F C lambda) w h = (lambda / mu) *: 'd (O C) v h.
Proof.
have mu0 := lt0r_neq0 mu_gt0.
rewrite [LHS]jacobian_F_fixed_point jacobian_O_fixed_point; move: (C *m h) '[v, h] => x d.
rewrite 2!scalerBr 2!scalerA divfK//.
by have -> : lambda / mu * (2 * mu * d) = 2 * lambda * d by field.
Qed.

(* oja.stability.  For Oja's rule, v is stable exactly if mu is larger than the
   eigenvalue of every eigenvector of C orthogonal to v. *)
Theorem oja_only_leading_is_stable : stable ('d (O C) v) <-> leading.
Proof.
split=> [v_stable u nu u0 Cu vu|v_leading x k x0].
  by rewrite -subr_lt0; apply: v_stable u0 _; apply: eigenvalue_O_across.
rewrite jacobian_O_fixed_point => Jx.
have : (k + 2 * mu) * '[v, x] = 0.
  have := congr1 (dot v) Jx; rewrite !dotBr !dotZr norm_v -dot_symmetric// Cv dotZl.
  by move=> Jvx; rewrite mulrDl -Jvx; ring.
move=> /eqP; rewrite mulf_eq0 => /orP[/eqP k_mu|/eqP vx].
  by rewrite -[k](addrK (2 * mu)) k_mu sub0r oppr_lt0 mulr_gt0 ?ltr0n.
rewrite -(ltr_add2r mu) add0r; apply: (v_leading x) => //.
by move: Jx; rewrite vx mulr0 scale0r subr0 => /(canRL (subrK _)) ->; rewrite -scalerDl.
Qed.

(* oja.stability.  So it is for log-variance, at w. *)
Theorem only_leading_is_stable : stable ('d (F C lambda) w) <-> leading.
Proof.
rewrite -oja_only_leading_is_stable; have c_gt0 : 0 < lambda / mu by exact: divr_gt0.
split=> J_stable x k x0 Jx.
  rewrite -(pmulr_rlt0 _ c_gt0); apply: J_stable x0 _.
  by rewrite jacobians_proportional Jx scalerA.
rewrite -(pmulr_rlt0 _ (_ : 0 < (lambda / mu)^-1)) ?invr_gt0//; apply: J_stable x0 _.
have kx := etrans (esym Jx) (jacobians_proportional x).
rewrite -[RHS]scalerA [in RHS]kx.
by rewrite scalerA mulVf ?scale1r// lt0r_neq0.
Qed.

(* oja.stability.  If C has an eigenvector orthogonal to v with an eigenvalue
   nu > mu, then the Jacobian at w has a positive eigenvalue: w is unstable. *)
Theorem not_leading_is_unstable (u : 'cV[R]_n.+1) nu :
  u != 0 -> C *m u = nu *: u -> '[v, u] = 0 -> mu < nu ->
  exists x k, [/\ x != 0, 0 < k & 'd (F C lambda) w x = k *: x].
Proof.
move=> u0 Cu vu mu_nu; exists u, (lambda * (nu / mu - 1)).
by rewrite -eigenvalue_F_across// mulr_gt0// subr_gt0 ltr_pdivl_mulr// mul1r.
Qed.

End LogVariance.
End FixedPoints.
