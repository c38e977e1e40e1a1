(** * Histories of whole logs, by their links *)
Require Import List Arith Bool.
Import ListNotations.
Require Import Model Classes Escrow Whole.

Fixpoint play_whole (w : whole) (ls : list wholelink) : whole :=
  match ls with [] => w | l :: r => play_whole (apply_whole w l) r end.
Fixpoint admitted_whole (w : whole) (ls : list wholelink) : bool :=
  match ls with [] => true | l :: r => adm_whole w l && admitted_whole (apply_whole w l) r end.
Definition after_whole (ls : list wholelink) : whole := play_whole whole0 ls.

Lemma history_after_whole ls : admitted_whole whole0 ls = true -> whole_history (after_whole ls).
Proof.
  unfold after_whole. assert (H := uh_init). revert H. generalize whole0. induction ls as [|l r IH]; simpl; auto.
  intros w H A. apply andb_true_iff in A as [A1 A2]. apply IH; auto. constructor; auto.
Qed.
