(** * T1: no gap among honest authors *)
Require Import List Arith Bool Lia.
Import ListNotations.
Require Import Model Statements Basic Coalition.

(* a member's KEM key in force opens a grant that has epoch e in it *)
Definition opens (st : state) (m e : nat) : Prop :=
  exists S i, In e S /\ In (Enc (Kdf (seeds S) i) (seeds S)) (pub st) /\ In (Box m (gen st m) (Kdf (seeds S) i)) (pub st).

Lemma dy_seeds B S e : dy B (seeds S) -> In e S -> dy B (Seed e).
Proof. induction S; simpl; intros D []; subst; eauto using dy. Qed.

Lemma opens_computes st m e : opens st m e -> computes st m e.
Proof.
  intros (S & i & I & J & K). unfold computes. eapply dy_seeds; eauto. eapply dy_dec.
  - apply dy_ax. left; eauto.
  - eapply dy_unbox; apply dy_ax; [left; eauto|now right].
Qed.

Record Honest (st : state) : Prop := {
  h_opens : forall m e, held st m e = true -> opens st m e;
  h_reach : forall m e, reach st m e = true -> held st m e = true
}.

(* an honest author never has anything to declare *)
Lemma honest_mis st l : Honest st -> adm st l = true -> (forall e, In e (mis l) -> ~ computes st (auth l) e) -> mis l = [].
Proof.
  intros Hs A N. destruct (mis l) as [|e r] eqn:M; auto. exfalso. apply (N e); [now left|].
  apply opens_computes, h_opens; auto.
  destruct l; simpl in *; try discriminate; subst; bb; unfold misok in *;
    rewrite forallb_forall in *; match goal with H : forall x, In x (e :: r) -> _ |- _ => apply H; now left end.
Qed.

Lemma held1_nil st l m e : mis l = [] -> held1 st l m e = held st m e.
Proof. intros M. unfold held1. rewrite M. simpl. now rewrite andb_false_r, andb_true_r. Qed.

Lemma in_flat (A B : Type) (f : A -> list B) l x y : In x l -> In y (f x) -> In y (flat_map f l).
Proof. intros. apply in_flat_map. eauto. Qed.

Lemma granted_opens st l m e : Basic st -> adm st l = true -> granted st l m e = true ->
  opens (apply st l (genuine seeds st l)) m e.
Proof.
  intros B A G. apply granted_spec in G as [(S0 & I & J)|(N & -> & X)]; unfold opens; simpl.
  - exists S0, (S (sq st)). split; auto. split; apply in_or_app; left; apply in_or_app; left;
      (eapply in_flat; [exact I|]); simpl; auto.
  - exists [S (cur st)], (S (sq st)). split; [now left|].
    split; apply in_or_app; left; apply in_or_app; right; rewrite N;
      (apply in_flat with (x := m); [apply filter_In; split; auto; apply act'_mem; auto; now apply rcp_act|]); simpl; auto.
Qed.

Lemma honest_step st l ts : Basic st -> Honest st -> adm st l = true -> honest st l ts -> Honest (apply st l ts).
Proof.
  intros B Hs A [-> N]. assert (M := honest_mis _ _ Hs A N). split.
  - intros m e H. simpl in H. apply orb_true_iff in H as [H|H].
    + rewrite held1_nil in H by auto. destruct (memb m (rks l)) eqn:R.
      * (* re-keyed: everything held is granted again *)
        apply granted_opens; auto. apply memb_spec in R. destruct l; simpl in R; try contradiction. destruct R as [->|[]].
        apply granted_spec. left. eexists. split. { simpl. left. reflexivity. }
        apply upto_spec. rewrite held1_nil by auto. split; auto. exact (b_bd _ B _ _ (b_hr _ B _ _ H)).
      * destruct (h_opens _ Hs _ _ H) as (S0 & i & I & J & K). exists S0, i. simpl. unfold gen'. rewrite R.
        split; auto. split; apply in_or_app; auto.
    + now apply granted_opens.
  - simpl. intros m e H. apply orb_true_iff in H as [H|H]; rewrite orb_true_iff; auto. left.
    rewrite held1_nil by auto. now apply h_reach.
Qed.

Lemma honest_all st : history honest st -> Honest st.
Proof.
  induction 1. { split; simpl; discriminate. } eapply honest_step; eauto. eapply basic; eauto.
Qed.

Lemma honest_adversary D st : history honest st -> history (adversary D) st.
Proof. induction 1; constructor; auto. destruct H1 as [-> _]. intros t I; auto. Qed.

Theorem T1_computes_held : held_is_computed.
Proof. unfold held_is_computed.
  intros st m e H. assert (B := basic _ _ H). assert (Hs := honest_all _ H). split.
  - intros K. apply h_reach; auto.
    destruct (T2_coalition (fun _ => False) (fun x => x = m) st e) as (m' & -> & R); auto; try contradiction.
    { now apply honest_adversary. }
    eapply dy_mono; [|exact K]. simpl. intros t [I| ->]; [now left|right; left; eauto].
  - intros. now apply opens_computes, h_opens.
Qed.

Theorem T1_nothing_missing : nothing_missing.
Proof. unfold nothing_missing. intros st l ts H A [_ N]. eapply honest_mis; eauto using honest_all. Qed.

Theorem T1_authorable : always_authorable.
Proof. unfold always_authorable.
  intros st l m S0 e H A I J. assert (Hs := honest_all _ H).
  destruct l; simpl in *; try contradiction; bb.
  - destruct I as [E|[]]; inversion E; subst. apply upto_spec in J. bb. left. apply opens_computes, h_opens; auto. eapply held1_held; eauto.
  - apply in_map_iff in I as (x & E & I). inversion E; subst. apply upto_spec in J. bb. left. apply opens_computes, h_opens; auto. eapply held1_held; eauto.
  - rewrite forallb_forall in *. match goal with H : forall x, In x give -> _ |- _ => specialize (H _ I); simpl in H end. bb.
    rewrite forallb_forall in *. match goal with H : forall x, In x S0 -> _ |- _ => specialize (H _ J) end. bb. left. apply opens_computes, h_opens; auto.
  - destruct I as [E|[]]; inversion E; subst. apply upto_spec in J. bb. left. apply opens_computes, h_opens; auto. eapply held1_held; eauto.
  - destruct I as [E|[]]; inversion E; subst. rewrite forallb_forall in *.
    match goal with H : forall x, In x S0 -> _ |- _ => specialize (H _ J) end. bb. right. repeat eexists. apply opens_computes, h_opens; auto.
Qed.

(** ** The stretch *)

Ltac inst I J :=
  rewrite forallb_forall in *;
  match goal with H : forall x, In x _ -> act _ (fst x) && _ = true |- _ => specialize (H _ I); simpl in H end; bb;
  rewrite forallb_forall in *;
  match goal with H : forall x, In x _ -> _ && _ && _ = true |- _ => specialize (H _ J) end; bb.

Lemma act_split st l m : act' st l m = true -> memb m (ents l) = false -> act st m = true.
Proof. unfold act'. intros X E. rewrite E, orb_false_r in X. bb. auto. Qed.


Lemma none_unconfirmed P st m e : history P st -> act st m = true -> cil st m = false -> held st m e = false.
Proof.
  intros H X C. destruct (held st m e) eqn:Y; auto. exfalso. apply (b_hr _ (basic _ _ H)) in Y. unfold cil in C.
  apply orb_false_iff in C as [C1 C2]. apply negb_false_iff in C1. rewrite (T3_lockdown _ _ _ _ H C1 C2) in Y. discriminate.
Qed.

Theorem T1_unconfirmed : unconfirmed_holds_nothing.
Proof.
  unfold unconfirmed_holds_nothing. intros st m e H X C. assert (Y := none_unconfirmed _ _ _ e H X C). split; auto.
  rewrite (T1_computes_held st m e H). congruence.
Qed.

(* From epoch [a] on [m] holds all, and older ones only by a reclaim. *)
Definition run (st : state) (m a : nat) : Prop :=
  1 <= a <= cur st /\ (forall e, a <= e <= cur st -> held st m e = true) /\
  forall e, held st m e = true -> a <= e \/ rec st m e = true.
Definition Runs st := forall m, act st m = true -> cil st m = true -> exists a, run st m a.

(* Lockdown is switched off. *)
Definition unlocks l := match l with Lockdown _ false _ _ => True | _ => False end.

Definition approved_in l m := match l with Review _ ap _ _ => memb m ap | _ => false end.

(* To a member that it neither approves nor lets in, a link gives only what that member held before, or reclaimed. *)
Lemma owed_old st l m S0 e : Basic st -> Honest st -> adm st l = true -> mis l = [] -> In (m, S0) (owe st l) -> In e S0 ->
  memb m (ents l) = false -> approved_in l m = false -> held st m e = true \/ rec' st l m e = true.
Proof.
  intros B Hs A M I J E Q. unfold rec'. destruct l; simpl in I; try contradiction.
  - destruct I as [I|[]]; inversion I; subst. simpl in E. rewrite Nat.eqb_refl in E. discriminate.
  - apply in_map_iff in I as (x & Z & I). inversion Z; subst x. simpl in Q. apply memb_false in Q. contradiction.
  - simpl in A. bb. inst I J. left. now apply h_reach.
  - destruct I as [I|[]]; inversion I; subst. apply upto_spec in J as [_ J]. rewrite held1_nil in J by auto. auto.
  - destruct I as [I|[]]; inversion I; subst. right. rewrite Nat.eqb_refl. apply memb_spec in J. rewrite J. apply orb_true_r.
Qed.

(* The older epochs after a link. *)
Definition old_run (st : state) (l : link) (m a : nat) : Prop :=
  1 <= a <= (if newep st l then S (cur st) else cur st) /\
  (forall e, a <= e <= cur st -> held st m e || granted st l m e = true) /\
  (forall e, e <= cur st -> held st m e || granted st l m e = true -> a <= e \/ rec' st l m e = true).

Lemma old_run_kept st l m : Basic st -> Honest st -> adm st l = true -> mis l = [] ->
  memb m (ents l) = false -> approved_in l m = false -> forall a, run st m a -> old_run st l m a.
Proof.
  intros B Hs A M E Q a (L & K & O). split; [destruct (newep st l); lia|]. split.
  - intros e R. now rewrite K.
  - intros e R G. apply orb_true_iff in G as [G|G].
    + destruct (O e G) as [Z|Z]; auto. right. unfold rec'. now rewrite Z.
    + apply granted_spec in G as [(S0 & I & J)|(_ & -> & _)]; [|lia].
      destruct (owed_old _ _ _ _ _ B Hs A M I J E Q) as [Z|Z]; auto.
      destruct (O e Z) as [Y|Y]; auto. right. unfold rec'. now rewrite Y.
Qed.

Lemma old_run_new st l m : Basic st -> newep st l = true -> (forall e, held st m e = false) ->
  (forall S0, ~ In (m, S0) (owe st l)) -> old_run st l m (S (cur st)).
Proof.
  intros B N Z O. split; [rewrite N; lia|]. split; [intros; lia|].
  intros e R G. rewrite Z in G. simpl in G. apply granted_spec in G as [(S0 & I & _)|(_ & -> & _)]; [|lia].
  exfalso. exact (O _ I).
Qed.

Lemma old_run_approved st a ap rm ms m : Basic st -> Honest st -> Runs st -> adm st (Review a ap rm ms) = true -> ms = [] ->
  In m ap -> cil st m = true \/ (forall e, held st m e = false) -> exists a', old_run st (Review a ap rm ms) m a'.
Proof.
  intros B Hs Rs A -> I K. set (l := Review a ap rm []).
  assert (Aa : act st a = true /\ cil st a = true /\ act st m = true).
  { simpl in A. bb. rewrite forallb_forall in *. auto. }
  destruct Aa as (A1 & A2 & A3). destruct (Rs a A1 A2) as (x & Lx & Kx & Ox).
  assert (G1 : forall e, e <= cur st -> granted st l m e = true -> held st a e = true).
  { intros e L G. apply granted_spec in G as [(S0 & J & F)|(_ & -> & _)]; [|lia].
    simpl in J. apply in_map_iff in J as (y & Z & J). inversion Z; subst. apply upto_spec in F as [_ F].
    rewrite !held1_nil in F by auto. bb. auto. }
  assert (G2 : forall e, 1 <= e <= cur st -> held st a e = true -> held st m e || granted st l m e = true).
  { intros e L G. destruct (held st m e) eqn:Y; auto. simpl. apply granted_spec. left.
    eexists. split. { simpl. apply in_map_iff. exists m. split; [reflexivity|auto]. }
    apply upto_spec. rewrite !held1_nil by auto. now rewrite G, Y. }
  assert (R2 : forall e, rec st a e = true -> rec' st l m e = true).
  { intros e R. unfold rec'. simpl. apply memb_spec in I. rewrite I, R. apply orb_true_r. }
  assert (R1 : forall e, rec st m e = true -> rec' st l m e = true).
  { intros e R. unfold rec'. now rewrite R. }
  assert (N : forall y, y <= cur st -> y <= (if newep st l then S (cur st) else cur st)) by (intros; destruct (newep st l); lia).
  destruct K as [K|K].
  - destruct (Rs m A3 K) as (y & Ly & Ky & Oy). exists (min x y). split; [split; [lia|apply N; lia]|]. split.
    + intros e L. destruct (le_lt_dec y e); [rewrite Ky by lia; auto|]. apply G2; [lia|]. apply Kx. lia.
    + intros e L G. apply orb_true_iff in G as [G|G].
      * destruct (Oy e G); auto. left; lia.
      * destruct (Ox e (G1 e L G)); auto. left; lia.
  - exists x. split; [split; [lia|apply N; lia]|]. split.
    + intros e L. apply G2; [lia|]. now apply Kx.
    + intros e L G. rewrite K in G. simpl in G. destruct (Ox e (G1 e L G)); auto.
Qed.

Lemma old_run_entered st l m : Basic st -> Runs st -> adm st l = true -> mis l = [] ->
  In m (ents l) -> negb (lock' st l) || conf' st l m = true -> exists a, old_run st l m a.
Proof.
  intros B Rs A M E C. assert (F := ents_fresh _ _ _ A E).
  assert (Z : forall e, held st m e = false).
  { intros e. destruct (held st m e) eqn:Y; auto. exfalso. apply F. exact (b_mem _ B _ _ (b_hr _ B _ _ Y)). }
  destruct l; simpl in E; try contradiction; destruct E as [->|[]].
  - eexists. apply old_run_new; auto.
  - assert (N : newep st (Join m) = true).
    { simpl in *. rewrite Nat.eqb_refl in C. destruct (lock st); auto. }
    eexists. apply old_run_new; auto.
  - assert (X : act st a = true /\ cil st a = true). { simpl in A. bb. auto. } destruct X as [X1 X2].
    destruct (Rs a X1 X2) as (x & L & K & O). simpl in M. subst ms. set (l := Enroll a m []). exists x. split; [simpl; lia|].
    assert (G : forall e, granted st l m e = true <-> 1 <= e <= cur st /\ held st a e = true).
    { intros e. rewrite granted_spec. split.
      - intros [(S0 & I & J)|(N & _)]; [|discriminate]. destruct I as [I|[]]; inversion I; subst.
        apply upto_spec in J. now rewrite held1_nil in J.
      - intros [H1 H2]. left. eexists. split. { simpl. left. reflexivity. } apply upto_spec. now rewrite held1_nil. }
    split.
    + intros e R. apply orb_true_iff. right. apply G. split; [lia|auto].
    + intros e R H. rewrite Z in H. simpl in H. apply G in H as [_ H]. destruct (O e H) as [Y|Y]; auto. right.
      unfold rec', l. now rewrite Nat.eqb_refl, Y, orb_true_r.
Qed.

Lemma runs_all st : history honest st -> Runs st.
Proof.
  induction 1 as [|st l ts H IH A P]. { intros m; simpl; discriminate. }
  assert (B := basic _ _ H). assert (Hs := honest_all _ H). assert (B' := basic_step _ _ ts B A).
  assert (M : mis l = []) by (apply (honest_mis _ _ Hs A); now destruct P).
  intros m X C. unfold cil in C. simpl in X, C.
  enough (O : exists a, old_run st l m a).
  { destruct O as (a & L & K & O). exists a. unfold run. simpl. split; [exact L|]. split.
    - intros e R. rewrite held1_nil by auto. destruct (le_lt_dec e (cur st)); [apply K; lia|].
      destruct (newep st l) eqn:N; [|lia]. apply orb_true_iff. right. apply granted_spec. right.
      repeat split; auto; [lia|]. unfold rcp. now rewrite X, C.
    - intros e G. assert (D := b_bd _ B' m e (b_hr _ B' m e G)). simpl in D. rewrite held1_nil in G by auto.
      destruct (le_lt_dec e (cur st)); [apply O; auto|]. left. destruct (newep st l); lia. }
  destruct (memb m (ents l)) eqn:E. { apply memb_spec in E. apply old_run_entered; auto. }
  assert (Am := act_split _ _ _ X E).
  assert (K : cil st m = true \/ forall e, held st m e = false).
  { destruct (cil st m) eqn:Q; auto. right. intros e. eapply none_unconfirmed; eauto. }
  destruct (approved_in l m) eqn:Q.
  { destruct l; try discriminate. simpl in Q. apply memb_spec in Q. simpl in M. eapply old_run_approved; eauto. }
  destruct (cil st m) eqn:Cm. { destruct (IH m Am Cm) as (a & R). exists a. apply old_run_kept; auto. }
  (* not confirmed before, and confirmed after: lockdown was switched off *)
  destruct K as [K|K]; [discriminate|]. unfold cil in Cm. apply orb_false_iff in Cm as [C1 C2]. apply negb_false_iff in C1.
  assert (T : unlocks l).
  { assert (I := b_act _ B _ Am). assert (P1 := b_cur _ B _ I).
    destruct l; simpl in C, E, Q, A; simpl; rewrite ?C1, ?C2 in C; try discriminate.
    - bb. lia.
    - rewrite orb_false_r in E. rewrite E in C. discriminate.
    - rewrite orb_false_r in E. rewrite E in C. discriminate.
    - rewrite Q in C. discriminate.
    - destruct on; auto. rewrite C1 in A. bb. discriminate. }
  destruct l; try contradiction. destruct on; try contradiction.
  exists (S (cur st)). apply old_run_new; auto. simpl. apply orb_true_iff. right. apply existsb_exists. exists m.
  split; [eapply b_act; eauto|]. now rewrite Am, K.
Qed.

Theorem T1_no_gap : no_gap.
Proof.
  unfold no_gap. intros st m H [X Y]. destruct (runs_all _ H m X Y) as (a & L & K & O). exists a. split; auto. split; auto.
  intros e G. assert (B := basic _ _ H). assert (D := b_bd _ B _ _ (b_hr _ B _ _ G)). destruct (O e G); auto. left; lia.
Qed.

(** ** Where reclaims join on *)

Lemma contiguous_honest st : history honest_contiguous st -> history honest st.
Proof. induction 1; constructor; auto. now destruct H1. Qed.

Lemma least (f : nat -> bool) n : f n = true -> exists a, a <= n /\ f a = true /\ forall e, f e = true -> a <= e.
Proof.
  induction n as [n IH] using (well_founded_induction lt_wf). intros F.
  destruct (existsb f (seq 0 n)) eqn:E.
  - apply existsb_exists in E as (x & I & X). apply in_seq in I. destruct (IH x) as (a & L & R & M); auto; [lia|].
    exists a. repeat split; auto; lia.
  - exists n. repeat split; auto. intros e G. destruct (le_lt_dec n e); auto. exfalso.
    assert (existsb f (seq 0 n) = true); [|congruence]. apply existsb_exists. exists e. split; auto. apply in_seq. lia.
Qed.

(* What an active member holds is closed upwards. *)
Definition Up st := forall m, act st m = true -> forall e, held st m e = true -> e < cur st -> held st m (S e) = true.

(* closed upwards, below the old current epoch *)
Lemma up_step st l : Basic st -> Honest st -> Up st -> adm st l = true -> mis l = [] ->
  match l with Reclaim a _ runs _ => forall e, In e runs -> In (S e) runs \/ held st a (S e) = true | _ => True end ->
  forall m, act' st l m = true ->
  forall e, held st m e || granted st l m e = true -> e < cur st -> held st m (S e) || granted st l m (S e) = true.
Proof.
  intros B Hs St A M Q m X e G L. destruct (memb m (ents l)) eqn:E.
  - apply memb_spec in E. assert (F := ents_fresh _ _ _ A E).
    apply orb_true_iff in G as [G|G]. { exfalso. apply F. match goal with G : held st _ _ = true |- _ => exact (b_mem _ B _ _ (b_hr _ B _ _ G)) end. }
    apply granted_spec in G as [(S0 & I & J)|(_ & -> & _)]; [|lia].
    destruct l; simpl in I; try contradiction; simpl in E; try contradiction. destruct E as [->|[]].
    destruct I as [I|[]]. inversion I; subst S0.
    apply upto_spec in J as [J1 J2]. rewrite held1_nil in J2 by auto. apply orb_true_iff. right. apply granted_spec. left.
    eexists. split. { simpl. left. reflexivity. } apply upto_spec. split; [lia|]. rewrite held1_nil by auto.
    simpl in A. bb. apply (St a); auto.
  - assert (Am := act_split _ _ _ X E). assert (U := St _ Am).
    apply orb_true_iff in G as [G|G]. { now rewrite (U _ G L). }
    apply granted_spec in G as [(S0 & I & J)|(_ & -> & _)]; [|lia].
    destruct l; simpl in I; try contradiction.
    + destruct I as [I|[]]; inversion I; subst. simpl in E. rewrite Nat.eqb_refl in E. discriminate.
    + apply in_map_iff in I as (x & Z & I). inversion Z; subst x S0. apply upto_spec in J as [J1 J2].
      rewrite !held1_nil in J2 by auto. destruct (held st m (S e)) eqn:Y; auto. simpl. apply granted_spec. left.
      eexists. split. { simpl. apply in_map_iff. exists m. split; [reflexivity|auto]. }
      apply upto_spec. split; [lia|]. rewrite !held1_nil by auto. rewrite Y. simpl. rewrite andb_true_r.
      simpl in A. bb. apply (St a); auto.
    + simpl in A. bb. inst I J. rewrite (U e); auto. now apply h_reach.
    + destruct I as [I|[]]; inversion I; subst. apply upto_spec in J as [J1 J2]. rewrite held1_nil in J2 by auto.
      now rewrite (U e).
    + destruct I as [I|[]]; inversion I; subst. destruct (Q _ J) as [Y|Y]; [|now rewrite Y].
      apply orb_true_iff. right. apply granted_spec. left. eexists. split. { simpl. left. reflexivity. } auto.
Qed.


Lemma up_all st : history honest_contiguous st -> Up st.
Proof.
  induction 1 as [|st l ts H IH A P]. { intros m; simpl; discriminate. }
  assert (H' := contiguous_honest _ H). assert (B := basic _ _ H). assert (Hs := honest_all _ H').
  destruct P as [P Q]. assert (N := T1_nothing_missing _ _ _ H' A P).
  assert (H2 : history honest (apply st l ts)) by (constructor; auto).
  intros m X e G L. assert (Y := X). simpl in X. simpl in G. rewrite held1_nil in G by auto. simpl. rewrite held1_nil by auto.
  destruct (cil (apply st l ts) m) eqn:C.
  2: { assert (Z := none_unconfirmed _ _ _ e H2 Y C). simpl in Z. rewrite held1_nil in Z by auto. congruence. }
  unfold cil in C. simpl in C, L. destruct (newep st l) eqn:NE.
  - destruct (Nat.eq_dec e (cur st)) as [->|D].
    + apply orb_true_iff. right. apply granted_spec. right. unfold rcp. rewrite X, C. auto.
    + eapply up_step; eauto. lia.
  - eapply up_step; eauto.
Qed.

Theorem T1_no_gap_contiguous : no_gap_where_reclaims_join_on.
Proof.
  unfold no_gap_where_reclaims_join_on. intros st m H [X Y]. assert (B := basic _ _ H). assert (U := up_all _ H m X).
  destruct (runs_all _ (contiguous_honest _ H) m X Y) as (b & Lb & Kb & _). assert (C := Kb (cur st) ltac:(lia)).
  destruct (least (held st m) (cur st) C) as (a & L & F & M). exists a. split.
  - split; auto. apply (b_hr _ B) in F. apply (b_bd _ B) in F. lia.
  - intros e. split.
    + intros G. split; auto. apply (b_hr _ B) in G. apply (b_bd _ B) in G. lia.
    + intros [L1 L2]. induction e as [|e IHe]. { replace 0 with a by lia. auto. }
      destruct (Nat.eq_dec a (S e)) as [<-|D]; auto. apply U; [apply IHe|]; lia.
Qed.

Theorem T1_no_gap_no_reclaim : no_gap_without_reclaims.
Proof.
  unfold no_gap_without_reclaims. intros st m H T.
  assert (H1 : history honest_contiguous st).
  { clear T. induction H; constructor; auto. destruct H1 as [Q Z]. split; auto. destruct l; auto; contradiction. }
  destruct (T1_no_gap_contiguous _ _ H1 T) as (a & L & E). exists a. split; auto. split; auto.
  intros e. rewrite (T1_computes_held st m e (contiguous_honest _ H1)). auto.
Qed.
