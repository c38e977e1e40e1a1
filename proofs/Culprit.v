(** * T4: an epoch that a member holds and cannot compute was granted by somebody dishonest, named in the log *)
Require Import List Arith Bool Lia.
Import ListNotations.
Require Import Model Statements Basic Coalition NoGap.

Theorem T4_gap_has_an_author : gap_has_an_author.
Proof. unfold gap_has_an_author.
  intros D st m e H. enough (X : held st m e = true -> opens st m e \/ exists a, D a /\ gby st m e a = true).
  { intros Y. destruct (X Y); auto. left. now apply opens_computes. }
  revert m e. induction H as [|st l ts H IH A P]; [discriminate|]. intros m e G.
  assert (B := basic _ _ H). simpl in G.
  assert (K : forall a, gby st m e a = true -> gby (apply st l ts) m e a = true).
  { intros a Z. simpl. now rewrite Z. }
  assert (KO : memb m (rks l) = false -> opens st m e -> opens (apply st l ts) m e).
  { intros R (S0 & i & I & J & L). exists S0, i. simpl. unfold gen'. rewrite R. split; auto. split; apply in_or_app; auto. }
  destruct (granted st l m e) eqn:Gr.
  - destruct P as [P|[-> N]].
    + right. exists (auth l). split; auto. simpl. now rewrite Gr, Nat.eqb_refl, orb_true_r.
    + left. now apply granted_opens.
  - rewrite orb_false_r in G. destruct (memb m (rks l)) eqn:R.
    + (* a rekey grants all that its author still holds *)
      exfalso. apply memb_spec in R. destruct l; simpl in R; try contradiction. destruct R as [->|[]].
      assert (Z : granted st (Rekey m ms ne) m e = true); [|congruence].
      apply granted_spec. left. eexists. split. { simpl. left. reflexivity. }
      apply upto_spec. split; auto. exact (b_bd _ B _ _ (b_hr _ B _ _ (held1_held _ _ _ _ G))).
    + destruct (IH m e (held1_held _ _ _ _ G)) as [O|(a & Da & Z)]; eauto.
Qed.
