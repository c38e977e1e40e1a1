(** * A whole log: the proofs *)
Require Import List Arith Bool Lia.
Import ListNotations.
Require Import Model Basic Classes Escrow Whole WholeStatements.

Record Fine (w : whole) : Prop := {
  f_act : forall m, act (core2 w) m = true -> In m (members (core2 w));
  f_mem : forall m e, reach (core2 w) m e = true -> In m (members (core2 w));
  f_hr : forall m e, held (core2 w) m e = true -> reach (core2 w) m e = true;
  f_bd : forall m e, reach (core2 w) m e = true -> 1 <= e <= cur (core2 w);
  f_pos : forall m, In m (members (core2 w)) -> 1 <= m <= sq (core2 w);
  f_gone : forall m c, gone (core2 w) m = Some c -> In m (members (core2 w)) /\ act (core2 w) m = false;
  f_due : forall m c, gone (core2 w) m = Some c -> reach (core2 w) m (cur (core2 w)) = true -> due (core2 w) = true;
  f_kept : forall m e, kept w m e = true -> is_escrow w m = true /\ 1 <= e <= cur (core2 w) /\ reach (core2 w) m e = false;
  f_pair : forall p e, to_pair w p e = true -> exists m, is_escrow w m = true /\ reach (core2 w) m e = true;
  f_back : forall m e, is_escrow w m = true -> reach (core2 w) m e = true -> exists p, to_pair w p e = true;
  f_esc : forall m, is_escrow w m = true -> In m (members (core2 w));
  f_one : forall m n, is_escrow w m = true -> is_escrow w n = true -> act (core2 w) m = true -> act (core2 w) n = true -> m = n;
  f_none : forall m, in_force w = None -> is_escrow w m = true -> act (core2 w) m = false
}.

Lemma fine_init : Fine whole0.
Proof. split; simpl; intros; try discriminate; tauto || lia. Qed.

Lemma grants_spec w l m e : grants_to w l m e = true <->
  (exists S, In (m, S) (owes w l) /\ In e S) \/ (makes_epoch w l = true /\ e = S (cur (core2 w)) /\ gets w l m = true).
Proof.
  unfold grants_to. rewrite orb_true_iff, existsb_exists. split.
  - intros [((r, S) & H & E) | H]; bb; simpl in *; subst; [left; eauto | right; auto].
  - intros [(S & H & E) | (H & -> & A)].
    + left. exists (m, S). split; auto. simpl. rewrite Nat.eqb_refl. now apply memb_spec.
    + right. now rewrite H, A, Nat.eqb_refl.
Qed.

Lemma parts w l : adm_whole w l = true ->
  (forall m, In m (ents (plain w l)) -> m = S (sq (core2 w))) /\ adm_content w l = true /\ withholding_ok w l = true /\ adm_settled w l = true.
Proof. unfold adm_whole. intros A. bb. repeat split; auto. intros m I. rewrite forallb_forall in H. specialize (H m I). now bb. Qed.

Lemma settled_core w l : act (core2 (settled w l)) = act' (core2 w) (plain w l) /\ cur (core2 (settled w l)) = cur (core2 w) /\
  members (core2 (settled w l)) = members' (core2 w) (plain w l) /\ reach (core2 (settled w l)) = reach (core2 w).
Proof. unfold settled. destruct (approves w l). simpl. auto. Qed.

Lemma gets_act w l m : gets w l m = true -> act' (core2 w) (plain w l) m = true.
Proof. unfold gets, due_to. intros G. bb. destruct (settled_core w l) as (E & _). rewrite E in *. auto. Qed.

(* what holds for each holds for this one, whatever the hypotheses are called *)
Lemma all_in (f : nat -> bool) l x : forallb f l = true -> In x l -> f x = true.
Proof. rewrite forallb_forall. auto. Qed.

(* who is removed was active, and nobody enters by a link that removes *)
Lemma removed w l m : adm_content w l = true -> In m (rms (plain w l)) -> act (core2 w) m = true /\ ents (plain w l) = [].
Proof.
  intros A I. destruct l as [p k|a p ms|a p ms|a ap rm runs ps]; simpl in *; try contradiction.
  - destruct p; simpl in *; bb; try contradiction; split; auto; try (eapply all_in; eassumption).
    destruct I as [<-|[]]; auto.
  - bb. split; auto. eapply all_in; eassumption.
Qed.

Lemma pair_granted w p e : Fine w -> to_pair w p e = true -> 1 <= e <= cur (core2 w).
Proof. intros F T. destruct (f_pair w F p e T) as (m & _ & R). apply (f_bd w F m e R). Qed.

Lemma can_give_old w ps e : Fine w -> can_give w ps e = true -> 1 <= e <= cur (core2 w).
Proof.
  intros F. unfold can_give, granted_in_force. rewrite orb_true_iff, existsb_exists. intros [G|(p & _ & G)].
  - destruct (pair_in_force w); [|discriminate]. eapply pair_granted; eauto.
  - eapply pair_granted; eauto.
Qed.

Lemma owes_ok w l m S e : Fine w -> adm_content w l = true -> In (m, S) (owes w l) -> In e S ->
  1 <= e <= cur (core2 w) /\ act' (core2 w) (plain w l) m = true.
Proof.
  intros F A I J. destruct l as [p k|a p ms|a p ms|a ap rm runs ps].
  - destruct p; simpl in *; try contradiction; unfold act'; simpl.
    + destruct I as [I|[]]. inversion I; subst. apply upto_spec in J. rewrite Nat.eqb_refl, orb_true_r. tauto.
    + apply in_map_iff in I as (x & E & I). inversion E; subst. apply upto_spec in J. bb. split; [tauto|].
      match goal with X : forallb (fun m => negb (memb m _)) _ = true |- _ => rewrite (all_in _ _ _ X I) end.
      match goal with X : forallb (act _) ap = true |- _ => rewrite (all_in _ _ _ X I) end. reflexivity.
    + bb. match goal with X : forallb _ give = true |- _ => rewrite forallb_forall in X; specialize (X _ I) end. simpl in *. bb.
      match goal with X : forallb _ S = true |- _ => rewrite forallb_forall in X; specialize (X _ J) end. simpl in *. bb.
      split; [|match goal with X : act _ m = true |- _ => now rewrite X end].
      match goal with X : _ || _ = true |- _ => apply orb_true_iff in X as [R|K] end; [exact (f_bd w F _ _ R)|]. apply (f_kept w F) in K. tauto.
    + destruct I as [I|[]]. inversion I; subst. apply upto_spec in J. bb.
      split; [tauto|match goal with X : act _ m = true |- _ => now rewrite X end].
    + destruct I as [I|[]]. inversion I; subst. bb.
      match goal with X : forallb _ S = true |- _ => rewrite forallb_forall in X; specialize (X _ J) end. simpl in *. bb.
      split; [|match goal with X : act _ m = true |- _ => now rewrite X end]. match goal with X : held _ _ e = true |- _ => exact (f_bd w F _ _ (f_hr w F _ _ X)) end.
  - simpl in *. destruct I as [I|[]]. inversion I; subst. apply upto_spec in J. unfold act'. simpl.
    rewrite Nat.eqb_refl, orb_true_r. tauto.
  - simpl in I. contradiction.
  - simpl in *. apply in_map_iff in I as (x & E & I). inversion E; subst. apply filter_In in J as [J _]. bb. split.
    { match goal with X : forallb (can_give _ _) _ = true |- _ => apply (can_give_old _ _ _ F (all_in _ _ _ X J)) end. }
    unfold act'. simpl.
    match goal with X : forallb (fun m => negb (memb m _)) _ = true |- _ => rewrite (all_in _ _ _ X I) end.
    match goal with X : forallb (act _) ap = true |- _ => rewrite (all_in _ _ _ X I) end. reflexivity.
Qed.

Lemma grants_ok w l m e : Fine w -> adm_content w l = true -> grants_to w l m e = true ->
  act' (core2 w) (plain w l) m = true /\ 1 <= e /\ (e <= cur (core2 w) \/ (makes_epoch w l = true /\ e = S (cur (core2 w)))).
Proof.
  intros F A G. apply grants_spec in G as [(S & I & J)|(M & -> & G)].
  - destruct (owes_ok w l m S e F A I J). intuition.
  - apply gets_act in G. intuition lia.
Qed.

(* the state after a link, field by field *)
Record After (w : whole) (l : wholelink) : Prop := {
  a_cur : cur (core2 (apply_whole w l)) = if makes_epoch w l then S (cur (core2 w)) else cur (core2 w);
  a_sq : sq (core2 (apply_whole w l)) = S (sq (core2 w));
  a_mem : members (core2 (apply_whole w l)) = members' (core2 w) (plain w l);
  a_act : act (core2 (apply_whole w l)) = act' (core2 w) (plain w l);
  a_reach : forall m e, reach (core2 (apply_whole w l)) m e = reach (core2 w) m e || grants_to w l m e;
  a_held : forall m e, held (core2 (apply_whole w l)) m e = held1 (core2 w) (plain w l) m e || grants_to w l m e;
  a_gone : forall m, gone (core2 (apply_whole w l)) m = if memb m (rms (plain w l)) then Some (cur (core2 w)) else gone (core2 w) m;
  a_due : due (core2 (apply_whole w l)) = if makes_epoch w l then false else due' (core2 w) (plain w l);
  a_esc : forall m, is_escrow (apply_whole w l) m = is_escrow w m ||
    (match l with EnrollEscrow _ _ _ => true | _ => false end && (m =? S (sq (core2 w))));
  a_force : in_force (apply_whole w l) = pointer_after w l;
  a_pair : forall p e, to_pair (apply_whole w l) p e = to_pair w p e || match option_map keys (pointer_after w l) with
    | Some q => peq p q && existsb (fun m => is_escrow (apply_whole w l) m && act' (core2 w) (plain w l) m && grants_to w l m e) (members' (core2 w) (plain w l))
    | None => false end;
  a_kept : forall m e, kept (apply_whole w l) m e = (kept w m e && negb (grants_to w l m e))
    || (keeps l && makes_epoch w l && (e =? S (cur (core2 w))) && is_escrow w m && due_to w l m)
}.
Lemma after_link w l : After w l.
Proof. split; unfold apply_whole, pair_in_force, settled; destruct (approves w l); reflexivity. Qed.

Lemma entrants w l m : adm_whole w l = true -> In m (ents (plain w l)) -> m = S (sq (core2 w)).
Proof. intros A. destruct (parts w l A) as (E & _). auto. Qed.

(* an escrow member that is active after the link was before, or has just been enrolled *)
Lemma escrow_stays w l m : Fine w -> adm_whole w l = true -> is_escrow w m = true -> act' (core2 w) (plain w l) m = true ->
  act (core2 w) m = true /\ ~ In m (rms (plain w l)).
Proof.
  intros F A E. unfold act'. rewrite orb_true_iff. intros [X|X]; [now bb|]. apply memb_spec, (entrants w l m A) in X. subst.
  apply (f_esc w F), (f_pos w F) in E. lia.
Qed.

Lemma none_step w l m : Fine w -> adm_whole w l = true -> pointer_after w l = None -> is_escrow (apply_whole w l) m = true ->
  act' (core2 w) (plain w l) m = false.
Proof.
  intros F A N E. destruct (act' (core2 w) (plain w l) m) eqn:X; [|reflexivity]. exfalso.
  assert (E0 : is_escrow w m = true). { rewrite (a_esc _ _ (after_link w l)) in E. destruct l; simpl in *; try discriminate; rewrite orb_false_r in E; auto. }
  destruct (escrow_stays w l m F A E0 X) as [Y Z].
  assert (N' : (if existsb (is_escrow w) (rms (plain w l)) then None else in_force w) = None) by (destruct l; auto; discriminate).
  destruct (existsb (is_escrow w) (rms (plain w l))) eqn:R.
  - apply existsb_exists in R as (r & I & R). destruct (parts w l A) as (_ & C & _). destruct (removed w l r C I) as [Ar _].
    rewrite (f_one w F m r E0 R Y Ar) in Z. auto.
  - rewrite (f_none w F m N' E0) in Y. discriminate.
Qed.

Lemma due_stays w l m : adm_content w l = true -> makes_epoch w l = false ->
  (due (core2 w) = true \/ (In m (rms (plain w l)) /\ reach (core2 w) m (cur (core2 w)) = true)) -> due' (core2 w) (plain w l) = true.
Proof.
  intros A M D. unfold due'.
  assert (N : newep (core2 w) (plain w l) = false). { destruct l; simpl in *; auto. apply orb_false_iff in M as [-> _]. reflexivity. }
  rewrite N. destruct D as [D|[I R]]; [destruct (plain w l); auto; rewrite D; apply orb_true_r|].
  assert (T : takes (core2 w) (rms (plain w l)) = true) by (apply existsb_exists; eauto).
  destruct l as [p k|a p ms|a p ms|a ap rm runs ps]; simpl in *; try contradiction.
  - destruct p; simpl in *; try contradiction; try (rewrite T in *; reflexivity || discriminate).
    destruct on; [rewrite T, orb_true_r in N; discriminate|]. bb. destruct rm; [contradiction|discriminate].
  - rewrite T in N. discriminate.
Qed.

Lemma fine_step w l : Fine w -> adm_whole w l = true -> Fine (apply_whole w l).
Proof.
  intros F A. destruct (parts w l A) as (E & C & _ & _). destruct (after_link w l) as [Xc Xs Xm Xa Xr Xh Xg Xd Xe Xf Xp Xk].
  assert (Fresh : forall m, In m (ents (plain w l)) -> ~ In m (members (core2 w))).
  { intros m I J. apply E in I. apply (f_pos w F) in J. lia. }
  assert (Mem : forall m, act' (core2 w) (plain w l) m = true -> In m (members' (core2 w) (plain w l))).
  { unfold act', members'. intros m X. rewrite orb_true_iff in X. apply in_or_app. destruct X as [X|X]; bb; auto. right. now apply (f_act w F). }
  assert (New : is_escrow w (S (sq (core2 w))) = false).
  { destruct (is_escrow w (S (sq (core2 w)))) eqn:X; auto. apply (f_esc w F), (f_pos w F) in X. lia. }
  assert (Gone : forall m c, gone (core2 (apply_whole w l)) m = Some c -> In m (members (core2 w)) /\ act' (core2 w) (plain w l) m = false /\
    (gone (core2 w) m = Some c \/ In m (rms (plain w l)))).
  { intros m c. rewrite Xg. unfold act'. destruct (memb m (rms (plain w l))) eqn:R; intros G.
    - bb. destruct (removed w l m C R) as [Y Z]. rewrite Z. simpl. rewrite andb_false_r. repeat split; auto. now apply (f_act w F).
    - destruct (f_gone w F m c G) as [I Y]. rewrite Y. simpl. repeat split; auto. apply memb_false. intros J. exact (Fresh m J I). }
  assert (Here : forall m e, is_escrow (apply_whole w l) m = true -> reach (core2 w) m e = true -> is_escrow w m = true).
  { intros m e H R. rewrite Xe in H. apply orb_true_iff in H as [H|H]; auto. bb. subst. apply (f_mem w F), (f_pos w F) in R. lia. }
  split.
  - intros m. rewrite Xa, Xm. auto.
  - intros m e. rewrite Xr, Xm. rewrite orb_true_iff. intros [R|G].
    + unfold members'. apply in_or_app. right. eapply f_mem; eauto.
    + apply Mem. eapply grants_ok; eauto.
  - intros m e. rewrite Xr, Xh. rewrite !orb_true_iff. intros [R|G]; auto. left. apply (f_hr w F). eapply held1_held; eauto.
  - intros m e. rewrite Xr, Xc. rewrite orb_true_iff. intros [R|G].
    + apply (f_bd w F) in R. destruct (makes_epoch w l); lia.
    + destruct (grants_ok w l m e F C G) as (_ & L & [U|[-> ->]]); destruct (makes_epoch w l); lia.
  - intros m. rewrite Xm, Xs. unfold members'. intros I. apply in_app_or in I as [I|I]; [apply E in I; lia|].
    apply (f_pos w F) in I. lia.
  - intros m c G. destruct (Gone m c G) as (I & Y & _). rewrite Xm, Xa. split; auto. unfold members'. apply in_or_app. auto.
  - intros m c G R. rewrite Xd. rewrite Xr, Xc in R. destruct (Gone m c G) as (I & Y & Z).
    apply orb_true_iff in R as [R|R].
    2: { destruct (grants_ok w l m _ F C R) as (X & _). congruence. }
    destruct (makes_epoch w l) eqn:M. { apply (f_bd w F) in R. lia. }
    apply (due_stays w l m C M). destruct Z as [Z|Z]; auto. left. eapply f_due; eauto.
  - intros m e. rewrite Xk, Xe, Xc, Xr. rewrite orb_true_iff. intros [K|K]; bb.
    + match goal with X : kept w m e = true |- _ => destruct (f_kept w F m e X) as (P & B & R) end.
      match goal with X : grants_to w l m e = false |- _ => rewrite P, R, X end.
      split; auto. split; auto. destruct (makes_epoch w l); lia.
    + subst e. assert (P : is_escrow w m = true) by assumption. assert (M : makes_epoch w l = true) by assumption.
      assert (Ke : keeps l = true) by assumption. rewrite P, M. split; [reflexivity|split; [lia|]]. apply orb_false_iff. split.
      * destruct (reach (core2 w) m (S (cur (core2 w)))) eqn:R; auto. apply (f_bd w F) in R. lia.
      * destruct (grants_to w l m (S (cur (core2 w)))) eqn:G; auto. apply grants_spec in G as [(S0 & I & J)|(_ & _ & G)].
        { destruct (owes_ok w l m S0 _ F C I J) as [L _]. lia. }
        unfold gets in G. rewrite P, Ke in G. simpl in G. rewrite andb_false_r in G. discriminate.
  - intros p e. rewrite Xp. rewrite orb_true_iff. intros [T|T].
    + destruct (f_pair w F p e T) as (m & P & R). exists m. rewrite Xe, Xr, P, R. auto.
    + destruct (option_map keys (pointer_after w l)); [|discriminate]. apply andb_true_iff in T as [_ T].
      apply existsb_exists in T as (m & _ & T). apply andb_true_iff in T as [T G]. apply andb_true_iff in T as [T _].
      exists m. rewrite Xr, G. split; auto. apply orb_true_r.
  - intros m e P. rewrite Xr. rewrite orb_true_iff. intros [R|G].
    + destruct (f_back w F m e (Here m e P R) R) as (p & T). exists p. now rewrite Xp, T.
    + destruct (grants_ok w l m e F C G) as (X & _).
      destruct (pointer_after w l) as [q|] eqn:Q; [|rewrite (none_step w l m F A Q P) in X; discriminate].
      exists (keys q). rewrite Xp. cbn [option_map]. unfold peq. rewrite !Nat.eqb_refl, !andb_true_l. apply orb_true_iff. right.
      apply existsb_exists. exists m. split; [auto|]. cbv beta. now rewrite P, X, G.
  - intros m. rewrite Xe, Xm. unfold members'. rewrite orb_true_iff. intros [P|P]; apply in_or_app.
    + right. now apply (f_esc w F).
    + left. destruct l; simpl in *; try discriminate. bb. auto.
  - intros m n. rewrite !Xe, Xa. intros P Q X Y.
    assert (O : forall x, is_escrow w x = true -> act' (core2 w) (plain w l) x = true -> act (core2 w) x = true).
    { intros x Hx Hy. now destruct (escrow_stays w l x F A Hx Hy). }
    destruct l as [p k|a p ms|a p ms|a ap rm runs ps]; simpl in P, Q; rewrite ?orb_false_r in *;
      [apply (f_one w F); auto| |apply (f_one w F); auto|apply (f_one w F); auto].
    simpl in C. bb. apply orb_true_iff in P, Q.
    assert (None2 : in_force w = None) by (destruct (in_force w); auto; discriminate).
    assert (Nobody : forall x, is_escrow w x = true -> act' (core2 w) (plain w (EnrollEscrow a p ms)) x = true -> False).
    { intros x Hx Hy. assert (Z := O x Hx Hy). rewrite (f_none w F x None2 Hx) in Z. discriminate. }
    destruct P as [P|P]; [destruct (Nobody _ P X)|]. destruct Q as [Q|Q]; [destruct (Nobody _ Q Y)|]. apply Nat.eqb_eq in P, Q. exact (eq_trans P (eq_sym Q)).
  - intros m N P. rewrite Xf in N. rewrite Xa. now apply none_step.
Qed.

Lemma fine w : whole_history w -> Fine w.
Proof. induction 1; [apply fine_init|now apply fine_step]. Qed.

Theorem T7_restored : restored_may_act.
Proof. unfold restored_may_act. intros w a ap rm runs ps m H A I. set (l := ByEscrow a ap rm runs ps).
  destruct (parts w l A) as (_ & C & _ & Z). destruct (after_link w l) as [Xc _ _ Xa _ Xh _ _ _ _ _ _]. simpl in C. bb.
  assert (Act : act' (core2 w) (plain w l) m = true).
  { unfold act'. simpl.
    match goal with X : forallb (fun m => negb (memb m _)) _ = true |- _ => rewrite (all_in _ _ _ X I) end.
    match goal with X : forallb (act _) ap = true |- _ => rewrite (all_in _ _ _ X I) end. reflexivity. }
  rewrite Xa, Xh, Xc. split; [exact Act|]. apply orb_true_iff. destruct (makes_epoch w l) eqn:M.
  - right. apply grants_spec. right. split; [exact M|split; [reflexivity|]]. unfold gets, due_to. cbv zeta. change (keeps l) with false.
    rewrite andb_false_l. change (negb false) with true. rewrite andb_true_r. destruct (settled_core w l) as (Sa & _). rewrite Sa, Act, andb_true_l.
    assert (L : lock (core2 (settled w l)) = lock (core2 w)) by reflexivity. rewrite L. destruct (lock (core2 w)) eqn:K; [|reflexivity].
    unfold adm_settled in Z. rewrite K in Z. apply andb_true_iff in Z as [_ Z]. rewrite orb_false_l in Z. apply andb_true_iff in Z as [_ Z].
    exact (all_in _ _ _ Z I).
  - simpl in M. apply orb_false_iff in M as [_ M]. destruct ap; [contradiction|]. simpl in M. apply negb_false_iff in M. bb.
    destruct (held (core2 w) m (cur (core2 w))) eqn:Hm.
    + left. unfold held1. rewrite Hm. simpl. now rewrite andb_false_r.
    + right. apply grants_spec. left. exists (filter (fun e => negb (held (core2 w) m e)) runs). split.
      * change (owes w l) with (map (fun m => (m, filter (fun e => negb (held (core2 w) m e)) runs)) (n :: ap)).
        apply in_map_iff. exists m. split; [reflexivity|exact I].
      * apply filter_In. rewrite Hm. auto.
Qed.

Theorem T7_rotation : rotation_due_with_escrow.
Proof. unfold rotation_due_with_escrow. intros w m c H. apply (f_due w (fine w H)). Qed.

Theorem T7_withheld : withheld_is_not_reached.
Proof. unfold withheld_is_not_reached. intros w m e H K. now apply (f_kept w (fine w H)) in K. Qed.

Theorem T7_pairs : pairs_are_what_escrow_reaches.
Proof. unfold pairs_are_what_escrow_reaches. intros w e H. split.
  - intros (p & T). eapply f_pair; eauto using fine.
  - intros (m & P & R). eapply f_back; eauto using fine.
Qed.

Theorem T7_gives : reviews_give_what_pairs_were_granted.
Proof. unfold reviews_give_what_pairs_were_granted. intros w a ap rm runs ps m e H A R.
  destruct (parts w _ A) as (_ & C & _). rewrite (a_reach _ _ (after_link w _)) in R. apply orb_true_iff in R as [R|R]; auto. right.
  apply grants_spec in R as [(S0 & I & J)|(_ & -> & _)]; auto. right. simpl in I, C. apply in_map_iff in I as (x & E & I). inversion E; subst.
  apply filter_In in J as [J _]. bb. match goal with X : forallb (can_give _ _) _ = true |- _ => assert (G := all_in _ _ _ X J) end.
  unfold can_give in G. rewrite orb_true_iff, existsb_exists in G. exact G.
Qed.

Lemma counts_not w h : Fine w -> own w h = true -> founder_in (own_led w) w h = 1 -> escrow_counts w = false.
Proof.
  intros F O E. unfold escrow_counts. apply negb_false_iff, existsb_exists. exists h.
  split; [unfold own in O; bb; now apply (f_act w F)|]. rewrite O, E. reflexivity.
Qed.

Theorem T7_escrow_moves_nobody : escrow_moves_nobody_before.
Proof. unfold escrow_moves_nobody_before. intros w a ap rm runs ps h m H A O E. assert (F := fine w H).
  set (l := ByEscrow a ap rm runs ps) in *. assert (F' := fine_step w l F A).
  assert (O0 : own w h = true).
  { unfold own in *. rewrite (a_act _ _ (after_link w l)), (a_esc _ _ (after_link w l)) in O. rewrite andb_false_l, orb_false_r in O.
    unfold act' in O. bb. rewrite H1, andb_true_r. apply orb_true_iff in H0 as [X|X]; bb; [assumption|contradiction]. }
  unfold founder2. rewrite (counts_not _ h F' O E), (counts_not w h F O0); [reflexivity|exact E].
Qed.
