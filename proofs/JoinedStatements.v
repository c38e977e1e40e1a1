(** * What is proved of a whole log with an escrow log beside it

    To read these statements one needs Model.v, Classes.v, Escrow.v, Whole.v and Joined.v. *)
Require Import List Arith Bool.
Import ListNotations.
Require Import Model Classes Escrow EscrowStatements Whole Joined.

(** Each history of a whole log, with an escrow log beside it, is one of Escrow.v: members reach there what they reach in the log, and pairs were granted there what they were granted in the log. *)
Definition whole_logs_are_histories_of_escrow := forall D DK num w v, joined D DK num w v ->
  whole_history w /\ whistory D DK v /\ force v = pair_in_force w /\
  forall e, 1 <= e <= cur (core2 w) -> user_epoch v (num e) /\
    (forall m, is_escrow w m = false -> (reach (core2 w) m e = true <-> mgr v m (num e))) /\
    (forall p, to_pair w p e = true <-> gp v p (num e)).

(** Whatever dishonest members publish in a user's log and an escrow log, a coalition of devices and admins, present or removed, computes together only epochs of the user's log that one of its devices reaches, that a pair whose KEM key it has was granted, or that it drew itself. *)
Definition whole_coalition_within_reach := forall (D DK C K : nat -> Prop) num w v e, (forall m, D m -> C m) -> (forall k, DK k -> K k) ->
  joined D DK num w v -> keys_of_admins C K v -> (forall m, C m -> is_escrow w m = false) ->
  1 <= e <= cur (core2 w) -> wknow C K v (Seed (num e)) ->
  (exists m, C m /\ reach (core2 w) m e = true) \/ (exists s k, K k /\ to_pair w (s, k) e = true) \/ C (made v (num e)).
