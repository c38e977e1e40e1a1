(** * Histories by classes, by their links *)
Require Import List Arith Bool.
Import ListNotations.
Require Import Model Classes.

Fixpoint play_classes (c : cstate) (ls : list link) : cstate :=
  match ls with [] => c | l :: r => play_classes (apply_classes c l []) r end.
Fixpoint admitted_classes (c : cstate) (ls : list link) : bool :=
  match ls with [] => true | l :: r => adm_classes c l && admitted_classes (apply_classes c l []) r end.
Definition after_classes (ls : list link) : cstate := play_classes c0 ls.

(** Authors publish anything: what counts here are the links. *)
Definition anything : policy := fun _ _ _ => True.
Lemma anything_after_classes ls : admitted_classes c0 ls = true -> class_history anything (after_classes ls).
Proof.
  unfold after_classes. assert (H := ch_init anything). revert H. generalize c0. induction ls as [|l r IH]; simpl; auto.
  intros c H A. apply andb_true_iff in A as [A1 A2]. apply IH; auto. constructor; auto. exact I.
Qed.
