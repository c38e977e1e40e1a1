(** * Escrow: the proofs *)
Require Import List Arith Bool Lia.
Import ListNotations.
Require Import Model Statements Basic Coalition Escrow EscrowStatements.

(* Terms that are harmless to members [C] with the KEM keys [K], who may read the epochs [R]. *)
Fixpoint wok (C K R : nat -> Prop) (t : term) : Prop :=
  match t with
  | Seed e => R e
  | Sk m v => match v with 0 => C m | _ => K m end
  | Junk _ | Nil => True
  | Pair t u => wok C K R t /\ wok C K R u
  | Kdf t _ => wok C K R t
  | Enc k t => wok C K R k -> wok C K R t
  | Box m v t => match v with 0 => C m | _ => K m end -> wok C K R t
  end.
Lemma wok_closed (C K R : nat -> Prop) (B : term -> Prop) : (forall t, B t -> wok C K R t) -> forall t, dy B t -> wok C K R t.
Proof. intros H t D. induction D; simpl in *; tauto || auto. Qed.
Lemma wok_seeds (C K R : nat -> Prop) S : (forall e, In e S -> R e) -> wok C K R (seeds S).
Proof. induction S; simpl; intros; auto. Qed.

Definition may_read (C K : nat -> Prop) (w : world) (e : nat) : Prop :=
  (exists m, C m /\ mgr w m e) \/ (C (made w e) /\ 1 <= e <= newest w) \/ (exists s k, K k /\ gp w (s, k) e).

Lemma may_read_step (C K : nat -> Prop) w l ts e : may_read C K w e -> may_read C K (wapply w l ts) e.
Proof.
  unfold may_read. intros [(m & Cm & G)|[(Cm & L)|(s & k & Kk & G)]]; destruct l; simpl; eauto 8;
    try (right; left; split; [destruct (e =? S (newest w)) eqn:E; bb; [lia|exact Cm]|lia]).
Qed.

Record Sound (w : world) : Prop := {
  s_user : forall p e, gp w p e -> user_epoch w e;
  s_pairs : forall n k, In (n, k) (epairs w) -> 1 <= n <= newest w
}.
Lemma sound (D DK : nat -> Prop) w : whistory D DK w -> Sound w.
Proof.
  induction 1 as [|w l ts H IH A P]. { split; simpl; contradiction. }
  destruct IH as [U Q]. unfold user_epoch in *. destruct l; simpl in *; split; unfold user_epoch; simpl; eauto.
  - intros p e G. specialize (U p e G). split; [lia|tauto].
  - intros n k I. specialize (Q n k I). lia.
  - intros p e G. specialize (U p e G). split; [lia|]. intros [E|E]; [lia|tauto].
  - intros n k0 [E|I]; [inversion E; lia|]. specialize (Q _ _ I). lia.
  - intros p e [G|[F I]]; [eauto|]. apply A. auto.
Qed.

Lemma wok_grant (C K R : nat -> Prop) m v es i : (match v with 0 => C m | _ => K m end -> forall e, In e es -> R e) ->
  forall t, In t (gterms seeds m v es i) -> wok C K R t.
Proof. intros H t [<-|[<-|[]]]; simpl; auto. intros X. apply wok_seeds. auto. Qed.

Lemma out_ok (D DK C K : nat -> Prop) w : (forall m, D m -> C m) -> (forall k, DK k -> K k) -> whistory D DK w ->
  forall R : nat -> Prop, (forall e, may_read C K w e -> R e) -> (forall n k, In (n, k) (epairs w) -> R n -> K k) ->
  forall t, wbase C K w t -> wok C K R t.
Proof.
  intros DC DK' H. induction H as [|w l ts H IH A P]; intros R M Cl t T.
  - destruct T as [[]|[(m & Cm & ->)|[(k & Kk & ->)|(e & _ & L & _)]]]; simpl in *; auto. lia.
  - assert (IH' : forall t, wbase C K w t -> wok C K R t).
    { apply IH. { intros e X. apply M. now apply may_read_step. } intros n k I. apply Cl. destruct l; simpl; auto. }
    destruct T as [I|[(m & Cm & ->)|[(k & Kk & ->)|(e & Ce & L & ->)]]]; simpl; auto.
    2: { apply M. right. left. auto. }
    assert (I' : In t ts \/ In t (out w)). { destruct l; simpl in I; apply in_app_or in I; auto. }
    destruct I' as [I'|I']; [|apply IH'; now left]. destruct (P _ I') as [G|G].
    + destruct l; simpl in G; try contradiction.
      * destruct G as [<-|[]]. simpl. intros X. apply (Cl (S (newest w)) k); simpl; auto.
      * apply in_flat_map in G as (m & Im & G). eapply wok_grant; [|exact G]. intros Cm e Ie. apply M. left. exists m. simpl. auto.
      * destruct (force w) as [[s k]|] eqn:F; [|contradiction]. eapply wok_grant; [|exact G].
        intros Kk e Ie. apply M. right. right. exists s, k. simpl in *. auto.
      * apply in_flat_map in G as (d & Id & G). eapply wok_grant; [|exact G]. intros Cd e Ie. apply M. left. exists d. simpl. auto.
    + eapply wok_closed; [|exact G]. intros u [U|[(m & Dm & ->)|[(k & Dk & ->)|(e & De & L & ->)]]]; simpl; auto.
      * apply IH'. now left.
      * apply (IH' (Seed e)). right. right. right. eauto.
Qed.

Lemma admins_closed (C K D DK : nat -> Prop) w : whistory D DK w -> keys_of_admins C K w -> forall n k, In (n, k) (epairs w) -> may_read C K w n -> K k.
Proof.
  intros H A n k I [X|[[X _]|(s & k' & _ & G)]]; [apply (A n k I); auto|apply (A n k I); auto|].
  exfalso. destruct (s_user _ (sound _ _ _ H) _ _ G) as [_ N]. apply N. apply in_map_iff. exists (n, k). auto.
Qed.

Theorem T6_coalition : coalition_with_admins.
Proof. unfold coalition_with_admins.
  intros D DK C K w e DC DK' H A Kn. change (wok C K (may_read C K w) (Seed e)). eapply wok_closed; [|exact Kn].
  eapply out_ok; eauto. eapply admins_closed; eauto.
Qed.

Theorem T6_pair_keys : pair_keys_stay_private.
Proof. unfold pair_keys_stay_private.
  intros D DK C K w k DC DK' H A Kn. change (wok C K (may_read C K w) (Sk k 1)). eapply wok_closed; [|exact Kn].
  eapply out_ok; eauto. eapply admins_closed; eauto.
Qed.

Lemma frozen_pairs (K : nat -> Prop) w0 w : no_pointer_to K w0 w -> (forall p, force w0 = Some p -> ~ K (snd p)) ->
  (forall p, force w = Some p -> ~ K (snd p)) /\ forall p e, K (snd p) -> gp w p e -> gp w0 p e.
Proof.
  intros H F. induction H as [|w l ts H [IH1 IH2] N]; auto. destruct l; simpl; split; auto.
  - intros q e Kq [G|[E _]]; auto. exfalso. exact (IH1 _ E Kq).
  - intros q ->. apply (N q eq_refl).
Qed.

Theorem T6_renewal : renewal_ends_it.
Proof. unfold renewal_ends_it.
  intros D DK C K w0 p ts w e DC DK' N Np H A Kn. destruct (T6_coalition _ _ _ _ _ _ DC DK' H A Kn) as [X|[X|(s & k & Kk & G)]]; auto.
  right. right. exists s, k. split; auto. destruct (frozen_pairs _ _ _ N) as [_ Q].
  { simpl. intros q E. inversion E; subst. auto. } apply (Q (s, k) e Kk) in G. exact G.
Qed.

Theorem T6_removed_admin : removed_admin_learns_nothing_more.
Proof. unfold removed_admin_learns_nothing_more.
  intros P E D DK C K number w0 p ts w e c HE Adm KK (n0 & I0 & L0) DC DK' N H Kn.
  eapply T6_renewal; eauto.
  - intros Kp. apply (KK _ _ I0) in Kp. lia.
  - intros n k I X. apply (KK _ _ I).
    assert (Y : exists m, C m /\ (mgr w m n \/ made w n = m)). { destruct X as [(m & Cm & G)|X]; eauto. }
    destruct Y as (m & Cm & Y). destruct (Adm n k m I Cm Y) as (d & G & L & R). assert (Z := T3_removed _ _ _ _ _ HE G R). lia.
Qed.

Theorem T6_escrow_gives : escrow_gives_what_was_granted.
Proof. unfold escrow_gives_what_was_granted.
  intros D DK w ds runs pairs i e H [F A] I. destruct (A e I) as (p & Ip & G). exists p. split; auto.
  unfold proven in Ip. destruct (force w); [|auto]. destruct Ip as [->|Ip]; auto.
Qed.

Theorem T6_pointing : pointing_grants_nothing.
Proof. unfold pointing_grants_nothing. intros w p ts q e. simpl. auto. Qed.

Theorem T6_own_pairs : own_pairs_give_nothing_new.
Proof. unfold own_pairs_give_nothing_new.
  intros D DK C K w ds runs pairs i ts m e H [F A] Ks Cm [G|[_ I]]; auto. right.
  destruct (A e I) as ((s & k) & Ip & G). exists s, k. split; auto. exact (Ks _ Ip).
Qed.

Theorem T6_withheld : withheld_is_not_read.
Proof. unfold withheld_is_not_read.
  intros D DK C K w e DC DK' H A Np Nm Nd Kn. destruct (T6_coalition _ _ _ _ _ _ DC DK' H A Kn) as [(m & Cm & G)|[[X _]|(s & k & _ & G)]].
  - exact (Nm m Cm G).
  - exact (Nd X).
  - exact (Np _ G).
Qed.
