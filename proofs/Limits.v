(** * Limits: where a statement fails, and that none of them is empty *)
Require Import List Arith Bool Lia.
Import ListNotations.
Require Import Model Statements Basic Coalition NoGap Play.

Definition last_seed (S : list nat) : term := Seed (last S 0).
Definition first_seed (S : list nat) : term := Seed (hd 0 S).
Definition both_ends (S : list nat) : term := Pair (first_seed S) (last_seed S).

(* 1 opens the log; 2 joins, is approved, is removed; 3 joins and is never approved; 1 enrolls backup key 4. *)
Definition six := [Genesis 1 false; Join 2; Review 1 [2] [] []; Review 1 [] [2] []; Join 3; Enroll 1 4 []].
Definition two_three m := m = 2 \/ m = 3.

Ltac solve_in := vm_compute; tauto.
Ltac published := apply dy_ax; left; solve_in.

Lemma six_leaks kd :
  (forall B, dy B (Seed 1) -> dy B (Seed 4) -> dy B (kd [1;2;3;4])) ->
  know two_three (play kd st0 six) (Seed 3).
Proof.
  intros K. set (st := play kd st0 six).
  assert (S1 : know two_three st (Seed 1)).
  { eapply dy_fst with (u := Nil). apply dy_dec with (k := Kdf (kd [1]) 3); [published|].
    apply dy_unbox with (m := 2) (v := 0); [published|]. apply dy_ax. right. left. exists 2, 0. split; [now left|reflexivity]. }
  assert (S4 : know two_three st (Seed 4)).
  { apply dy_ax. right. right. exists 4. split; [now right|]. split; [vm_compute; lia|reflexivity]. }
  assert (X : know two_three st (seeds [1;2;3;4])).
  { apply dy_dec with (k := Kdf (kd [1;2;3;4]) 6); [published|]. apply dy_kdf. apply K; auto. }
  eapply dy_seeds; [exact X|]. simpl; auto.
Qed.

Lemma six_reach kd : ~ exists m, two_three m /\ reach (play kd st0 six) m 3 = true.
Proof. intros (m & [-> | ->] & H); vm_compute in H; discriminate. Qed.

(* the conclusion of T2, for a derivation of the grant key, when every author is honest *)
Definition T2_for (kd : list nat -> term) : Prop := forall (C : nat -> Prop) st e,
  history (honest_by kd) st -> know C st (Seed e) -> exists m, C m /\ reach st m e = true.

(** The statement of T2 for honest authors holds where the grant key is derived from all seeds. *)
Theorem T2_for_all_seeds : T2_for seeds.
Proof. intros C st e H. apply T2_junk. now apply honest_adversary. Qed.

Lemma T2_fails kd : (forall B, dy B (Seed 1) -> dy B (Seed 4) -> dy B (kd [1;2;3;4])) -> ~ T2_for kd.
Proof.
  intros K T. apply (six_reach kd). apply T.
  - apply play_history; [constructor|vm_compute; reflexivity|reflexivity].
  - now apply six_leaks.
Qed.

(** It fails where the grant key is derived from the last seed. *)
Theorem T2_fails_last_seed : ~ T2_for last_seed.
Proof. apply T2_fails. intros; auto. Qed.
(** It fails where the grant key is derived from the first seed. *)
Theorem T2_fails_first_seed : ~ T2_for first_seed.
Proof. apply T2_fails. intros; auto. Qed.
(** It fails where the grant key is derived from the first and the last seed. *)
Theorem T2_fails_both_ends : ~ T2_for both_ends.
Proof. apply T2_fails. intros; apply dy_pair; auto. Qed.

Definition three := [Genesis 1 false; Join 2; Enroll 1 3 []].
(** With the last seed alone, three links and one member that nobody approved are enough. *)
Theorem last_seed_three_links :
  history (honest_by last_seed) (play last_seed st0 three) /\
  know (eq 2) (play last_seed st0 three) (Seed 1) /\ reach (play last_seed st0 three) 2 1 = false.
Proof.
  split; [|split; [|reflexivity]].
  - apply play_history; [constructor|vm_compute; reflexivity|reflexivity].
  - eapply dy_seeds with (S := [1;2]); [|simpl; auto].
    apply dy_dec with (k := Kdf (Seed 2) 3); [published|]. apply dy_kdf. apply dy_ax. right. right. exists 2.
    split; [reflexivity|]. split; [vm_compute; lia|reflexivity].
Qed.

(** With both ends it takes a removed member and one that nobody approved: neither reaches both ends alone. *)
Theorem both_ends_takes_two :
  reach (play both_ends st0 six) 2 4 = false /\ reach (play both_ends st0 six) 3 1 = false /\
  gone (play both_ends st0 six) 2 = Some 2 /\ appr (play both_ends st0 six) 3 = false.
Proof. repeat split. Qed.

(** T2 must let the coalition contain the dishonest author: anybody who has a seed can give it away. *)
Theorem T2_needs_the_leaker : exists st, history (adversary (eq 1)) st /\ know (eq 2) st (Seed 1) /\ reach st 2 1 = false.
Proof.
  set (s1 := apply st0 (Genesis 1 false) (genuine seeds st0 (Genesis 1 false))).
  exists (apply s1 (Join 2) [Seed 1]). split; [|split; [|reflexivity]].
  - constructor; [constructor; [constructor|reflexivity|intros t; auto]|reflexivity|].
    intros t [<-|[]]. right. apply dy_ax. right. right. exists 1. split; [reflexivity|]. split; [vm_compute; lia|reflexivity].
  - apply dy_ax. left. now left.
Qed.

Definition gap := [Genesis 1 false; Join 2; Review 2 [] [1] []; Join 3; Reclaim 3 1 [1;2] []].
(** "One stretch" is false where a member reclaims epochs that do not join on to its own, though all authors are honest. *)
Theorem T1_fails_with_reclaim :
  let st := play seeds st0 gap in
  history honest st /\ act st 3 = true /\ ~ exists a, forall e, held st 3 e = true <-> a <= e <= cur st.
Proof.
  split; [|split; [reflexivity|]].
  - apply play_history; [constructor|vm_compute; reflexivity|reflexivity].
  - intros (a & H). assert (H1 := proj1 (H 1) eq_refl). assert (H3 := proj2 (H 3)). vm_compute in H1.
    assert (held (play seeds st0 gap) 3 3 = true). { apply H3. vm_compute. lia. } vm_compute in H0. discriminate.
Qed.

(** Histories without a reclaim exist in which several members are active after four epochs. *)
Theorem T1_not_empty : exists st, history (honest_no_reclaim) st /\ act st 1 = true /\ act st 4 = true /\ cur st = 4.
Proof.
  exists (play seeds st0 six). split; [|repeat split].
  unfold six, play. repeat (apply h_link; [|vm_compute; reflexivity|split; [split; [reflexivity|simpl; tauto]|exact I]]). constructor.
Qed.

Definition locked := [Genesis 1 false; Lockdown 1 true [] []; Join 2; Rotate 1 []; Join 3; Review 1 [2] [] []; Rekey 2 [] true;
  Lockdown 1 false [] []].
(** Histories that go into lockdown and out of it exist, and members hold what they should. *)
Theorem T1_lockdown_not_empty :
  let st := play seeds st0 locked in
  history (honest_no_reclaim) st /\ upto (held st 1) 9 = [1;2;3;4] /\ upto (held st 2) 9 = [1;2;3;4] /\ upto (held st 3) 9 = [4].
Proof.
  split; [|repeat split].
  unfold locked, play. repeat (apply h_link; [|vm_compute; reflexivity|split; [split; [reflexivity|simpl; tauto]|exact I]]). constructor.
Qed.
