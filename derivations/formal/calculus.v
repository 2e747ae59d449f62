(* The differentials that the other files need: of a sum over indices, of an
   inner product, of a matrix times a vector, of a number times a vector and of
   the variance.

   is_diff x f df says that f is differentiable at x (in the sense of Frechet)
   and that its differential there is the linear map df.  The vectors have
   n.+1 = n + 1 entries, so that there is at least one. *)
Set Warnings "-notation-overridden,-ambiguous-paths".
From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp functions.
From mathcomp.analysis Require Import reals topology normedtype derive exp.
From Oja Require Import definitions.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.
Local Open Scope ring_scope.

Section Differentials.
Variables (R : realType) (n : nat) (V : normedModType R).
Implicit Types (C : 'M[R]_n.+1) (x h : V).

Lemma is_diff_sum (W : normedModType R) m (f df : 'I_m -> V -> W) x :
  (forall i, is_diff x (f i) (df i)) ->
  is_diff x (fun v => \sum_i f i v) (fun h => \sum_i df i h).
Proof.
have sumE (g : 'I_m -> V -> W) : (fun v => \sum_i g i v) = \sum_i g i.
  by apply/funext => v; rewrite fct_sumE.
rewrite !sumE => f_diff; elim/big_ind2 : _ => //; first exact: is_diff_cst.
by move=> ? ? ? ? ? ?; apply: is_diffD.
Qed.

Lemma is_diff_mul (f g df dg : V -> R) x : is_diff x f df -> is_diff x g dg ->
  is_diff x (fun v => f v * g v) (fun h => f x * dg h + g x * df h).
Proof. by move=> f_diff g_diff; apply: is_diffM. Qed.

(* An entry of a vector is differentiable, hence so is that of a function. *)
Lemma is_diff_entry (f df : V -> 'cV[R]_n.+1) x i : is_diff x f df ->
  is_diff x (fun v => f v i 0 : R) (fun h => df h i 0).
Proof.
move=> f_diff; apply: (@is_diff_comp _ _ _ _ f df (fun w => w i 0 : R) (fun w => w i 0)).
have entry_linear : linear (fun w : 'cV[R]_n.+1 => w i 0 : R).
  by move=> k u v; rewrite !mxE.
apply: DiffDef; first exact: differentiable_coord.
by rewrite (@diff_lin _ _ _ (Linear entry_linear))//; apply: coord_continuous.
Qed.

(* A function to vectors is differentiable if its entries are. *)
Lemma is_diff_vector (f df : V -> 'cV[R]_n.+1) x :
  (forall i, is_diff x (fun v => f v i 0 : R) (fun h => df h i 0)) -> is_diff x f df.
Proof.
have vectorE (g : V -> 'cV[R]_n.+1) :
    g = fun v => \sum_i g v i 0 *: (delta_mx i 0 : 'cV[R]_n.+1).
  apply/funext => v; rewrite [LHS]matrix_sum_delta; apply: eq_bigr => i _.
  by rewrite big_ord1.
move=> f_diff; rewrite [f]vectorE [df]vectorE; apply: is_diff_sum => i.
exact: is_diff_comp (f_diff i) (is_diff_scalel (f x i 0) (delta_mx i 0 : 'cV[R]_n.+1)).
Qed.

Lemma is_diff_dot (f g df dg : V -> 'cV[R]_n.+1) x : is_diff x f df -> is_diff x g dg ->
  is_diff x (fun v => '[f v, g v]) (fun h => '[f x, dg h] + '[g x, df h]).
Proof.
move=> f_diff g_diff; pose d i h := f x i 0 * dg h i 0 + g x i 0 * df h i 0.
have dE : (fun h => '[f x, dg h] + '[g x, df h]) = fun h => \sum_i d i h.
  by apply/funext => h; rewrite -big_split.
by rewrite dE; apply: is_diff_sum => i; apply: is_diff_mul; apply: is_diff_entry.
Qed.

Lemma is_diff_mulmx C (f df : V -> 'cV[R]_n.+1) x : is_diff x f df ->
  is_diff x (fun v => C *m f v) (fun h => C *m df h).
Proof.
move=> f_diff; apply: is_diff_vector => i.
have entryE (g : V -> 'cV[R]_n.+1) :
    (fun v => (C *m g v) i 0) = fun v => \sum_j C i j *: (g v j 0 : R).
  by apply/funext => v; rewrite mxE.
by rewrite !entryE; apply: is_diff_sum => j; apply/is_diffZ/is_diff_entry.
Qed.

Lemma is_diff_scale (k dk : V -> R) (f df : V -> 'cV[R]_n.+1) x :
  is_diff x k dk -> is_diff x f df ->
  is_diff x (fun v => k v *: f v) (fun h => k x *: df h + dk h *: f x).
Proof.
move=> k_diff f_diff; apply: is_diff_vector => i.
have -> : (fun v => (k v *: f v) i 0) = fun v => k v * f v i 0.
  by apply/funext => v; rewrite mxE.
have -> : (fun h => (k x *: df h + dk h *: f x) i 0) =
    fun h => k x * df h i 0 + f x i 0 * dk h.
  by apply/funext => h; rewrite !mxE (mulrC (dk h)).
by apply: is_diff_mul => //; apply: is_diff_entry.
Qed.

Lemma is_diff_inv (k dk : V -> R) x : is_diff x k dk -> k x != 0 ->
  is_diff x (fun v => (k v)^-1) (fun h => - (k x) ^- 2 * dk h).
Proof.
move=> k_diff kx0; apply: DiffDef; first exact: differentiableV.
by rewrite diffV// diff_val.
Qed.

Lemma is_diff_ln (k dk : V -> R) x : is_diff x k dk -> 0 < k x ->
  is_diff x (fun v => ln (k v)) (fun h => (k x)^-1 * dk h).
Proof.
move=> k_diff kx_gt0; have [ln_derivable ln'] := is_derive1_ln kx_gt0.
apply: is_diff_comp; apply: DiffDef; first exact/derivable1_diffP.
by rewrite deriv1E// derive1E ln'; apply/funext => h; rewrite /= mulrC.
Qed.

End Differentials.

Section AlongACurve.
Variables (R : realType) (V W : normedModType R).

(* A curve w with the derivative v at time t has the differential h |-> h v. *)
Lemma is_diff_curve (w : R -> V) (t : R) v :
  is_derive t 1 w v -> is_diff t w (fun h => h *: v).
Proof.
move=> [w_derivable w']; apply: DiffDef; first exact/derivable1_diffP.
by rewrite deriv1E// derive1E w'.
Qed.

Lemma is_derive_of_diff (U : normedModType R) (w dw : R -> U) (t : R) :
  is_diff t w dw -> is_derive t 1 w (dw 1).
Proof.
move=> w_diff; apply: DeriveDef; first exact: diff_derivable.
by rewrite deriveE// diff_val.
Qed.

(* The chain rule along a curve. *)
Lemma is_derive_along (f df : V -> W) (w : R -> V) (t : R) v :
  is_derive t 1 w v -> is_diff (w t) f df -> is_derive t 1 (fun t => f (w t)) (df v).
Proof.
move=> /is_diff_curve w_diff f_diff.
by have := is_derive_of_diff (is_diff_comp w_diff f_diff); rewrite /= scale1r.
Qed.

End AlongACurve.

Section Variance.
Variables (R : realType) (n : nat).
Implicit Types (C : 'M[R]_n.+1) (w h : 'cV[R]_n.+1).

(* The differential of the squared length. *)
Lemma is_diff_norm w : is_diff w (fun w => '[w, w]) (fun h => 2 * '[w, h]).
Proof.
have := is_diff_dot (is_diff_id w) (is_diff_id w).
by congr is_diff_def; apply/funext => h; rewrite mulr_natl.
Qed.

(* The differential of the variance, for a symmetric C. *)
Lemma is_diff_s C w : symmetric C -> is_diff w (s C) (fun h => 2 * '[C *m w, h]).
Proof.
move=> symC; have := is_diff_dot (is_diff_id w) (is_diff_mulmx C (is_diff_id w)).
congr is_diff_def; apply/funext => h.
by rewrite -dot_symmetric// mulr_natl.
Qed.

End Variance.
