(** * A whole log as links of Escrow.v: the proofs *)
Require Import List Arith Bool Lia.
Import ListNotations.
Require Import Model Basic Classes Escrow EscrowStatements EscrowProofs Whole WholeStatements WholeProofs Joined JoinedStatements.

Record Shows (num : nat -> nat) (w : whole) (v : world) : Prop := {
  s_num : forall e, 1 <= e <= cur (core2 w) -> user_epoch v (num e);
  s_inj : forall e f, 1 <= e <= cur (core2 w) -> 1 <= f <= cur (core2 w) -> num e = num f -> e = f;
  s_force : force v = option_map keys (in_force w);
  s_mgr : forall m e, is_escrow w m = false -> 1 <= e <= cur (core2 w) -> (reach (core2 w) m e = true <-> mgr v m (num e));
  s_gp : forall p e, 1 <= e <= cur (core2 w) -> (to_pair w p e = true <-> gp v p (num e));
  s_bd : forall m e, mgr v m e -> e <= newest v
}.

(* lists of grants *)
Definition grant_link (l : wlink) : Prop := match l with GrantMembers _ _ _ | GrantEscrow _ _ | Give _ _ _ _ => True | _ => False end.
Definition gives (l : wlink) (m e : nat) : Prop :=
  match l with GrantMembers ms es _ => In m ms /\ In e es | Give ds runs _ _ => In m ds /\ In e runs | _ => False end.
Definition gives_escrow (l : wlink) (e : nat) : Prop := match l with GrantEscrow es _ => In e es | _ => False end.

Lemma grants_played x : forall v, (forall l, In l (map fst x) -> grant_link l) ->
  newest (played v x) = newest v /\ made (played v x) = made v /\ force (played v x) = force v /\ epairs (played v x) = epairs v /\
  (forall m e, mgr (played v x) m e <-> mgr v m e \/ exists l, In l (map fst x) /\ gives l m e) /\
  (forall p e, gp (played v x) p e <-> gp v p e \/ (force v = Some p /\ exists l, In l (map fst x) /\ gives_escrow l e)).
Proof.
  induction x as [|(l, ts) r IH]; intros v G; simpl.
  - repeat split; try tauto; intros [H|H]; auto; [destruct H as (l & [] & _)|destruct H as (_ & l & [] & _)].
  - destruct (IH (wapply v l ts)) as (A & B & C & E & M & P). { intros y I. apply G. simpl. auto. }
    assert (Gl : grant_link l) by (apply G; simpl; auto).
    rewrite A, B, C, E. destruct l; simpl in Gl; try contradiction; simpl; repeat split; intros; auto.
    all: try (apply M in H; simpl in H; destruct H as [H|(y & I & H)]; [tauto || (destruct H as [H|H]; [auto|right; eexists; split; [left; reflexivity|exact H]])|right; exists y; auto]).
    all: try (apply P in H; simpl in H; destruct H as [H|(F & y & I & H)];
      [tauto || (destruct H as [H|[F H]]; [auto|right; split; [exact F|eexists; split; [left; reflexivity|exact H]]])|right; split; [exact F|exists y; auto]]).
    all: try (apply M; simpl; destruct H as [H|(y & [<-|I] & H)]; [auto|simpl in H; tauto|right; exists y; auto]).
    all: try (apply P; simpl; destruct H as [H|(F & y & [<-|I] & H)]; [auto|simpl in H; tauto|right; split; [exact F|exists y; auto]]).
Qed.

Fixpoint admitted (v : world) (x : list (wlink * list term)) : Prop :=
  match x with [] => True | (l, ts) :: r => wadm v l /\ admitted (wapply v l ts) r end.
Lemma history_played D DK x : forall v, whistory D DK v -> admitted v x -> published D DK v x -> whistory D DK (played v x).
Proof. induction x as [|(l, ts) r IH]; simpl; auto. intros v H [A1 A2] [P1 P2]. apply IH; auto. constructor; auto. Qed.
Lemma played_app x y : forall v, played v (x ++ y) = played (played v x) y.
Proof. induction x as [|(l, ts) r IH]; simpl; auto. Qed.
Lemma admitted_app x y : forall v, admitted v x -> admitted (played v x) y -> admitted v (x ++ y).
Proof. induction x as [|(l, ts) r IH]; simpl; auto. intros v [A1 A2] B. split; auto. Qed.
Lemma published_app D DK x y : forall v, published D DK v (x ++ y) -> published D DK v x /\ published D DK (played v x) y.
Proof. induction x as [|(l, ts) r IH]; simpl; auto. intros v [A B]. apply IH in B. tauto. Qed.

Lemma wadm_grant v l ts k : grant_link l -> wadm v k -> grant_link k -> wadm (wapply v l ts) k.
Proof.
  destruct l, k; simpl; try contradiction; unfold user_epoch, was_granted, proven; simpl; auto;
    intros _ [F A] _; split; auto; intros e I; destruct (A e I) as (p & J & G); exists p; auto.
Qed.
Lemma grants_admitted x : forall v, (forall l, In l (map fst x) -> grant_link l /\ wadm v l) -> admitted v x.
Proof.
  induction x as [|(l, ts) r IH]; simpl; auto. intros v G. destruct (G l) as [A B]; auto. split; auto. apply IH.
  intros k I. destruct (G k) as [Gk Ak]; auto. split; auto. now apply wadm_grant.
Qed.

Lemma to_one_grants w l es k m : In k (map (to_one w l es) m) -> grant_link k.
Proof. intros I. apply in_map_iff in I as (y & <- & _). unfold to_one. destruct (is_escrow _ y); exact I. Qed.

Section Step.
Variables (w : whole) (l : wholelink).

Lemma older_gives num m x : (exists k, In k (older w l num) /\ gives k m x) <->
  exists S, In (m, S) (owes w l) /\ In x (map num S) /\ (by_escrow l = true \/ is_escrow (apply_whole w l) m = false).
Proof.
  unfold older. split.
  - intros (k & I & G). apply in_map_iff in I as ((n, S0) & <- & I). apply filter_In in I as [I _]. unfold to_one in G.
    destruct l; cbn [fst snd] in G; try (destruct (is_escrow _ n) eqn:E; [contradiction|]); destruct G as [[<-|[]] G];
      exists S0; repeat split; auto.
  - intros (S0 & I & J & B). eexists. split.
    + apply in_map_iff. exists (m, S0). split; [reflexivity|]. apply filter_In. split; auto. destruct S0; [contradiction|reflexivity].
    + unfold to_one. destruct l; cbn [fst snd]; try (destruct B as [B|B]; [discriminate|]; rewrite B); simpl; auto.
Qed.
Lemma older_escrow num x : (exists k, In k (older w l num) /\ gives_escrow k x) <->
  exists m S, In (m, S) (owes w l) /\ In x (map num S) /\ by_escrow l = false /\ is_escrow (apply_whole w l) m = true.
Proof.
  unfold older. split.
  - intros (k & I & G). apply in_map_iff in I as ((n, S0) & <- & I). apply filter_In in I as [I _]. unfold to_one in G.
    destruct l; cbn [fst snd] in G; try contradiction; (destruct (is_escrow _ n) eqn:E; [|contradiction]); exists n, S0; repeat split; auto.
  - intros (m & S0 & I & J & B & E). eexists. split.
    + apply in_map_iff. exists (m, S0). split; [reflexivity|]. apply filter_In. split; auto. destruct S0; [contradiction|reflexivity].
    + unfold to_one. destruct l; try discriminate; cbn [fst snd]; rewrite E; exact J.
Qed.
Lemma newer_gives ms n m x : (exists k, In k (map (to_one w l [n]) ms) /\ gives k m x) <-> In m ms /\ x = n /\ is_escrow (apply_whole w l) m = false.
Proof.
  split.
  - intros (k & I & G). apply in_map_iff in I as (y & <- & I). unfold to_one in G. destruct (is_escrow _ y) eqn:E; [contradiction|].
    destruct G as [[<-|[]] [<-|[]]]. auto.
  - intros (I & -> & E). exists (to_one w l [n] m). split; [now apply in_map|]. unfold to_one. rewrite E. simpl. auto.
Qed.
Lemma newer_escrow ms n x : (exists k, In k (map (to_one w l [n]) ms) /\ gives_escrow k x) <-> exists m, In m ms /\ x = n /\ is_escrow (apply_whole w l) m = true.
Proof.
  split.
  - intros (k & I & G). apply in_map_iff in I as (y & <- & I). unfold to_one in G. destruct (is_escrow _ y) eqn:E; [|contradiction].
    destruct G as [<-|[]]. eauto.
  - intros (m & I & -> & E). exists (to_one w l [n] m). split; [now apply in_map|]. unfold to_one. rewrite E. simpl. auto.
Qed.

(* the pointer of the link *)
Lemma points_played v x : map fst x = points w l -> force v = option_map keys (in_force w) ->
  admitted v x /\ newest (played v x) = newest v /\ made (played v x) = made v /\ mgr (played v x) = mgr v /\ gp (played v x) = gp v /\
  epairs (played v x) = epairs v /\ force (played v x) = option_map keys (pointer_after w l).
Proof.
  intros E F. unfold points, pointer_after in *.
  destruct l; try (destruct x as [|(y, ts) [|]]; try discriminate; inversion E; subst; simpl; tauto);
    destruct (existsb (is_escrow w) (rms (plain w _))); destruct x as [|(y, ts) [|]]; try discriminate; inversion E; subst; simpl; tauto.
Qed.
End Step.

Lemma escrow_alone w a ap rm runs ps : Fine w -> adm_content w (ByEscrow a ap rm runs ps) = true ->
  (forall m, In m ap \/ In m rm -> is_escrow w m = false) /\ exists p, in_force w = Some p.
Proof.
  intros F C. simpl in C. bb. split.
  - intros m I. destruct (is_escrow w m) eqn:E; auto. exfalso.
    assert (Am : act (core2 w) m = true) by (destruct I as [I|I];
      match type of I with In _ ?s => match goal with X : forallb (act _) s = true |- _ => exact (all_in _ _ _ X I) end end).
    assert (m = a) by (apply (f_one w F); auto). subst. tauto.
  - destruct (in_force w) as [p|] eqn:N; eauto. exfalso.
    assert (X := f_none w F a N). match goal with Y : is_escrow w a = true |- _ => specialize (X Y) end. congruence.
Qed.

Lemma some_force w l m : Fine w -> adm_whole w l = true -> is_escrow (apply_whole w l) m = true ->
  act' (core2 w) (plain w l) m = true -> option_map keys (pointer_after w l) <> None.
Proof. intros F A E X N. destruct (pointer_after w l) eqn:P; [discriminate|]. rewrite (none_step w l m F A P E) in X. discriminate. Qed.

Lemma step D DK num w v l b x : Fine w -> whistory D DK v -> Shows num w v -> adm_whole w l = true -> map fst x = links_of w l num v b ->
  admitted v x /\ Shows (num_after w l num v) (apply_whole w l) (played v x).
Proof.
  intros F Hv Sh A E. destruct (parts w l A) as (_ & C & _ & _). destruct (after_link w l) as [Xc _ Xm Xa Xr _ _ _ Xe Xf Xp _].
  assert (So := sound _ _ _ Hv).
  unfold links_of in E. apply map_eq_app in E as (xp & xr & -> & Ep & E). apply map_eq_app in E as (xo & xn & -> & Eo & En).
  destruct (points_played w l v xp Ep (s_force _ _ _ Sh)) as (Ap & N1 & M1 & G1 & P1 & E1 & F1).
  set (v1 := played v xp) in *.
  assert (U1 : forall e, user_epoch v e -> user_epoch v1 e) by (unfold user_epoch; rewrite N1, E1; auto).
  assert (Ow : forall m S0 e, In (m, S0) (owes w l) -> In e S0 -> 1 <= e <= cur (core2 w) /\ act' (core2 w) (plain w l) m = true) by
    (intros; eapply owes_ok; eauto).
  (* older epochs *)
  assert (Go : forall k, In k (map fst xo) -> grant_link k /\ wadm v1 k).
  { rewrite Eo. unfold older. intros k I. apply in_map_iff in I as ((m, S0) & <- & I). apply filter_In in I as [I NE]. cbn [fst snd] in *.
    assert (Ex : exists e, In e S0) by (destruct S0; [discriminate|eexists; left; reflexivity]). destruct Ex as (e0 & I0).
    assert (User : forall e, In e (map num S0) -> user_epoch v1 e).
    { intros e J. apply in_map_iff in J as (f & <- & J). apply U1, (s_num _ _ _ Sh). eapply Ow; eauto. }
    assert (One : grant_link (to_one w l (map num S0) m) /\ wadm v1 (to_one w l (map num S0) m)).
    { unfold to_one. destruct (is_escrow (apply_whole w l) m) eqn:Em; simpl; split; auto.
      - split; auto. rewrite F1. eapply some_force; eauto. eapply Ow; eauto.
      - intros e J. now apply User in J as [B _]. }
    destruct l as [p k|a p ms|a p ms|a ap rm runs ps]; try exact One. simpl. split; auto.
    destruct (escrow_alone w a ap rm runs ps F C) as [Al [p Pf]]. rewrite F1.
    assert (Pa : pointer_after w (ByEscrow a ap rm runs ps) = in_force w).
    { unfold pointer_after. destruct (existsb _ _) eqn:X; auto. apply existsb_exists in X as (r & Ir & X). simpl in Ir.
      rewrite Al in X by auto. discriminate. }
    rewrite Pa, Pf. simpl. split; [discriminate|]. intros e J. apply in_map_iff in J as (f & <- & J).
    assert (B : 1 <= f <= cur (core2 w)) by (eapply Ow; eauto).
    simpl in I. apply in_map_iff in I as (y & Y & I). inversion Y; subst. apply filter_In in J as [J _].
    simpl in C. bb. match goal with X : forallb (can_give _ _) _ = true |- _ => assert (G := all_in _ _ _ X J) end.
    unfold can_give, granted_in_force, pair_in_force in G. rewrite Pf in G. simpl in G. apply orb_true_iff in G as [G|G].
    - exists (keys p). unfold proven, was_granted. rewrite F1, Pa, Pf, P1. simpl. split; auto. now apply (s_gp _ _ _ Sh).
    - apply existsb_exists in G as (q & Iq & G). exists q. unfold proven, was_granted. rewrite F1, Pa, Pf, P1. simpl. split; auto.
      now apply (s_gp _ _ _ Sh). }
  assert (Ao := grants_admitted xo v1 Go).
  destruct (grants_played xo v1 (fun k I => proj1 (Go k I))) as (N2 & M2 & F2 & E2 & G2 & P2).
  set (v2 := played v1 xo) in *. rewrite Eo in G2, P2.
  assert (Old : forall m e, 1 <= e <= cur (core2 w) -> (grants_to w l m e = true <-> exists S0, In (m, S0) (owes w l) /\ In e S0)).
  { intros m e B. rewrite grants_spec. split; [|auto]. intros [X|(_ & -> & _)]; auto. lia. }
  assert (Num : forall S0 m e, In (m, S0) (owes w l) -> 1 <= e <= cur (core2 w) -> (In (num e) (map num S0) <-> In e S0)).
  { intros S0 m e I B. rewrite in_map_iff. split; [|eauto]. intros (f & Q & J). apply (s_inj _ _ _ Sh) in Q; [now subst| |auto]. eapply Ow; eauto. }
  assert (Es : forall m, is_escrow (apply_whole w l) m = false -> is_escrow w m = false).
  { intros m Q. rewrite Xe in Q. now apply orb_false_iff in Q. }
  assert (Rm : forall m e, is_escrow (apply_whole w l) m = false -> 1 <= e <= cur (core2 w) ->
    (reach (core2 (apply_whole w l)) m e = true <-> mgr v2 m (num e))).
  { intros m e Q B. rewrite Xr, orb_true_iff, G2, (older_gives w l num m (num e)), G1, (s_mgr _ _ _ Sh m e (Es m Q) B), (Old m e B).
    split; (intros [X|X]; [auto|right]).
    - destruct X as (S0 & I & J). exists S0. repeat split; auto. now apply (Num S0 m).
    - destruct X as (S0 & I & J & _). exists S0. split; auto. now apply (Num S0 m) in J. }
  assert (Rp : forall p e, 1 <= e <= cur (core2 w) -> (to_pair (apply_whole w l) p e = true <-> gp v2 p (num e))).
  { intros p e B. rewrite Xp, orb_true_iff, P2, (older_escrow w l num (num e)), P1, F1, (s_gp _ _ _ Sh p e B).
    split; (intros [X|X]; [auto|right]).
    - destruct (option_map keys (pointer_after w l)) as [q|]; [|discriminate]. apply andb_true_iff in X as [Q X].
      unfold peq in Q. apply andb_true_iff in Q as [Q1 Q2]. apply Nat.eqb_eq in Q1, Q2.
      split; [destruct p, q; simpl in *; now subst|]. apply existsb_exists in X as (m & _ & X).
      apply andb_true_iff in X as [X G]. apply andb_true_iff in X as [Q _]. apply (Old m e B) in G as (S0 & I & J).
      exists m, S0. repeat split; auto. { now apply (Num S0 m). }
      destruct l as [p0 k|a p0 ms|a p0 ms|a ap rm runs ps]; auto. exfalso.
      destruct (escrow_alone w a ap rm runs ps F C) as [Al _]. simpl in I. apply in_map_iff in I as (y & Y & I). inversion Y; subst.
      rewrite Xe, Al in Q by auto. discriminate.
    - destruct X as (Q & m & S0 & I & J & _ & Em). apply (Num S0 m e I B) in J. rewrite Q.
      unfold peq. rewrite !Nat.eqb_refl, !andb_true_l. apply existsb_exists. exists m.
      assert (Y : act' (core2 w) (plain w l) m = true) by (eapply Ow; eauto).
      split. { rewrite <- Xm. apply (f_act _ (fine_step w l F A)). now rewrite Xa. }
      rewrite Em, Y. apply (Old m e B). eauto. }
  (* the new epoch *)
  assert (Hn : forall e, 1 <= e <= cur (core2 w) -> num_after w l num v e = num e).
  { intros e B. unfold num_after. destruct (e =? S (cur (core2 w))) eqn:Q; [bb; lia|]. now rewrite andb_false_r. }
  assert (Bd : forall e, 1 <= e <= cur (core2 w) -> num e <= newest v) by (intros e B; now destruct (s_num _ _ _ Sh e B)).
  assert (Bo : forall m y, mgr v2 m y -> y <= newest v).
  { intros m y G. apply G2 in G as [G|G]; [rewrite G1 in G; eapply s_bd; eauto|]. apply older_gives in G as (S0 & I & J & _).
    apply in_map_iff in J as (f & <- & J). apply Bd. eapply Ow; eauto. }
  assert (Bp : forall p y, gp v2 p y -> y <= newest v).
  { intros p y G. apply P2 in G as [G|(_ & G)]; [rewrite P1 in G; now destruct (s_user _ So p y G)|]. apply older_escrow in G as (m & S0 & I & J & _).
    apply in_map_iff in J as (f & <- & J). apply Bd. eapply Ow; eauto. }
  rewrite !played_app. fold v1. fold v2.
  unfold newer in En. destruct (makes_epoch w l) eqn:M.
  2: { destruct xn; [|discriminate]. simpl. split.
    - apply admitted_app; auto. apply admitted_app; simpl; auto.
    - split; rewrite ?Xc.
      + intros e B. rewrite Hn by auto. unfold user_epoch. rewrite N2, E2, N1, E1. now apply (s_num _ _ _ Sh).
      + intros e f B B'. rewrite !Hn by auto. now apply (s_inj _ _ _ Sh).
      + now rewrite F2, F1, Xf.
      + intros m e Q B. rewrite Hn by auto. now apply Rm.
      + intros p e B. rewrite Hn by auto. now apply Rp.
      + intros m e G. rewrite N2, N1. eauto. }
  destruct xn as [|(y, ts) xn]; [discriminate|]. simpl in En. inversion En as [[Ey En']]. clear En. subst y.
  set (n := S (newest v)) in *. set (drew := if is_escrow w (auth (plain w l)) then b else auth (plain w l)) in *. set (v3 := wapply v2 (NewEpoch drew) ts).
  assert (N3 : newest v3 = n) by (simpl; rewrite N2, N1; reflexivity).
  set (who := filter (gets w l) (members' (core2 w) (plain w l))) in *.
  assert (Who : forall m, In m who <-> gets w l m = true).
  { intros m. unfold who. rewrite filter_In. split; [tauto|]. intros G. split; auto. rewrite <- Xm. apply (f_act _ (fine_step w l F A)).
    rewrite Xa. now apply gets_act. }
  assert (Gn : forall k, In k (map fst xn) -> grant_link k /\ wadm v3 k).
  { rewrite En'. intros k I. split; [eapply to_one_grants; eauto|]. apply in_map_iff in I as (m & <- & I). apply Who, gets_act in I.
    unfold to_one. destruct (is_escrow (apply_whole w l) m) eqn:Em; cbn [wadm].
    - split. { change (force v3) with (force v2). rewrite F2, F1. eapply some_force; eauto. }
      intros e [<-|[]]. split; [rewrite N3; unfold n; lia|]. change (epairs v3) with (epairs v2). rewrite E2, E1. intros J.
      apply in_map_iff in J as ((n0, k0) & Q & J). simpl in Q. subst. apply (s_pairs _ So) in J. unfold n in J. lia.
    - intros e [<-|[]]. rewrite N3. unfold n. lia. }
  assert (An := grants_admitted xn v3 Gn).
  destruct (grants_played xn v3 (fun k I => proj1 (Gn k I))) as (N4 & M4 & F4 & E4 & G4 & P4). rewrite En' in G4, P4.
  change (played v2 ((NewEpoch drew, ts) :: xn)) with (played v3 xn). split.
  { apply admitted_app; auto. apply admitted_app; auto. exact (conj I An). }
  assert (Hn' : num_after w l num v (S (cur (core2 w))) = n) by (unfold num_after; now rewrite M, Nat.eqb_refl).
  assert (Cases : forall e, 1 <= e <= S (cur (core2 w)) -> 1 <= e <= cur (core2 w) \/ e = S (cur (core2 w))) by (intros; lia).
  assert (NotOld : forall m S0, In (m, S0) (owes w l) -> ~ In (S (cur (core2 w))) S0) by (intros m S0 I J; apply (Ow m S0) in J as [B _]; auto; lia).
  assert (NewG : forall m, grants_to w l m (S (cur (core2 w))) = true <-> gets w l m = true).
  { intros m. rewrite grants_spec. split; [intros [(S0 & I & J)|X]; [destruct (NotOld _ _ I J)|tauto]|auto]. }
  assert (NoReach : forall m, reach (core2 w) m (S (cur (core2 w))) = false).
  { intros m. destruct (reach _ _ _) eqn:Q; auto. apply (f_bd w F) in Q. lia. }
  split; rewrite ?Xc.
  - intros e B. unfold user_epoch. rewrite N4, E4, N3. change (epairs v3) with (epairs v2). rewrite E2, E1.
    destruct (Cases e B) as [B'| ->].
    + rewrite Hn by auto. destruct (s_num _ _ _ Sh e B') as [? ?]. unfold n. split; [lia|auto].
    + rewrite Hn'. unfold n. split; [lia|]. intros J. apply in_map_iff in J as ((n0, k0) & Q & J). simpl in Q. subst. apply (s_pairs _ So) in J. lia.
  - intros e f B B'. destruct (Cases e B) as [Be| ->], (Cases f B') as [Bf| ->]; rewrite ?Hn' , ?Hn by auto; auto.
    + now apply (s_inj _ _ _ Sh).
    + intros Q. apply Bd in Be. unfold n in Q. lia.
    + intros Q. apply Bd in Bf. unfold n in Q. lia.
  - rewrite F4. change (force v3) with (force v2). now rewrite F2, F1, Xf.
  - intros m e Q B. rewrite G4, newer_gives. change (mgr v3) with (mgr v2). destruct (Cases e B) as [Be| ->].
    + rewrite Hn by auto. rewrite (Rm m e Q Be). split; [auto|]. intros [X|(_ & X & _)]; auto. apply Bd in Be. unfold n in X. lia.
    + rewrite Hn', Xr, NoReach, orb_false_l, NewG, <- Who. split; [auto|]. intros [X|X]; [apply Bo in X; unfold n in X; lia|tauto].
  - intros p e B. rewrite P4, newer_escrow. change (gp v3) with (gp v2). change (force v3) with (force v2). destruct (Cases e B) as [Be| ->].
    + rewrite Hn by auto. rewrite (Rp p e Be). split; [auto|]. intros [X|(_ & m & _ & X & _)]; auto. apply Bd in Be. unfold n in X. lia.
    + rewrite Hn', Xp, F2, F1. destruct (to_pair w p (S (cur (core2 w)))) eqn:T.
      { apply (pair_granted w p _ F) in T. lia. }
      rewrite orb_false_l. split.
      * intros X. right. destruct (option_map keys (pointer_after w l)) as [q|]; [|discriminate]. apply andb_true_iff in X as [Q X].
        unfold peq in Q. apply andb_true_iff in Q as [Q1 Q2]. apply Nat.eqb_eq in Q1, Q2.
        split; [destruct p, q; simpl in *; now subst|]. apply existsb_exists in X as (m & _ & X).
        apply andb_true_iff in X as [X G]. apply andb_true_iff in X as [Q _]. exists m. rewrite Who, <- NewG. auto.
      * intros [X|(Q & m & I & _ & Em)]; [apply Bp in X; unfold n in X; lia|]. rewrite Q. unfold peq. rewrite !Nat.eqb_refl, !andb_true_l.
        apply existsb_exists. exists m. apply Who in I. assert (Y := gets_act w l m I).
        split. { rewrite <- Xm. apply (f_act _ (fine_step w l F A)). now rewrite Xa. }
        rewrite Em, Y. now apply NewG.
  - intros m e G. apply G4 in G as [G|G]; rewrite N4, N3. { apply Bo in G. unfold n. lia. }
    apply newer_gives in G as (_ & -> & _). lia.
Qed.

Lemma joined_shows D DK num w v : joined D DK num w v -> whole_history w /\ whistory D DK v /\ Shows num w v.
Proof.
  induction 1 as [|num w v l b x H (W & V & Sh) A E P|num w v a k ts H (W & V & Sh) A P|num w v ms es i ts H (W & V & Sh) A P].
  - split; [constructor|split; [constructor|]]. split; simpl; intros; try lia; tauto.
  - destruct (step D DK num w v l b x (fine w W) V Sh A E) as [Ad Sh']. split; [now constructor|]. split; auto. now apply history_played.
  - split; auto. split; [constructor; simpl in *; tauto|]. destruct Sh as [a1 a2 a3 a4 a5 a6]. split; simpl; auto.
    + intros e B. destruct (a1 e B) as [L N]. split; simpl; [lia|]. intros [Q|Q]; [lia|auto].
    + intros m e G. apply a6 in G. lia.
  - split; auto. split; [constructor; simpl in *; [auto|intros e I; now apply A|tauto]|]. destruct Sh as [a1 a2 a3 a4 a5 a6]. split; simpl; auto.
    + intros m e Q B. rewrite (a4 m e Q B). split; auto. intros [G|[_ I]]; auto. apply A in I as [I _]. now destruct (a1 e B) as [_ N].
    + intros m e [G|[_ I]]; [eauto|]. apply A in I. lia.
Qed.

Theorem T8_joined : whole_logs_are_histories_of_escrow.
Proof. unfold whole_logs_are_histories_of_escrow. intros D DK num w v H. destruct (joined_shows D DK num w v H) as (W & V & Sh).
  split; auto. split; auto. split; [apply (s_force _ _ _ Sh)|]. intros e B. split; [now apply (s_num _ _ _ Sh)|]. split.
  - intros m E. now apply (s_mgr _ _ _ Sh).
  - intros p. now apply (s_gp _ _ _ Sh).
Qed.

Theorem T8_coalition : whole_coalition_within_reach.
Proof. unfold whole_coalition_within_reach. intros D DK C K num w v e DC DK' H A E B Kn.
  destruct (joined_shows D DK num w v H) as (_ & V & Sh).
  destruct (T6_coalition D DK C K v (num e) DC DK' V A Kn) as [(m & Cm & G)|[[X _]|(s & k & Kk & G)]]; auto.
  - left. exists m. split; auto. apply (s_mgr _ _ _ Sh m e); auto.
  - right. left. exists s, k. split; auto. now apply (s_gp _ _ _ Sh).
Qed.
