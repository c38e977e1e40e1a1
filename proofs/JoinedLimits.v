(** * A whole log with an escrow log beside it: that the statements are not empty *)
Require Import List Arith Bool Lia.
Import ListNotations.
Require Import Model Classes Escrow EscrowStatements Whole Joined.

Definition silently (ls : list wlink) : list (wlink * list term) := map (fun l => (l, [])) ls.
Lemma silent D DK ls : forall v, published D DK v (silently ls).
Proof. induction ls; simpl; auto. intros v. split; [intros t []|auto]. Qed.
Lemma silently_links ls : map fst (silently ls) = ls.
Proof. unfold silently. rewrite map_map. apply map_id. Qed.

(** Histories exist in which an escrow log and a user's log grow in turns, and what is granted to escrow counts for the escrow epoch's pair. *)
Theorem joined_not_empty : exists num w v, joined (fun _ => False) (fun _ => False) num w v /\
  cur (core2 w) = 2 /\ num 1 = 2 /\ num 2 = 3 /\ gp v (101, 101) 2 /\ mgr v 11 1 /\ to_pair w (101, 101) 1 = true.
Proof.
  set (F := fun _ : nat => False).
  assert (User : forall num w v l, joined F F num w v -> adm_whole w l = true ->
    joined F F (num_after w l num v) (apply_whole w l) (played v (silently (links_of w l num v 11)))).
  { intros. apply j_user with (b := 11); auto using silent, silently_links. }
  assert (H0 := j_init F F).
  apply j_epoch with (a := 11) (k := 101) (ts := []) in H0; [|simpl; tauto|simpl; tauto].
  apply j_grant with (ms := [11]) (es := [1]) (i := 1) (ts := []) in H0; [|simpl; intros e [<-|[]]; simpl; split; auto; lia|simpl; tauto].
  apply User with (l := Plain (Genesis 1 false) false) in H0; [|vm_compute; reflexivity].
  apply User with (l := EnrollEscrow 1 (mkP (101, 101) 5 1) []) in H0; [|vm_compute; reflexivity].
  apply User with (l := Plain (Rotate 1 []) false) in H0; [|vm_compute; reflexivity].
  eexists _, _, _. split; [exact H0|]. repeat split; vm_compute; try reflexivity; tauto.
Qed.
