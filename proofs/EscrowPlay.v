(** * Histories of an escrow log and a user's log, by their links *)
Require Import List Arith Bool Lia.
Import ListNotations.
Require Import Model Escrow.

(** A history in which every author publishes what is genuine. *)
Fixpoint wplay (w : world) (ls : list wlink) : world :=
  match ls with [] => w | l :: r => wplay (wapply w l (wgenuine w l)) r end.
Fixpoint wadmitted (w : world) (ls : list wlink) : Prop :=
  match ls with [] => True | l :: r => wadm w l /\ wadmitted (wapply w l (wgenuine w l)) r end.
Definition after_both (ls : list wlink) : world := wplay world0 ls.
Lemma honest_after D DK ls : wadmitted world0 ls -> whistory D DK (after_both ls).
Proof.
  unfold after_both. assert (H := wh_init D DK). revert H. generalize world0. induction ls as [|l r IH]; simpl; auto.
  intros w H [A1 A2]. apply IH; auto. constructor; auto.
Qed.

Lemma after_more a b : after_both (a ++ b) = wplay (after_both a) b.
Proof. unfold after_both. generalize world0. induction a; simpl; auto. Qed.
Lemma play_no_pointer K w0 ls : (forall p, In (Point (Some p)) ls -> ~ K (snd p)) ->
  forall w, no_pointer_to K w0 w -> no_pointer_to K w0 (wplay w ls).
Proof.
  induction ls as [|l r IH]; simpl; auto. intros N w H. apply IH; [intros p I; apply N; now right|]. constructor; auto.
Qed.

(* small numbers: that sets are in sets, and pairs differ *)
Ltac admitted := simpl; unfold user_epoch; simpl;
  repeat match goal with
  | |- _ /\ _ => split
  | |- ~ _ => intros ?
  | |- _ -> _ => intros ?
  | |- forall _, _ => intros ?
  | H : _ \/ _ |- _ => destruct H
  | H : False |- _ => destruct H
  end; subst; try discriminate; try lia; auto.
