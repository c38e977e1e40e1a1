(** * Classes: the proofs *)
Require Import List Arith Bool Lia.
Import ListNotations.
Require Import Model Statements Basic Coalition Classes ClassStatements.

(** ** The graph *)

Lemma find_first f : forall n k, (exists x, k <= x < k + n /\ f x = true) ->
  exists x, find f (seq k n) = Some x /\ k <= x < k + n /\ f x = true /\ forall y, k <= y -> f y = true -> x <= y.
Proof.
  induction n as [|n IH]; intros k (x & L & F); [lia|]. simpl. destruct (f k) eqn:K.
  - exists k. repeat split; auto; lia.
  - assert (k <> x) by (intros ->; congruence). destruct (IH (S k)) as (y & Y & R & G & M). { exists x. split; [lia|auto]. }
    exists y. repeat split; auto; try lia; intros z Z F'; apply M; auto; assert (k <> z) by (intros ->; congruence); lia.
Qed.

Lemma founder_least led m : 1 <= m -> led m m = true ->
  1 <= founder_by led m <= m /\ led (founder_by led m) m = true /\ forall x, 1 <= x -> led x m = true -> founder_by led m <= x.
Proof.
  intros L R. unfold founder_by. destruct (find_first (fun x => led x m) m 1) as (x & F & B & G & M).
  { exists m. split; [lia|auto]. } rewrite F. repeat split; auto; lia.
Qed.

Lemma founder_unique led m f : 1 <= m -> led m m = true -> 1 <= f -> led f m = true ->
  (forall x, 1 <= x -> led x m = true -> f <= x) -> founder_by led m = f.
Proof. intros L R F G M. destruct (founder_least led m L R) as (B & X & Y). specialize (Y f F G). specialize (M _ (proj1 B) X). lia. Qed.

Lemma led_after_spec c l x y : led_after c l x y = true <->
  led c x y = true \/ (led c x (auth l) = true /\ exists v, In v (approved l) /\ led c v y = true).
Proof. unfold led_after. rewrite orb_true_iff, andb_true_iff, existsb_exists. reflexivity. Qed.

Record Graph (c : cstate) : Prop := {
  g_pos : forall m, In m (members (core c)) -> 1 <= m <= sq (core c);
  g_refl : forall m, led c m m = true;
  g_trans : forall x y z, led c x y = true -> led c y z = true -> led c x z = true;
  g_mem : forall x y, led c x y = true -> x = y \/ (In x (members (core c)) /\ In y (members (core c)));
  g_chain : forall x y, led c x y = true <-> chain (appd c) x y;
  g_first : members (core c) = [] -> sq (core c) = 0
}.

Lemma chain_trans g x y z : chain g x y -> chain g y z -> chain g x z.
Proof. induction 1; eauto using chain. Qed.
Lemma chain_more g g' x y : (forall p, In p g -> In p g') -> chain g x y -> chain g' x y.
Proof. intros I. induction 1; eauto using chain. Qed.

Lemma by_graph_basic c l : adm_classes c l = true -> adm (by_graph c) l = true.
Proof. unfold adm_classes. intros; bb; auto. Qed.

Lemma adm_by_graph c l : adm (by_graph c) l = true -> (forall a, act (core c) a = true -> cil (by_graph c) a = true -> cil (core c) a = true) ->
  adm (core c) l = true.
Proof.
  intros A H. destruct l; simpl in *; unfold holder, fresh, misok in *; simpl in *; auto;
    repeat match goal with H : _ && _ = true |- _ => apply andb_true_iff in H as [? ?] end;
    repeat (apply andb_true_iff; split); auto.
Qed.

Lemma entry_pos c l m : adm_classes c l = true -> In m (ents l) -> m = S (sq (core c)).
Proof.
  unfold adm_classes, entry_named_by_position. intros A I. bb. rewrite forallb_forall in *.
  match goal with H : forall x, In x (ents l) -> _ |- _ => specialize (H _ I) end. bb. auto.
Qed.

Lemma approved_members c l v : Basic (core c) -> adm (by_graph c) l = true -> In v (approved l) ->
  In (auth l) (members (core c)) /\ In v (members' (core c) l).
Proof.
  intros B A I. destruct l; simpl in *; try contradiction; unfold holder in A; simpl in A; bb.
  - destruct I as [->|[]]. split; [apply (b_act _ B); auto|now left].
  - rewrite forallb_forall in *. split; apply (b_act _ B); auto.
Qed.

Lemma graph_step c l ts : Basic (core c) -> Graph c -> adm_classes c l = true -> Graph (apply_classes c l ts).
Proof.
  intros B G A. assert (A1 := by_graph_basic _ _ A). assert (AM := fun v => approved_members c l v B A1).
  assert (N : forall m, In m (members' (core c) l) -> 1 <= m <= S (sq (core c))).
  { intros m I. apply in_app_or in I as [I|I]. { rewrite (entry_pos _ _ _ A I). lia. } apply (g_pos _ G) in I. lia. }
  assert (W : forall x, In x (members (core c)) -> In x (members' (core c) l)). { intros; apply in_or_app; auto. }
  assert (G1 : forall x y, led c x y = true -> x = y \/ (In x (members' (core c) l) /\ In y (members' (core c) l))).
  { intros x y L. destruct (g_mem _ G _ _ L) as [|[]]; auto. }
  split; simpl.
  - auto.
  - intros m. apply led_after_spec. left. apply (g_refl _ G).
  - intros x y z H K. rewrite led_after_spec in *. assert (T := g_trans _ G).
    destruct H as [H|(H & v & Iv & Lv)], K as [K|(K & w & Iw & Lw)].
    + left. exact (T _ _ _ H K).
    + right. split; [exact (T _ _ _ H K)|now exists w].
    + right. split; [exact H|]. exists v. split; [exact Iv|exact (T _ _ _ Lv K)].
    + right. split; [exact H|now exists w].
  - intros x y H. apply led_after_spec in H as [H|(H & v & Iv & Lv)]; auto. right.
    destruct (AM v Iv) as [I1 I2]. split.
    + destruct (g_mem _ G _ _ H) as [->|[]]; auto.
    + destruct (g_mem _ G _ _ Lv) as [<-|[]]; auto.
  - intros x y. rewrite led_after_spec. set (g' := map (fun m => (auth l, m)) (approved l) ++ appd c).
    assert (M : forall x y, chain (appd c) x y -> chain g' x y).
    { intros. eapply chain_more; [|eassumption]. intros; apply in_or_app; auto. }
    split.
    + intros [H|(H & v & Iv & Lv)]. { apply M, (g_chain _ G); auto. }
      apply chain_trans with (auth l). { apply M, (g_chain _ G); auto. }
      apply chain_by with v; [|apply M, (g_chain _ G); auto]. apply in_or_app. left. apply in_map_iff. eauto.
    + induction 1 as [m|a b m I C IH]. { left. apply (g_refl _ G). }
      apply in_app_or in I as [I|I].
      * apply in_map_iff in I as (v & E & I). inversion E; subst. right. split. { apply (g_refl _ G). }
        destruct IH as [IH|(_ & w & Iw & Lw)]; eauto.
      * assert (L : led c a b = true). { apply (g_chain _ G). eapply chain_by; [eauto|constructor]. }
        destruct IH as [IH|(IH & w & Iw & Lw)]; [left|right; split; [|now exists w]]; exact (g_trans _ G _ _ _ L IH).
  - intros E. exfalso. unfold adm_classes, adm_after in A. bb. rewrite E in *. discriminate.
Qed.

Lemma graph_init : Graph c0.
Proof.
  split; simpl; try contradiction.
  - intros. apply Nat.eqb_refl.
  - intros x y z H K. bb. subst. apply Nat.eqb_refl.
  - intros x y H. bb. auto.
  - intros x y. split; intros H. { bb. subst. constructor. } destruct H; [apply Nat.eqb_refl|contradiction].
  - reflexivity.
Qed.

(** ** Confirmed *)

Lemma founder_one c m : Graph c -> In m (members (core c)) -> (founder c m = 1 <-> led c 1 m = true).
Proof.
  intros G I. destruct (g_pos _ G _ I) as [P _]. destruct (founder_least (led c) m P (g_refl _ G m)) as (B & X & Y). unfold founder. split.
  - intros E. now rewrite E in X.
  - intros L. specialize (Y 1 (le_n 1) L). lia.
Qed.

Lemma confirmed_spec c m : confirmed c m = true <->
  act (core c) m = true /\ forall x, In x (members (core c)) -> act (core c) x = true -> founder c m <= founder c x.
Proof.
  unfold confirmed. rewrite andb_true_iff, forallb_forall. split; intros [H K]; split; auto; intros x I.
  - intros X. specialize (K x I). rewrite X in K. simpl in K. now apply Nat.leb_le.
  - destruct (act (core c) x) eqn:X; auto. simpl. apply Nat.leb_le. auto.
Qed.

(* Where an active member has founder 1, confirmed means: led to by the first device. *)
Lemma confirmed_one c h m : Basic (core c) -> Graph c -> act (core c) h = true -> led c 1 h = true -> act (core c) m = true ->
  confirmed c m = led c 1 m.
Proof.
  intros B G Ah Lh Am. assert (Im := b_act _ B _ Am). assert (Ih := b_act _ B _ Ah).
  destruct (led c 1 m) eqn:L.
  - apply confirmed_spec. split; auto. intros x I _. apply (founder_one _ _ G Im) in L. rewrite L.
    destruct (g_pos _ G _ I) as [P _]. destruct (founder_least (led c) x P (g_refl _ G x)) as (Q & _). unfold founder. lia.
  - destruct (confirmed c m) eqn:C; auto. apply confirmed_spec in C as [_ C]. specialize (C h Ih Ah).
    apply (founder_one _ _ G Ih) in Lh. destruct (g_pos _ G _ Im) as [P _].
    destruct (founder_least (led c) m P (g_refl _ G m)) as (Q & _). unfold founder in C at 1.
    assert (E : founder c m = 1) by (unfold founder in *; lia). apply (founder_one _ _ G Im) in E. congruence.
Qed.

Record Locked (c : cstate) : Prop := {
  k_conf : lock (core c) = true -> forall m, act (core c) m = true -> conf (core c) m = led c 1 m;
  k_alone : lock (core c) = true -> forall m x, act (core c) m = true -> led c 1 m = false -> led c m x = true -> m = x;
  k_alive : lock (core c) = true -> exists h, act (core c) h = true /\ led c 1 h = true
}.

Lemma locked_confirmed c m : Basic (core c) -> Graph c -> Locked c -> lock (core c) = true -> act (core c) m = true ->
  confirmed c m = led c 1 m.
Proof. intros B G K L A. destruct (k_alive _ K L) as (h & Ah & Lh). eapply confirmed_one; eauto. Qed.

Lemma cil_by_graph c : Basic (core c) -> Graph c -> Locked c -> forall a, act (core c) a = true -> cil (by_graph c) a = cil (core c) a.
Proof.
  intros B G K a A. unfold cil. simpl. destruct (lock (core c)) eqn:L; auto. simpl.
  rewrite (locked_confirmed c a B G K L A). symmetry. now apply (k_conf _ K).
Qed.

Lemma adm_model c l : Basic (core c) -> Graph c -> Locked c -> adm_classes c l = true -> adm (core c) l = true.
Proof.
  intros B G K A. apply adm_by_graph; [now apply by_graph_basic|]. intros a X. now rewrite cil_by_graph.
Qed.

Lemma one_leads_after c l m : led_after c l 1 m = true <->
  led c 1 m = true \/ (led c 1 (auth l) = true /\ exists v, In v (approved l) /\ led c v m = true).
Proof. apply led_after_spec. Qed.

Lemma auth_one c l v : Basic (core c) -> Graph c -> Locked c -> adm (by_graph c) l = true -> lock (core c) = true -> In v (approved l) ->
  act (core c) (auth l) = true /\ led c 1 (auth l) = true.
Proof.
  intros B G K A L I. assert (X : act (core c) (auth l) = true /\ cil (by_graph c) (auth l) = true).
  { destruct l; simpl in *; try contradiction; unfold holder in A; simpl in A; bb; auto. }
  destruct X as [X Y]. split; auto. unfold cil in Y. simpl in Y. rewrite L in Y. simpl in Y.
  now rewrite (locked_confirmed c _ B G K L X) in Y.
Qed.

Lemma left_in c rm m : In m (left_over c rm) <-> In m (members (core c)) /\ act (core c) m = true /\ ~ In m rm.
Proof. unfold left_over. rewrite filter_In. split; intros H; bb; auto. split; auto. rewrite H0. simpl. apply negb_true_iff. now apply memb_false. Qed.

Lemma locking c a rm ms : Basic (core c) -> Graph c -> adm_classes c (Lockdown a true rm ms) = true ->
  act (core c) a = true /\ ~ In a rm /\ forall m, act (core c) m = true -> ~ In m rm -> led c 1 m = true.
Proof.
  intros B G A. assert (A1 := by_graph_basic _ _ A). unfold adm_classes in A. simpl in A, A1. bb. simpl in *.
  rewrite forallb_forall in *. repeat split; auto. intros m X N. assert (I := b_act _ B _ X).
  apply (founder_one _ _ G I). apply Nat.eqb_eq. match goal with H : forall x, In x (left_over _ _) -> _ |- _ => apply H end.
  apply left_in; auto.
Qed.

Lemma locked_step c l ts : Basic (core c) -> Graph c -> Locked c -> adm_classes c l = true -> Locked (apply_classes c l ts).
Proof.
  intros B G K A. assert (A1 := by_graph_basic _ _ A). assert (A2 := adm_model _ _ B G K A).
  assert (G' := graph_step c l ts B G A). assert (EP := entry_pos c l).
  assert (Fresh : forall m x, In m (ents l) -> led c m x = true -> m = x).
  { intros m x I L. destruct (g_mem _ G _ _ L) as [|[J _]]; auto. exfalso. exact (ents_fresh _ _ _ A2 I J). }
  assert (Fresh1 : forall m, In m (ents l) -> members (core c) <> [] -> led c 1 m = false).
  { intros m I N. destruct (led c 1 m) eqn:L; auto. exfalso. destruct (g_mem _ G _ _ L) as [<-|[_ J]].
    - assert (E := EP _ A I). destruct (members (core c)) as [|y r] eqn:M; [congruence|].
      assert (P := g_pos _ G y). rewrite M in P. specialize (P (or_introl eq_refl)). lia.
    - exact (ents_fresh _ _ _ A2 I J). }
  assert (Mem : forall m, act (core c) m = true -> members (core c) <> []).
  { intros m X E. apply (b_act _ B) in X. rewrite E in X. contradiction. }
  destruct (lock (core c)) eqn:L0.
  - (* in lockdown before *)
    destruct (k_alive _ K L0) as (h & Ah & Lh). assert (MN := Mem _ Ah).
    assert (NG : forall m lk, l <> Genesis m lk).
    { intros m lk ->. simpl in A1. bb. assert (X := b_cur _ B h (b_act _ B _ Ah)). lia. }
    assert (AO := fun v => auth_one c l v B G K A1 L0).
    (* whom the first device leads to, when the link approves an active member *)
    assert (Cone : forall m, act (core c) m = true -> led_after c l 1 m = led c 1 m || memb m (approved l)).
    { intros m X. apply eq_true_iff_eq. rewrite one_leads_after, orb_true_iff, memb_spec. split.
      - intros [H|(H & v & I & V)]; auto. destruct (Nat.eq_dec v m) as [->|D]; auto. left.
        destruct (g_mem _ G _ _ V) as [|[Jv _]]; [contradiction|].
        assert (Av : act (core c) v = true).
        { destruct l; simpl in I; try contradiction; simpl in A2; bb.
          - destruct I as [->|[]]. match goal with H : ~ In v (members _) |- _ => contradiction end.
          - rewrite forallb_forall in *. auto. }
        destruct (led c 1 v) eqn:L1. { eapply (g_trans _ G); eauto. }
        exfalso. apply D. eapply (k_alone _ K); eauto.
      - intros [H|I]; auto. right. destruct (AO _ I). split; auto. exists m. split; auto. apply (g_refl _ G). }
    assert (Appr : forall m, memb m (approved l) = true -> conf' (core c) l m = true).
    { intros m I. apply memb_spec in I. destruct l; simpl in I |- *; try contradiction.
      - destruct I as [->|[]]. now rewrite Nat.eqb_refl.
      - apply memb_spec in I. now rewrite I. }
    assert (Rest : forall m, memb m (approved l) = false -> memb m (ents l) = false -> lock' (core c) l = true ->
      conf' (core c) l m = conf (core c) m).
    { intros m I E L1. destruct l; simpl in I, E, L1 |- *; auto.
      - destruct (NG m0 lk eq_refl).
      - rewrite orb_false_r in E. now rewrite E.
      - rewrite orb_false_r in E. now rewrite E.
      - now rewrite I.
      - simpl in A2. subst on. rewrite L0 in A2. simpl in A2. bb. discriminate. }
    split; simpl; intros L1.
    + intros m X. destruct (memb m (approved l)) eqn:I.
      { rewrite (Appr _ I). symmetry. apply one_leads_after. right. apply memb_spec in I. destruct (AO _ I).
        split; auto. exists m. split; auto. apply (g_refl _ G). }
      destruct (memb m (ents l)) eqn:E.
      * apply memb_spec in E. destruct l; simpl in E; try contradiction; destruct E as [->|[]].
        -- destruct (NG m lk eq_refl).
        -- simpl. rewrite Nat.eqb_refl, L0. simpl. symmetry. unfold led_after. simpl. rewrite andb_false_r, orb_false_r.
           apply Fresh1; simpl; auto.
        -- simpl in I. rewrite Nat.eqb_refl in I. discriminate.
      * assert (Am : act (core c) m = true). { unfold act' in X. rewrite E, orb_false_r in X. bb. auto. }
        rewrite (Rest _ I E L1), (Cone _ Am), I, orb_false_r. now apply (k_conf _ K).
    + intros m x X Lm Lx. destruct (memb m (approved l)) eqn:I.
      { exfalso. apply memb_spec in I. destruct (AO _ I). assert (led_after c l 1 m = true); [|congruence].
        apply one_leads_after. right. split; auto. exists m. split; auto. apply (g_refl _ G). }
      apply led_after_spec in Lx. destruct (memb m (ents l)) eqn:E.
      * apply memb_spec in E. destruct Lx as [Lx|(Lx & v & Iv & _)]; [now apply Fresh|].
        exfalso. destruct (AO _ Iv) as [Aa La]. apply Fresh in Lx; auto. subst m.
        apply (ents_fresh _ _ _ A2 E). apply (b_act _ B); auto.
      * assert (Am : act (core c) m = true). { unfold act' in X. rewrite E, orb_false_r in X. bb. auto. }
        rewrite (Cone _ Am), I, orb_false_r in Lm. assert (KA := fun y => k_alone _ K L0 m y Am Lm).
        destruct Lx as [Lx|(Lx & v & Iv & _)]; auto. exfalso. destruct (AO _ Iv) as [Aa La]. apply KA in Lx. congruence.
    + unfold adm_classes in A. bb. match goal with H : adm_after c l = true |- _ => unfold adm_after in H; rewrite L0 in H end.
      bb. match goal with H : negb true || _ = true |- _ => simpl in H; apply existsb_exists in H as (x & Ix & H); apply existsb_exists in H as (y & Iy & H) end.
      bb. apply filter_In in Ix as [Ix Ax]. exists x. split; auto.
      match goal with H : confirmed c y = true |- _ => assert (Cy := H); apply confirmed_spec in H as [Ay _] end.
      rewrite (locked_confirmed c y B G K L0 Ay) in Cy. apply (founder_one _ _ G (b_act _ B _ Ay)) in Cy.
      apply (founder_one _ _ G' Ix). simpl. unfold founder. simpl. congruence.
  - (* lockdown begins *)
    assert (Case : lock' (core c) l = true -> (exists m, l = Genesis m true) \/ exists a rm ms, l = Lockdown a true rm ms).
    { intros X. destruct l; simpl in X; try congruence; subst; eauto. }
    destruct (lock' (core c) l) eqn:L1.
    2: { split; simpl; rewrite L1; discriminate. }
    destruct (Case eq_refl) as [(m0 & ->)|(a & rm & ms & ->)].
    + assert (M : members (core c) = []).
      { simpl in A1. bb. destruct (members (core c)) as [|y r] eqn:M; auto.
        assert (Z := b_cur _ B y). rewrite M in Z. specialize (Z (or_introl eq_refl)). lia. }
      assert (E := EP m0 A (or_introl eq_refl)). rewrite (g_first _ G M) in E. subst m0.
      assert (Z : forall m, act' (core c) (Genesis 1 true) m = true -> m = 1).
      { intros m X. unfold act' in X. simpl in X. rewrite andb_true_r, orb_false_r in X. apply orb_true_iff in X as [X|X]; bb; auto.
        apply (b_act _ B) in X. rewrite M in X. contradiction. }
      assert (One : led_after c (Genesis 1 true) 1 1 = true). { apply one_leads_after. left. apply (g_refl _ G). }
      split; simpl; intros _.
      * intros m X. rewrite (Z _ X), One. reflexivity.
      * intros m x X N. rewrite (Z _ X), One in N. discriminate.
      * exists 1. split; auto. unfold act'. simpl. apply orb_true_r.
    + destruct (locking _ _ _ _ B G A) as (Aa & Na & Lm).
      assert (Z : forall m, act' (core c) (Lockdown a true rm ms) m = true -> led_after c (Lockdown a true rm ms) 1 m = true).
      { intros m X. unfold act' in X. simpl in X. rewrite orb_false_r in X. bb. apply one_leads_after. left. auto. }
      split; simpl; intros _.
      * intros m X. symmetry. auto.
      * intros m x X N. rewrite (Z _ X) in N. discriminate.
      * exists a. assert (act' (core c) (Lockdown a true rm ms) a = true).
        { unfold act'. simpl. rewrite Aa. apply memb_false in Na. now rewrite Na. } auto.
Qed.

Lemma locked_init : Locked c0.
Proof. split; simpl; discriminate. Qed.

Lemma class_invariant P c : class_history P c -> history P (core c) /\ Graph c /\ Locked c.
Proof.
  induction 1 as [|c l ts H (IH & G & K) A Pl]. { split; [constructor|split; [apply graph_init|apply locked_init]]. }
  assert (B := basic _ _ IH). split; [|split].
  - constructor; auto. now apply adm_model.
  - now apply graph_step.
  - now apply locked_step.
Qed.

Theorem T5_founder : founder_is_the_oldest.
Proof. unfold founder_is_the_oldest.
  intros P c m H I. destruct (class_invariant _ _ H) as (HH & G & _). destruct (g_pos _ G _ I) as [L _].
  destruct (founder_least (led c) m L (g_refl _ G m)) as (R & X & Y). fold (founder c m) in R, X, Y. split; [|split].
  - destruct (g_mem _ G _ _ X) as [->|[]]; auto.
  - now apply (g_chain _ G).
  - intros x C. apply (g_chain _ G) in C. apply Y; auto. destruct (g_mem _ G _ _ C) as [->|[J _]]; auto. now apply (g_pos _ G) in J.
Qed.

Theorem T5_refines : classes_refine_the_model.
Proof. unfold classes_refine_the_model.
  intros P c H. destruct (class_invariant _ _ H) as (HH & G & K). assert (B := basic _ _ HH). split; [auto|split].
  - intros L m A. rewrite (locked_confirmed c m B G K L A). now apply (k_conf _ K).
  - intros l ts A m. assert (A2 := adm_model _ _ B G K A). assert (B' := basic_step _ _ ts B A2). assert (G' := graph_step _ _ ts B G A).
    assert (K' := locked_step _ _ ts B G K A). unfold rcp. change (act' (core c) l m) with (act (core (apply_classes c l ts)) m).
    change (lock' (core c) l) with (lock (core (apply_classes c l ts))). change (conf' (core c) l m) with (conf (core (apply_classes c l ts)) m).
    destruct (act (core (apply_classes c l ts)) m) eqn:X; auto. destruct (lock (core (apply_classes c l ts))) eqn:L; auto. simpl.
    rewrite (locked_confirmed (apply_classes c l ts) m B' G' K' L X). now apply (k_conf _ K').
Qed.

Lemma founder_step c l ts m : Basic (core c) -> Graph c -> adm_classes c l = true -> In m (members (core c)) ->
  founder (apply_classes c l ts) m =
    if existsb (fun v => led c v m) (approved l) then Nat.min (founder c m) (founder c (auth l)) else founder c m.
Proof.
  intros B G A I. destruct (g_pos _ G _ I) as [L _]. destruct (founder_least (led c) m L (g_refl _ G m)) as (R & X & Y).
  unfold founder. simpl. fold (founder c m) in *. destruct (existsb (fun v => led c v m) (approved l)) eqn:E.
  - apply existsb_exists in E as (v & Iv & Lv). destruct (approved_members c l v B (by_graph_basic _ _ A) Iv) as [Ia _].
    destruct (g_pos _ G _ Ia) as [La _]. destruct (founder_least (led c) (auth l) La (g_refl _ G _)) as (Ra & Xa & Ya).
    fold (founder c (auth l)) in *.
    apply founder_unique; auto; [apply led_after_spec; left; apply (g_refl _ G)|lia| |].
    + apply led_after_spec. destruct (Nat.min_spec (founder c m) (founder c (auth l))) as [[_ ->]|[_ ->]]; eauto.
    + intros x Lx D. apply led_after_spec in D as [D|(D & _)]; [specialize (Y x Lx D)|specialize (Ya x Lx D)]; lia.
  - apply founder_unique; auto; [apply led_after_spec; left; apply (g_refl _ G)|lia|apply led_after_spec; auto|].
    intros x Lx D. apply led_after_spec in D as [D|(_ & v & Iv & Lv)]; [auto|].
    exfalso. assert (existsb (fun v => led c v m) (approved l) = true); [|congruence]. apply existsb_exists. eauto.
Qed.

Theorem T5_directed : approvals_are_directed.
Proof. unfold approvals_are_directed.
  intros P c l ts m H A I. destruct (class_invariant _ _ H) as (HH & G & _). assert (B := basic _ _ HH).
  assert (F := founder_step c l ts m B G A I). split; auto. intros ->. rewrite F. destruct (existsb _ _); auto. apply Nat.min_id.
Qed.

Theorem T5_effective : approvals_change_something.
Proof. unfold approvals_change_something.
  intros P c a ap rm ms ts m H A I. destruct (class_invariant _ _ H) as (HH & G & _). assert (B := basic _ _ HH).
  assert (A1 := by_graph_basic _ _ A). assert (AM := approved_members c _ m B A1 I).
  assert (Z := A). unfold adm_classes in Z. simpl in Z. bb. match goal with H : forallb (fun m => extends _ _ m || _) ap = true |- _ => rewrite forallb_forall in H; specialize (H m I); apply orb_true_iff in H as [E|E] end.
  - left. unfold extends in E. apply existsb_exists in E as (e & _ & E). unfold held1 in E. simpl in E. rewrite Nat.eqb_refl in E. simpl in E. bb. eauto.
  - right. unfold moves in E. simpl in E. apply Nat.ltb_lt in E. simpl in A1. bb. rewrite forallb_forall in *.
    assert (Im : In m (members (core c))). { apply (b_act _ B). simpl in *. auto. }
    rewrite (founder_step _ _ ts _ B G A Im). simpl.
    assert (X : existsb (fun v => led c v m) ap = true). { apply existsb_exists. exists m. split; auto. apply (g_refl _ G). }
    rewrite X. lia.
Qed.

Theorem T5_founding_locks : founding_class_locks.
Proof. unfold founding_class_locks.
  intros P c a rm ms ts m H A X. destruct (class_invariant _ _ H) as (HH & G & _). assert (B := basic _ _ HH).
  destruct (locking _ _ _ _ B G A) as (Aa & Na & Lm). apply (g_chain _ G). destruct X as [X| ->]; auto.
  simpl in X. unfold act' in X. simpl in X. rewrite orb_false_r in X. bb. auto.
Qed.

Lemma thief_not_led T c m : let_in_by_themselves T c -> T m -> ~ chain (appd c) 1 m.
Proof.
  intros [N1 N] Tm C. remember 1 as x. revert Heqx Tm. enough (X : forall x m, chain (appd c) x m -> T m -> T x).
  { intros -> Tm. eauto. } clear -N. induction 1; auto. intros Tm. eauto.
Qed.

Theorem T5_thief_does_not_lock : thief_does_not_lock.
Proof. unfold thief_does_not_lock.
  intros P T c a rm ms H L A Ta. eapply thief_not_led; eauto. eapply T5_founding_locks with (ts := []); eauto.
Qed.

Theorem T5_thief_not_confirmed : thief_is_not_confirmed.
Proof. unfold thief_is_not_confirmed.
  intros P T c h m H L Ah Fh Tm. destruct (class_invariant _ _ H) as (HH & G & _). assert (B := basic _ _ HH).
  apply (founder_one _ _ G (b_act _ B _ Ah)) in Fh. destruct (act (core c) m) eqn:Am.
  - rewrite (confirmed_one c h m B G Ah Fh Am). destruct (led c 1 m) eqn:X; auto. exfalso.
    eapply thief_not_led; eauto. now apply (g_chain _ G).
  - unfold confirmed. now rewrite Am.
Qed.

Theorem T5_thief_in_lockdown : lockdown_keeps_thieves_out.
Proof. unfold lockdown_keeps_thieves_out.
  intros P T c m H L K Tm Am. destruct (class_invariant _ _ H) as (HH & G & KK). assert (B := basic _ _ HH).
  assert (X : led c 1 m = false). { destruct (led c 1 m) eqn:X; auto. exfalso. eapply thief_not_led; eauto. now apply (g_chain _ G). }
  split. { now rewrite (locked_confirmed c m B G KK K Am). }
  intros e. apply (T3_lockdown _ _ _ e HH K). now rewrite (k_conf _ KK K m Am).
Qed.

Theorem T5_operator : operator_spares_the_confirmed.
Proof. unfold operator_spares_the_confirmed.
  intros P c rm ts m H L A C. unfold adm_classes in A. simpl in A. bb. rewrite forallb_forall in *.
  apply confirmed_spec in C as C'. destruct C' as [Am _]. simpl. unfold act'. simpl. rewrite Am, orb_false_r. simpl.
  apply negb_true_iff, memb_false. intros I.
  match goal with H : forall x, In x rm -> negb (lock _) || _ = true |- _ => specialize (H m I); rewrite L, C in H; discriminate end.
Qed.
