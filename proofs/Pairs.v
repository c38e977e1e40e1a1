(* T2 key by key, for any protocol whatever that publishes all-seeds grants (this covers escrow pointers: ESC-11, 1.1
   section 5). A key is a KEM key: a device's, a backup key's, or an escrow pair's; it may stand in any number of links.
   `granted` is what the log says was granted to that key. No admission rules: whatever the state machine is, if it
   publishes by these steps, this holds. *)
Require Import List Arith Bool Lia.
Import ListNotations.
Require Import Model Basic Coalition.

(* keys are numbers here: Sk k 0, Box k 0 *)
Record log := mkLog { gr : nat -> nat -> Prop; made : nat -> nat; n : nat; out : list term }.
Definition log0 := mkLog (fun _ _ => False) (fun _ => 0) 0 [].
Definition kbase (C : nat -> Prop) (g : log) (t : term) : Prop :=
  In t (out g) \/ (exists k, C k /\ t = Sk k 0) \/ (exists e, C (made g e) /\ 1 <= e <= n g /\ t = Seed e).
Definition kknow C g := dy (kbase C g).

Inductive klog (D : nat -> Prop) : log -> Prop :=
| k0 : klog D log0
(* a grant of the set S to the keys ks, at position i; the bytes: genuine, or made by D *)
| k_grant g ks S i ts : klog D g ->
    (forall t, In t ts -> (exists k, In k ks /\ In t (gterms seeds k 0 S i)) \/ kknow D g t) ->
    klog D (mkLog (fun k e => gr g k e \/ (In k ks /\ In e S)) (made g) (n g) (ts ++ out g))
(* a new epoch, its seed made by the owner of key a and granted to that key at least *)
| k_epoch g a : klog D g ->
    klog D (mkLog (fun k e => gr g k e \/ (k = a /\ e = S (n g))) (fun e => if e =? S (n g) then a else made g e) (S (n g)) (out g)).

Fixpoint kok (C : nat -> Prop) (R : nat -> nat -> Prop) (t : term) : Prop :=
  match t with
  | Seed e => exists k, C k /\ R k e
  | Sk k _ => C k
  | Junk _ | Nil => True
  | Pair t u => kok C R t /\ kok C R u
  | Kdf t _ => kok C R t
  | Enc k t => kok C R k -> kok C R t
  | Box k _ t => C k -> kok C R t
  end.
Lemma kok_closed C R (B : term -> Prop) : (forall t, B t -> kok C R t) -> forall t, dy B t -> kok C R t.
Proof. intros H t D. induction D; simpl in *; tauto || auto. Qed.
Lemma kok_seeds C R S : (forall e, In e S -> exists k, C k /\ R k e) -> kok C R (seeds S).
Proof. induction S; simpl; intros; auto. Qed.

Lemma made_gr D g : klog D g -> forall e, 1 <= e <= n g -> gr g (made g e) e.
Proof.
  induction 1; simpl; intros e L; [lia|left; auto|].
  destruct (e =? S (n g)) eqn:E; bb; [right; auto|left; apply IHklog; lia].
Qed.

Lemma out_ok (D C : nat -> Prop) g : (forall k, D k -> C k) -> klog D g ->
  forall R : nat -> nat -> Prop, (forall k e, gr g k e -> R k e) -> forall t, kbase C g t -> kok C R t.
Proof.
  intros DC H. induction H as [|g ks S0 i ts H IH P|g a H IH]; intros R M t T.
  - destruct T as [[]|[(k & Ck & ->)|(e & _ & L & _)]]; simpl in *; auto. lia.
  - assert (IH' := IH R (fun k e Z => M k e (or_introl Z))).
    destruct T as [I|T].
    2: { apply IH'. right. exact T. }
    simpl in I. apply in_app_or in I as [I|I]; [|apply IH'; now left].
    destruct (P _ I) as [(k & Ik & [<-|[<-|[]]])|K]; simpl; auto.
    + intros Ck. apply kok_seeds. intros e Ie. exists k. split; auto. apply M. simpl. auto.
    + eapply kok_closed; [|apply K]. intros u [U|[(k & Z & ->)|(e & Z & Y)]]; apply IH';
        [now left|right; left; eauto|right; right; eauto].
  - assert (IH' := IH R (fun k e Z => M k e (or_introl Z))).
    destruct T as [I|[T|(e & Ce & L & ->)]]; simpl in *.
    + apply IH'. now left.
    + apply IH'. right. now left.
    + destruct (e =? S (n g)) eqn:E; bb.
      * subst. exists a. split; auto.
      * exists (made g e). split; auto. apply M. left. eapply made_gr; eauto. lia.
Qed.

(** A party that has the KEM keys [C] computes only what was granted to these keys: an escrow pair opens only what was granted to it. *)
Theorem T2_by_key : forall (D C : nat -> Prop) g e,
  (forall k, D k -> C k) -> klog D g -> kknow C g (Seed e) -> exists k, C k /\ gr g k e.
Proof.
  intros D C g e DC H K. change (kok C (gr g) (Seed e)). eapply kok_closed; [|exact K]. eapply out_ok; eauto.
Qed.

(** Where every pair that signs an approval by escrow is the coalition's, what it grants adds nothing to what was granted to the coalition's keys (ESC-11). *)
Theorem ESC11_gives_nothing_new : forall (C : nat -> Prop) g (pairs ks runs : list nat) ts,
  (forall e, In e runs -> exists p, In p pairs /\ gr g p e) -> (forall p, In p pairs -> C p) ->
  let g' := mkLog (fun k e => gr g k e \/ (In k ks /\ In e runs)) (made g) (n g) (ts ++ out g) in
  forall e, (exists k, C k /\ gr g' k e) -> exists k, C k /\ gr g k e.
Proof.
  intros C g pairs ks runs ts W Cp g' e (k & Ck & [G|[_ I]]); eauto.
  destruct (W _ I) as (p & Ip & Gp). eauto.
Qed.
