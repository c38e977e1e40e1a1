(** * T2 (coalitions) and T3 (newcomers, removed members, lockdown), whatever dishonest authors publish *)
Require Import List Arith Bool Lia.
Import ListNotations.
Require Import Model Statements Basic.

(* Terms that are harmless to a coalition C that may read the epochs R. The Kdf line is GRT-2: a grant key counts as
   readable exactly if ALL seeds under it are. *)
Fixpoint ok (C : nat -> Prop) (R : nat -> nat -> bool) (t : term) : Prop :=
  match t with
  | Seed e => exists m, C m /\ R m e = true
  | Sk m _ => C m
  | Junk _ | Nil => True
  | Pair t u => ok C R t /\ ok C R u
  | Kdf t _ => ok C R t
  | Enc k t => ok C R k -> ok C R t
  | Box m _ t => C m -> ok C R t
  end.

Lemma ok_closed C R (B : term -> Prop) : (forall t, B t -> ok C R t) -> forall t, dy B t -> ok C R t.
Proof. intros H t D. induction D; simpl in *; tauto || auto. Qed.

Lemma dy_mono (B B' : term -> Prop) t : (forall t, B t -> B' t) -> dy B t -> dy B' t.
Proof. intros H D. induction D; eauto using dy. Qed.

Lemma ok_seeds C R S : (forall e, In e S -> exists m, C m /\ R m e = true) -> ok C R (seeds S).
Proof. induction S; simpl; intros; auto. Qed.

Lemma ok_base C R st : Basic st -> (forall m e, reach st m e = true -> R m e = true) ->
  (forall t, In t (pub st) -> ok C R t) -> forall t, base C st t -> ok C R t.
Proof.
  intros B M H t [I|[(m & v & Cm & ->)|(e & Cm & L & ->)]]; simpl; auto.
  exists (mk st e). split; auto. apply M. now apply b_mk.
Qed.

Lemma ok_genuine C R st l ts : Basic st -> adm st l = true ->
  (forall m e, reach (apply st l ts) m e = true -> R m e = true) -> forall t, In t (genuine seeds st l) -> ok C R t.
Proof.
  intros B A M t I. unfold genuine in I. apply in_app_or in I as [I|I].
  - apply in_flat_map in I as ((r, S) & I & J). destruct J as [<-|[<-|[]]]; simpl; auto.
    intros Cr. apply ok_seeds. intros e Ie. exists r. split; auto. apply M. simpl. apply orb_true_iff. right.
    apply granted_spec. left. eauto.
  - destruct (newep st l) eqn:N; [|contradiction]. apply in_flat_map in I as (r & I & J). apply filter_In in I as [_ X].
    destruct J as [<-|[<-|[]]]; simpl; auto.
    intros Cr. split; auto. exists r. split; auto. apply M. simpl. apply orb_true_iff. right.
    apply granted_spec. right. auto.
Qed.

Lemma pub_ok (D C : nat -> Prop) st : (forall m, D m -> C m) -> history (adversary D) st ->
  forall R, (forall m e, reach st m e = true -> R m e = true) -> forall t, In t (pub st) -> ok C R t.
Proof.
  intros DC H. induction H as [|st l ts H IH A P]; intros R M t I; [contradiction|].
  assert (B := basic _ _ H). simpl in I. apply in_app_or in I as [I|I].
  - destruct (P _ I) as [G|K]. { eapply ok_genuine; eauto. }
    eapply ok_closed; [|apply K]. intros u U.
    eapply ok_base; eauto.
    + intros m e Z. apply M. simpl. now rewrite Z.
    + apply IH. intros m e Z. apply M. simpl. now rewrite Z.
    + destruct U as [U|[(m & v & X & E)|(e & X & Y)]]; [now left|right; left; eauto|right; right; eauto].
  - apply IH; auto. intros m e Z. apply M. simpl. now rewrite Z.
Qed.

Theorem T2_coalition : coalition_within_reach.
Proof. unfold coalition_within_reach.
  intros D C st e DC H K. assert (B := basic _ _ H).
  change (ok C (reach st) (Seed e)). eapply ok_closed; [|apply K]. apply ok_base; auto.
  eapply pub_ok; eauto.
Qed.

Theorem T2_junk : coalition_within_reach_despite_junk.
Proof. unfold coalition_within_reach_despite_junk. intros C st e H. apply (T2_coalition (fun _ => False)); auto; contradiction. Qed.

Theorem T2_keys : keys_stay_private.
Proof. unfold keys_stay_private.
  intros D C st m v DC H K. assert (B := basic _ _ H).
  change (ok C (reach st) (Sk m v)). eapply ok_closed; [|apply K]. apply ok_base; auto. eapply pub_ok; eauto.
Qed.

Theorem T3_newcomer : newcomer_reaches_nothing_older.
Proof. unfold newcomer_reaches_nothing_older. intros P st m e H. exact (b_since _ (basic _ _ H) m e). Qed.

Theorem T3_removed : removed_reaches_nothing_newer.
Proof. unfold removed_reaches_nothing_newer. intros P st m c e H. exact (b_gone _ (basic _ _ H) m c e). Qed.

Theorem T3_frozen : removed_is_frozen.
Proof. unfold removed_is_frozen.
  intros P st l ts m c H A G. assert (B := basic _ _ H). destruct (b_goneact _ B _ _ G) as [I Z]. simpl.
  assert (NE : ~ In m (ents l)). { intros X. eapply ents_fresh; eauto. }
  repeat split.
  - destruct (memb m (rms l)) eqn:R; auto. bb. rewrite (rms_act _ _ _ A R) in Z. discriminate.
  - unfold act'. rewrite Z. simpl. now apply memb_false.
  - intros e. erewrite gone_not_granted; eauto. now rewrite orb_false_r.
  - destruct l; simpl in *; bb; try (left; intros ->; congruence); try (left; intros ->; tauto). right; eauto.
Qed.

Theorem T3_outsiders : outsiders_compute_nothing_else.
Proof. unfold outsiders_compute_nothing_else.
  intros D C st e DC H X K. destruct (T2_coalition _ _ _ _ DC H K) as (m & Cm & Rm).
  assert (B := basic _ _ H). assert (I := b_mem _ B _ _ Rm).
  destruct (X _ Cm I) as [(c & G & L)|(Y & L)].
  - assert (Z := b_gone _ B _ _ _ G Rm). lia.
  - assert (Z := b_since _ B _ _ I Y Rm). lia.
Qed.

Theorem T3_own_links : own_links_extend_by_new_epochs.
Proof. unfold own_links_extend_by_new_epochs.
  intros P C st l ts m e H A Ca Cf Cm R. assert (B := basic _ _ H). simpl in R.
  apply orb_true_iff in R as [R|R]; [left; eauto|]. apply granted_spec in R as [(S & I & J)|(N & -> & _)]; auto. left.
  destruct l; simpl in *; try contradiction; bb.
  - destruct I as [E|[]]; inversion E; subst. apply upto_spec in J. bb. exists a. split; auto. eapply b_hr; eauto. eapply held1_held; eauto.
  - apply in_map_iff in I as (x & E & I). inversion E; subst. apply upto_spec in J. bb. exists a. split; auto. eapply b_hr; eauto. eapply held1_held; eauto.
  - rewrite forallb_forall in *. match goal with H : forall x, In x give -> _ |- _ => specialize (H _ I); simpl in H end. bb.
    rewrite forallb_forall in *. match goal with H : forall x, In x S -> _ |- _ => specialize (H _ J) end. bb. exists m; auto.
  - destruct I as [E|[]]; inversion E; subst. apply upto_spec in J. bb. exists m. split; auto. eapply b_hr; eauto. eapply held1_held; eauto.
  - destruct I as [E|[]]; inversion E; subst. rewrite forallb_forall in *.
    match goal with H : forall x, In x S -> _ |- _ => specialize (H _ J) end. bb. exists f. split. { eapply Cf; eauto. } eapply b_hr; eauto.
Qed.

Theorem T3_others_links : others_links_extend_by_new_epochs.
Proof. unfold others_links_extend_by_new_epochs.
  intros P C st l ts m e H A Na Cm R. assert (B := basic _ _ H). simpl in R.
  apply orb_true_iff in R as [R|R]; auto. apply granted_spec in R as [(S & I & J)|(N & E & X)]; auto.
  left. eapply owe_unapproved; eauto. intros Z. exact (Na _ Z Cm).
Qed.

Theorem T3_lockdown : lockdown_keeps_out.
Proof. unfold lockdown_keeps_out.
  intros P st m e H. revert m e. induction H as [|st l ts H IH A _]; [discriminate|]. intros m e L C. simpl in L, C.
  assert (B := basic _ _ H).
  assert (K : reach st m e = true -> lock st = true /\ conf st m = false).
  { intros R. assert (I := b_mem _ B _ _ R). assert (X := b_cur _ B _ I).
    destruct l; simpl in L, C; auto; try (apply orb_false_iff in C as [C0 C]); auto.
    - exfalso. simpl in A. bb. lia.
    - destruct (m =? m0) eqn:E; auto. exfalso. simpl in A. bb. subst. contradiction.
    - congruence. }
  simpl. apply orb_false_iff. split.
  - destruct (reach st m e) eqn:R; auto. destruct (K eq_refl) as [K1 K2]. rewrite (IH m e K1 K2) in R. discriminate.
  - destruct (granted st l m e) eqn:G; auto. exfalso. apply granted_spec in G as [(S0 & I & J)|(_ & _ & X)].
    + destruct l; simpl in I, L, C; try contradiction.
      * destruct I as [I|[]]; inversion I; subst. rewrite Nat.eqb_refl in C. discriminate.
      * apply in_map_iff in I as (x & Z & I). inversion Z; subst. apply orb_false_iff in C as [C _]. bb. contradiction.
      * assert (R : reach st m e = true). { eapply owe_unapproved; eauto; simpl; tauto. } rewrite IH in R; auto. discriminate.
      * destruct I as [I|[]]; inversion I; subst. simpl in A. unfold cil in A. rewrite L, C in A. bb. discriminate.
      * destruct I as [I|[]]; inversion I; subst. simpl in A. unfold cil in A. rewrite L, C in A. bb. discriminate.
    + unfold rcp in X. rewrite L, C in X. bb. discriminate.
Qed.

Theorem T3_rotation : rotation_due_after_removal.
Proof. unfold rotation_due_after_removal. intros P st m c H. exact (b_due _ (basic _ _ H) m c). Qed.

Theorem T3_held : held_within_reach.
Proof. unfold held_within_reach. intros P st m e H. exact (b_hr _ (basic _ _ H) m e). Qed.
