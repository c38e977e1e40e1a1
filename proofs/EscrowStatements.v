(** * What is proved of escrow

    To read these statements one needs Model.v and Escrow.v. *)
Require Import List Arith Bool.
Import ListNotations.
Require Import Model Escrow.

(** [K] has the KEM key of each escrow epoch that was granted to a member of [C], or that one drew. *)
Definition keys_of_admins (C K : nat -> Prop) (w : world) : Prop :=
  forall n k, In (n, k) (epairs w) -> (exists m, C m /\ mgr w m n) \/ C (made w n) -> K k.

(** Whatever dishonest members publish in both logs, a coalition of devices and admins, present or removed, computes together only epochs that were granted to one of its members or to a pair whose KEM key it has, or that it drew itself. *)
Definition coalition_with_admins := forall (D DK C K : nat -> Prop) w e, (forall m, D m -> C m) -> (forall k, DK k -> K k) ->
  whistory D DK w -> keys_of_admins C K w -> wknow C K w (Seed e) ->
  (exists m, C m /\ mgr w m e) \/ (C (made w e) /\ 1 <= e <= newest w) \/ (exists s k, K k /\ gp w (s, k) e).

(** The KEM key of a pair stays unknown to a coalition of which nobody was granted, or drew, the escrow epoch that it belongs to. *)
Definition pair_keys_stay_private := forall (D DK C K : nat -> Prop) w k, (forall m, D m -> C m) -> (forall k, DK k -> K k) ->
  whistory D DK w -> keys_of_admins C K w -> wknow C K w (Sk k 1) -> K k.

(** After a renewal to a pair that the coalition does not have, and while no pointer to a pair of its own is set, it computes only what its members were granted or drew, and what its pairs were granted before. *)
Definition renewal_ends_it := forall (D DK C K : nat -> Prop) w0 p ts w e, (forall m, D m -> C m) -> (forall k, DK k -> K k) ->
  no_pointer_to K (wapply w0 (Point (Some p)) ts) w -> ~ K (snd p) ->
  whistory D DK w -> keys_of_admins C K w -> wknow C K w (Seed e) ->
  (exists m, C m /\ mgr w m e) \/ (C (made w e) /\ 1 <= e <= newest w) \/ (exists s k, K k /\ gp w0 (s, k) e).

(** An admin whom the escrow log removed has no pair of a later escrow epoch, so that after a renewal to one it learns nothing that is granted to escrow from then on. *)
Definition removed_admin_learns_nothing_more := forall P E (D DK C K : nat -> Prop) (number : nat -> nat) w0 p ts w e c,
  (* [E] is the escrow log, [number] what it calls its epochs, and each admin of the coalition was removed at epoch [c] or before *)
  history P E ->
  (forall n k m, In (n, k) (epairs w) -> C m -> mgr w m n \/ made w n = m -> exists d, gone E m = Some d /\ d <= c /\ reach E m (number n) = true) ->
  (* of the escrow log's pairs the coalition has those up to [c]; the renewal is to a later one, and nobody points back *)
  (forall n k, In (n, k) (epairs w) -> (K k <-> number n <= c)) ->
  (exists n, In (n, snd p) (epairs w) /\ c < number n) ->
  (forall m, D m -> C m) -> (forall k, DK k -> K k) ->
  no_pointer_to K (wapply w0 (Point (Some p)) ts) w -> whistory D DK w -> wknow C K w (Seed e) ->
  (exists m, C m /\ mgr w m e) \/ (C (made w e) /\ 1 <= e <= newest w) \/ (exists s k, K k /\ gp w0 (s, k) e).

(** A review by escrow gives only what was granted to the pair in force, or to a pair that it names, each of both keys; all of these sign. *)
Definition escrow_gives_what_was_granted := forall (D DK : nat -> Prop) w ds runs pairs i e,
  whistory D DK w -> wadm w (Give ds runs pairs i) -> In e runs ->
  exists p, (force w = Some p \/ In p pairs) /\ gp w p e.

(** A pointer, whatever it names, is granted nothing by being set: what was granted before stays with the pair that was in force. *)
Definition pointing_grants_nothing := forall w p ts q e, gp (wapply w (Point p) ts) q e -> gp w q e.

(** Where the coalition has the KEM key of every pair that signs, a review by escrow gives it nothing that was not granted to its pairs. *)
Definition own_pairs_give_nothing_new := forall (D DK C K : nat -> Prop) w ds runs pairs i ts m e,
  whistory D DK w -> wadm w (Give ds runs pairs i) -> (forall p, In p (proven w pairs) -> K (snd p)) ->
  C m -> mgr (wapply w (Give ds runs pairs i) ts) m e ->
  mgr w m e \/ exists s k, K k /\ gp w (s, k) e.

(** No coalition of admins computes an epoch that is withheld from escrow and that no link gives it later, unless it drew that epoch. *)
Definition withheld_is_not_read := forall (D DK C K : nat -> Prop) w e, (forall m, D m -> C m) -> (forall k, DK k -> K k) ->
  whistory D DK w -> keys_of_admins C K w -> (forall p, ~ gp w p e) -> (forall m, C m -> ~ mgr w m e) -> ~ C (made w e) ->
  ~ wknow C K w (Seed e).
