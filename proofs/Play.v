(** * Histories by their links, for counterexamples *)
Require Import List Arith Bool.
Import ListNotations.
Require Import Model Statements.

(** A history in which every author publishes what is genuine. *)
Fixpoint play (kd : list nat -> term) (st : state) (ls : list link) : state :=
  match ls with [] => st | l :: r => play kd (apply st l (genuine kd st l)) r end.
Fixpoint admitted (kd : list nat -> term) (st : state) (ls : list link) : bool :=
  match ls with [] => true | l :: r => adm st l && admitted kd (apply st l (genuine kd st l)) r end.
Definition declares_nothing (ls : list link) := forallb (fun l => match mis l with [] => true | _ => false end) ls.

Lemma play_history kd ls : forall st, history (honest_by kd) st -> admitted kd st ls = true ->
  declares_nothing ls = true -> history (honest_by kd) (play kd st ls).
Proof.
  induction ls as [|l r IH]; simpl; auto. intros st H A M. apply andb_true_iff in A as [A1 A2]. apply andb_true_iff in M as [M1 M2].
  apply IH; auto. constructor; auto. split; auto. destruct (mis l); [simpl; tauto|discriminate].
Qed.
Lemma honest_play ls : admitted seeds st0 ls = true -> declares_nothing ls = true -> history honest (play seeds st0 ls).
Proof. intros. apply (play_history seeds); auto. constructor. Qed.

(** The same for any policy that lets authors publish what is genuine. *)
Lemma any_play (P : policy) ls : (forall st l, P st l (genuine seeds st l)) -> forall st, history P st ->
  admitted seeds st ls = true -> history P (play seeds st ls).
Proof.
  intros G. induction ls as [|l r IH]; simpl; auto. intros st H A. apply andb_true_iff in A as [A1 A2].
  apply IH; auto. constructor; auto.
Qed.
Definition anything : policy := fun _ _ _ => True.
Definition after (ls : list link) : state := play seeds st0 ls.
Lemma anything_after ls : admitted seeds st0 ls = true -> history anything (after ls).
Proof. apply any_play. { exact (fun _ _ => I). } constructor. Qed.
Lemma adversary_after D ls : admitted seeds st0 ls = true -> history (adversary D) (after ls).
Proof. apply any_play. { intros st l t J. auto. } constructor. Qed.
