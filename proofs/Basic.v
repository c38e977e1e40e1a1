(** * What holds in every history, whatever is published *)
Require Import List Arith Bool Lia.
Import ListNotations.
Require Import Model.

Lemma memb_spec x l : memb x l = true <-> In x l.
Proof. unfold memb. rewrite existsb_exists. split.
  - intros (y & H & E). apply Nat.eqb_eq in E. now subst.
  - intros H. exists x. split; auto. apply Nat.eqb_refl. Qed.
Lemma memb_false x l : memb x l = false <-> ~ In x l.
Proof. rewrite <- memb_spec. destruct (memb x l); split; congruence. Qed.

Lemma upto_spec f n e : In e (upto f n) <-> 1 <= e <= n /\ f e = true.
Proof. unfold upto. rewrite filter_In, in_seq. intuition lia. Qed.

(* break boolean hypotheses down *)
Ltac bb :=
  repeat match goal with
  | H : _ /\ _ |- _ => destruct H
  | H : exists _, _ |- _ => destruct H
  | H : _ && _ = true |- _ => apply andb_true_iff in H
  | H : negb _ = true |- _ => apply negb_true_iff in H
  | H : memb _ _ = true |- _ => apply memb_spec in H
  | H : memb _ _ = false |- _ => apply memb_false in H
  | H : (_ =? _) = true |- _ => apply Nat.eqb_eq in H
  | H : (_ =? _) = false |- _ => apply Nat.eqb_neq in H
  | H : (_ <=? _) = true |- _ => apply Nat.leb_le in H
  | H : holder _ _ = true |- _ => unfold holder in H
  | H : fresh _ _ = true |- _ => unfold fresh in H
  end.

Lemma granted_spec st l m e : granted st l m e = true <->
  (exists S, In (m, S) (owe st l) /\ In e S) \/ (newep st l = true /\ e = S (cur st) /\ rcp st l m = true).
Proof.
  unfold granted. rewrite orb_true_iff, existsb_exists. split.
  - intros [((r, S) & H & E) | H]; bb; simpl in *; subst; [left; eauto | right; auto].
  - intros [(S & H & E) | (H & -> & A)].
    + left. exists (m, S). split; auto. simpl. rewrite Nat.eqb_refl. now apply memb_spec.
    + right. now rewrite H, A, Nat.eqb_refl.
Qed.

Lemma held1_held st l m e : held1 st l m e = true -> held st m e = true.
Proof. unfold held1. intros; bb; auto. Qed.

Record Basic (st : state) : Prop := {
  b_act : forall m, act st m = true -> In m (members st);
  b_mem : forall m e, reach st m e = true -> In m (members st);
  b_hr : forall m e, held st m e = true -> reach st m e = true;
  b_bd : forall m e, reach st m e = true -> 1 <= e <= cur st;
  b_mk : forall e, 1 <= e <= cur st -> reach st (mk st e) e = true;
  b_goneact : forall m c, gone st m = Some c -> In m (members st) /\ act st m = false;
  b_gone : forall m c e, gone st m = Some c -> reach st m e = true -> e <= c;
  b_since : forall m e, In m (members st) -> appr st m = false -> reach st m e = true -> since st m <= e;
  b_sc : forall m, In m (members st) -> since st m <= S (cur st);
  b_cur : forall m, In m (members st) -> 1 <= cur st;
  b_due : forall m c, gone st m = Some c -> reach st m (cur st) = true -> due st = true
}.

(* who is owed older epochs is active after the link; the epochs exist *)
Lemma owe_ok st l m S e : Basic st -> adm st l = true -> In (m, S) (owe st l) -> In e S ->
  act' st l m = true /\ 1 <= e <= cur st.
Proof.
  intros B A I J. destruct B. unfold act'.
  destruct l; simpl in *; try contradiction; bb.
  - destruct I as [E|[]]; inversion E; subst. apply upto_spec in J. rewrite Nat.eqb_refl, !orb_true_r. tauto.
  - apply in_map_iff in I as (x & E & I). inversion E; subst. apply upto_spec in J. bb.
    rewrite forallb_forall in *. split; [|tauto].
    match goal with H : forall x, In x ap -> act _ _ = _ |- _ => rewrite (H _ I) end.
    match goal with H : forall x, In x ap -> negb _ = _ |- _ => rewrite (H _ I) end. reflexivity.
  - rewrite forallb_forall in *. match goal with H : forall x, In x give -> _ |- _ => specialize (H _ I); simpl in H end. bb.
    rewrite forallb_forall in *. match goal with H : forall x, In x S -> _ |- _ => specialize (H _ J) end. bb.
    split; [|eauto]. match goal with H : act st m = true |- _ => rewrite H end. reflexivity.
  - destruct I as [E|[]]; inversion E; subst. apply upto_spec in J. match goal with H : act st _ = true |- _ => rewrite H end. tauto.
  - destruct I as [E|[]]; inversion E; subst. match goal with H : act st _ = true |- _ => rewrite H end. split; auto.
    rewrite forallb_forall in *. match goal with H : forall x, In x S -> _ |- _ => specialize (H _ J) end. bb. eauto.
Qed.

Lemma rcp_act st l m : rcp st l m = true -> act' st l m = true.
Proof. unfold rcp. intros; bb; auto. Qed.

Lemma granted_ok st l m e : Basic st -> adm st l = true -> granted st l m e = true ->
  act' st l m = true /\ 1 <= e <= (if newep st l then S (cur st) else cur st).
Proof.
  intros B A G. apply granted_spec in G as [(S & I & J) | (N & -> & A')].
  - destruct (owe_ok _ _ _ _ _ B A I J). destruct (newep st l); split; auto; lia.
  - rewrite N. split; [now apply rcp_act|lia].
Qed.

Lemma auth_act st l : adm st l = true -> newep st l = true -> act' st l (auth l) = true.
Proof.
  unfold act'. intros A N. destruct l; simpl in *; try discriminate; bb;
    rewrite ?Nat.eqb_refl, ?orb_true_r; auto.
  - match goal with H : act st _ = true |- _ => rewrite H end.
    match goal with H : ~ In a rm |- _ => apply memb_false in H; rewrite H end. reflexivity.
  - match goal with H : act st _ = true |- _ => rewrite H end. reflexivity.
  - match goal with H : act st _ = true |- _ => rewrite H end. reflexivity.
  - match goal with H : act st _ = true |- _ => rewrite H end.
    match goal with H : ~ In a rm |- _ => apply memb_false in H; rewrite H end. reflexivity.
Qed.

Lemma auth_rcp st l : adm st l = true -> newep st l = true -> rcp st l (auth l) = true.
Proof.
  intros A N. unfold rcp. rewrite (auth_act _ _ A N). simpl.
  destruct l; simpl in *; try discriminate; unfold cil in *; rewrite ?Nat.eqb_refl; simpl; bb; rewrite ?orb_true_r; auto.
  - rewrite N. reflexivity.
  - match goal with H : negb (lock st) || conf st a = true |- _ => apply orb_true_iff in H as [H|H]; rewrite H end; rewrite ?orb_true_r; auto.
  - destruct on; simpl; auto.
Qed.

Lemma act'_mem st l m : Basic st -> act' st l m = true -> In m (members' st l).
Proof. unfold act', members'. intros B H. apply in_or_app. apply orb_true_iff in H as [H|H]; bb; auto.
  right. eapply b_act; eauto. Qed.

Lemma ents_fresh st l m : adm st l = true -> In m (ents l) -> ~ In m (members st).
Proof. intros A I. destruct l; simpl in *; try contradiction; destruct I as [->|[]]; bb; auto. Qed.

Lemma rms_act st l m : adm st l = true -> In m (rms l) -> act st m = true.
Proof. intros A I. destruct l; simpl in *; try contradiction; bb.
  - rewrite forallb_forall in *. auto.
  - destruct I as [->|[]]; auto.
  - rewrite forallb_forall in *; auto.
  - rewrite forallb_forall in *; auto. Qed.

Lemma rms_ents l m : In m (rms l) -> ents l = [].
Proof. destruct l; simpl; tauto. Qed.

(* an unapproved member is owed only what it reaches already *)
Lemma owe_unapproved st l m S e : Basic st -> adm st l = true -> In (m, S) (owe st l) -> In e S ->
  ~ In m (apps l) -> reach st m e = true.
Proof.
  intros B A I J N. destruct l; simpl in *; try contradiction; bb.
  - destruct I as [E|[]]; inversion E; subst. tauto.
  - apply in_map_iff in I as (x & E & I). inversion E; subst. tauto.
  - rewrite forallb_forall in *. match goal with H : forall x, In x give -> _ |- _ => specialize (H _ I); simpl in H end. bb.
    rewrite forallb_forall in *. match goal with H : forall x, In x S -> _ |- _ => specialize (H _ J) end. bb. auto.
  - destruct I as [E|[]]; inversion E; subst. apply upto_spec in J. bb. eapply b_hr; eauto. eapply held1_held; eauto.
  - destruct I as [E|[]]; inversion E; subst. tauto.
Qed.

Lemma gone_not_granted st l m c e : Basic st -> adm st l = true -> gone st m = Some c -> granted st l m e = false.
Proof.
  intros B A G. destruct (granted st l m e) eqn:E; auto.
  destruct (granted_ok _ _ _ _ B A E) as [X _]. destruct (b_goneact _ B _ _ G) as [I Z].
  unfold act' in X. rewrite Z in X. simpl in X. bb. exfalso. eapply ents_fresh; eauto.
Qed.

Lemma takes_in st rm m : In m rm -> reach st m (cur st) = true -> takes st rm = true.
Proof. intros I R. unfold takes. apply existsb_exists. eauto. Qed.

(* MEM-7 *)
Lemma due_step st l : Basic st -> adm st l = true -> forall m c,
  (if memb m (rms l) then Some (cur st) else gone st m) = Some c ->
  reach st m (if newep st l then S (cur st) else cur st) || granted st l m (if newep st l then S (cur st) else cur st) = true ->
  due' st l = true.
Proof.
  intros B A m c G R. unfold due'.
  assert (NG : forall e, granted st l m e = false).
  { intros e. destruct (memb m (rms l)) eqn:M; [|eapply gone_not_granted; eauto].
    destruct (granted st l m e) eqn:E; auto. apply granted_ok in E as [E _]; auto. unfold act' in E. rewrite M in E. bb.
    rewrite (rms_ents _ _ M), andb_false_r in E. discriminate. }
  rewrite NG, orb_false_r in R. destruct (newep st l) eqn:N. { apply (b_bd _ B) in R. lia. }
  destruct (memb m (rms l)) eqn:M.
  - apply memb_spec in M. assert (T := fun rm I => takes_in st rm m I R).
    destruct l; simpl in M; try contradiction; simpl in N; bb.
    + rewrite T in N by auto. discriminate.
    + rewrite T; auto.
    + rewrite T; auto.
    + destruct on.
      * rewrite T, orb_true_r in N by auto. discriminate.
      * simpl in A. bb. destruct rm; [contradiction|discriminate].
  - assert (D := b_due _ B _ _ G R). rewrite D. destruct l; auto; apply orb_true_r.
Qed.

Lemma basic_init : Basic st0.
Proof. split; simpl; intros; try discriminate; try contradiction; lia. Qed.

Lemma basic_step st l ts : Basic st -> adm st l = true -> Basic (apply st l ts).
Proof.
  intros B A. split; simpl.
  - intros m H. now apply act'_mem.
  - intros m e H. apply orb_true_iff in H as [H|H].
    + apply in_or_app. right. eapply b_mem; eauto.
    + apply granted_ok in H as [H _]; auto. now apply act'_mem.
  - intros m e H. apply orb_true_iff in H as [H|H]; rewrite orb_true_iff; [left|now right].
    eapply b_hr; eauto. eapply held1_held; eauto.
  - intros m e H. apply orb_true_iff in H as [H|H].
    + apply (b_bd _ B) in H. destruct (newep st l); lia.
    + now apply granted_ok in H.
  - intros e H. destruct (newep st l) eqn:N; simpl.
    + destruct (e =? S (cur st)) eqn:E; bb.
      * subst. apply orb_true_iff. right. apply granted_spec. right. repeat split; auto. now apply auth_rcp.
      * apply orb_true_iff. left. apply (b_mk _ B). lia.
    + apply orb_true_iff. left. now apply (b_mk _ B).
  - intros m c H. destruct (memb m (rms l)) eqn:R.
    + bb. split. { apply in_or_app. right. apply (b_act _ B). eapply rms_act; eauto. }
      unfold act'. rewrite (proj2 (memb_spec _ _) R). simpl. rewrite (rms_ents _ _ R). now rewrite andb_false_r.
    + destruct (b_goneact _ B _ _ H) as [I Z]. split. { apply in_or_app; auto. }
      unfold act'. rewrite Z. simpl. apply memb_false. intros X. eapply ents_fresh; eauto.
  - intros m c e H G. destruct (memb m (rms l)) eqn:R.
    + inversion H; subst. apply orb_true_iff in G as [G|G]. { now apply (b_bd _ B) in G. }
      exfalso. apply granted_ok in G as [G _]; auto. unfold act' in G. rewrite R in G. bb.
      rewrite (rms_ents _ _ R) in G. rewrite andb_false_r in G. discriminate.
    + apply orb_true_iff in G as [G|G]. { eapply b_gone; eauto. }
      erewrite gone_not_granted in G; eauto. discriminate.
  - intros m e I H G. apply orb_false_iff in H as [H1 H2]. bb. destruct (memb m (ents l)) eqn:E; bb.
    + assert (F := ents_fresh _ _ _ A E). apply orb_true_iff in G as [G|G].
      { exfalso. apply F. eapply b_mem; eauto. }
      apply granted_spec in G as [(S & X & Y)|(_ & -> & _)]; auto.
      exfalso. apply F. apply (b_mem _ B) with (e := e). eapply owe_unapproved; eauto.
    + apply in_app_or in I as [I|I]; [contradiction|]. apply orb_true_iff in G as [G|G]. { eapply b_since; eauto. }
      apply granted_spec in G as [(S & X & Y)|(_ & -> & _)].
      * eapply b_since; eauto. eapply owe_unapproved; eauto.
      * apply b_sc; auto.
  - intros m I. assert (S (cur st) <= S (if newep st l then S (cur st) else cur st)) by (destruct (newep st l); lia).
    destruct (memb m (ents l)) eqn:E; bb; auto. apply in_app_or in I as [I|I]; [contradiction|].
    assert (X := b_sc _ B _ I). lia.
  - intros m I. apply in_app_or in I as [I|I].
    + destruct l; simpl in *; try contradiction; bb.
      * lia.
      * destruct (cur st); [discriminate|]. destruct (negb (lock st)); lia.
      * match goal with H : held st a (cur st) = true |- _ => apply (b_hr _ B) in H; apply (b_bd _ B) in H end. lia.
    + apply (b_cur _ B) in I. destruct (newep st l); lia.
  - apply due_step; auto.
Qed.

Lemma basic P st : history P st -> Basic st.
Proof. induction 1; auto using basic_init, basic_step. Qed.
