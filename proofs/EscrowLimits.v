(** * Escrow: where statements fail, and that they are not empty *)
Require Import List Arith Bool Lia.
Import ListNotations.
Require Import Model Statements Play Escrow EscrowStatements EscrowProofs EscrowPlay.

(** Admins 11 and 12; the user's device 1. Escrow epochs are 1 (KEM key 101) and, after 12 was removed, 3 (KEM key 103); the user's
    epochs are 2, 4 and 5. Signing keys of pairs have the number of their KEM key. *)
Definition before_renewal := [
  NewEscrowEpoch 11 101; GrantMembers [11; 12] [1] 1; NewEpoch 1; GrantMembers [1] [2] 1; Point (Some (101, 101)); GrantEscrow [2] 1;
  NewEscrowEpoch 11 103; GrantMembers [11] [3] 2].
Definition renewed := Point (Some (103, 103)).
Definition since_renewal := [NewEpoch 1; GrantMembers [1] [4] 2; GrantEscrow [4] 2].
Definition with_renewal := before_renewal ++ renewed :: since_renewal.

Definition key_of n := n = 101.

Ltac in_out := apply dy_ax; left; vm_compute; tauto.

Lemma admitted_renewal : wadmitted world0 with_renewal.
Proof. unfold with_renewal, before_renewal, renewed, since_renewal. admitted. Qed.

(** The removed admin reads what was granted to escrow before the renewal, not what was granted after it, and the other admin reads that. *)
Theorem renewal_not_empty :
  let w := after_both with_renewal in
  whistory (fun _ => False) (fun _ => False) w /\
  keys_of_admins (eq 12) key_of w /\ wknow (eq 12) key_of w (Seed 2) /\ ~ wknow (eq 12) key_of w (Seed 4) /\
  wknow (eq 11) (fun k => k = 101 \/ k = 103) w (Seed 4).
Proof.
  assert (H : forall D DK, whistory D DK (after_both with_renewal)) by (intros; apply honest_after, admitted_renewal).
  assert (A : keys_of_admins (eq 12) key_of (after_both with_renewal)).
  { intros n k I [(m & <- & G)|X]; vm_compute in I; repeat (destruct I as [I|I]; [inversion I; subst|]); try contradiction; try reflexivity.
    - vm_compute in G. intuition discriminate.
    - vm_compute in X. discriminate. }
  split; [apply H|split; [exact A|split; [|split]]].
  - eapply dy_fst. apply dy_dec with (k := Kdf (seeds [2]) 1); [in_out|].
    apply dy_unbox with (m := 101) (v := 1); [in_out|]. apply dy_ax. right. right. left. exists 101. split; reflexivity.
  - intros X. destruct (T6_coalition (eq 12) key_of (eq 12) key_of _ _ (fun _ E => E) (fun _ E => E) (H _ _) A X) as [(m & <- & G)|[[X' _]|(s & k & -> & G)]].
    + vm_compute in G. intuition discriminate.
    + vm_compute in X'. discriminate.
    + vm_compute in G. intuition discriminate.
  - eapply dy_fst. apply dy_dec with (k := Kdf (seeds [4]) 2); [in_out|].
    apply dy_unbox with (m := 103) (v := 1); [in_out|]. apply dy_ax. right. right. left. exists 103. split; [now right|reflexivity].
Qed.

(** What the theorem on removed admins demands is met by this history and its escrow log, in which 12 was removed at epoch 1. *)
Theorem removed_admin_not_empty :
  let E := after [Genesis 11 true; Enroll 11 12 []; Review 11 [] [12] []] in let w := after_both with_renewal in
  history Play.anything E /\ gone E 12 = Some 1 /\ cur E = 2 /\ ~ wknow (eq 12) key_of w (Seed 4).
Proof.
  intros E w. assert (HE : history Play.anything E) by (apply Play.anything_after; vm_compute; reflexivity).
  split; [exact HE|split; [vm_compute; reflexivity|split; [vm_compute; reflexivity|]]]. intros X.
  assert (H : whistory (eq 12) key_of w) by (apply honest_after, admitted_renewal).
  destruct (T6_removed_admin Play.anything E (eq 12) key_of (eq 12) key_of (fun n => if n =? 3 then 2 else 1)
    (after_both before_renewal) (103, 103) [] w 4 1) as [(m & <- & G)|[[G _]|(s & k & -> & G)]]; auto.
  - intros n k m I <- G. exists 1. split; [vm_compute; reflexivity|split; [lia|]].
    vm_compute in I. repeat (destruct I as [I|I]; [inversion I; subst|]); try contradiction.
    + exfalso. vm_compute in G. intuition discriminate.
    + vm_compute. reflexivity.
  - intros n k I. unfold key_of. vm_compute in I. repeat (destruct I as [I|I]; [inversion I; subst; simpl; lia|]). contradiction.
  - exists 3. split; [vm_compute; tauto|simpl; lia].
  - unfold w, with_renewal. rewrite after_more. apply (play_no_pointer key_of _ since_renewal); [|constructor].
    intros p I. vm_compute in I. intuition discriminate.
  - vm_compute in G. intuition discriminate.
  - vm_compute in G. discriminate.
  - vm_compute in G. intuition discriminate.
Qed.

(** If somebody points back to the pair that the removed admin has, it reads what is granted from then on: a device must renew again (ESC-4). *)
Theorem pointing_back_leaks :
  let w := after_both (with_renewal ++ [Point (Some (101, 101)); NewEpoch 1; GrantMembers [1] [5] 3; GrantEscrow [5] 3]) in
  whistory (fun _ => False) (fun _ => False) w /\ wknow (eq 12) key_of w (Seed 5).
Proof.
  split.
  - apply honest_after. unfold with_renewal, before_renewal, renewed, since_renewal. admitted.
  - eapply dy_fst. apply dy_dec with (k := Kdf (seeds [5]) 3); [in_out|].
    apply dy_unbox with (m := 101) (v := 1); [in_out|]. apply dy_ax. right. right. left. exists 101. split; reflexivity.
Qed.

(** A removed admin that itself makes the new epoch, by renewing to the newest pair, reads it: a device must make another one (ESC-10). *)
Theorem renewing_admin_reads_its_epoch :
  let w := after_both (before_renewal ++ [renewed; NewEpoch 12; GrantMembers [1] [4] 2; GrantEscrow [4] 2]) in
  whistory (fun _ => False) (fun _ => False) w /\ wknow (eq 12) key_of w (Seed 4).
Proof.
  split.
  - apply honest_after. unfold before_renewal, renewed. admitted.
  - apply dy_ax. right. right. right. exists 4. repeat split; vm_compute; lia.
Qed.

(** A review by escrow that gives an older epoch by the pair of a removed pointer exists. *)
Theorem giving_not_empty :
  let before := after_both with_renewal in let l := Give [9] [2; 4] [(101, 101)] 3 in
  wadm before l /\ mgr (wapply before l []) 9 2 /\ ~ wadm before (Give [9] [2; 4] [] 3).
Proof.
  split; [|split].
  - split; [discriminate|]. intros e [<-|[<-|[]]].
    + exists (101, 101). split; [right; now left|]. vm_compute. tauto.
    + exists (103, 103). split; [now left|]. vm_compute. tauto.
  - vm_compute. tauto.
  - intros [_ A]. destruct (A 2 (or_introl eq_refl)) as (p & [<-|[]] & G). vm_compute in G. intuition congruence.
Qed.

(** A pair of the thief's signing key and the true KEM key gives nothing that was granted before it was set. *)
Theorem half_true_pair_gives_nothing :
  let w := wapply (after_both with_renewal) (Point (Some (66, 103))) [] in
  ~ wadm w (Give [9] [2] [] 3) /\ ~ wadm w (Give [9] [4] [] 3).
Proof.
  split; intros [_ A]; destruct (A _ (or_introl eq_refl)) as (p & [<-|[]] & G); vm_compute in G; intuition congruence.
Qed.
