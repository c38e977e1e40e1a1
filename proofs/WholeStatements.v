(** * What is proved of a whole log

    To read these statements one needs Model.v, Classes.v and Whole.v. *)
Require Import List Arith Bool.
Import ListNotations.
Require Import Model Classes Escrow Whole.

(** A member that a review by escrow approves holds the current epoch after it, so that it may act. *)
Definition restored_may_act := forall w a ap rm runs ps m, whole_history w -> adm_whole w (ByEscrow a ap rm runs ps) = true -> In m ap ->
  let w' := apply_whole w (ByEscrow a ap rm runs ps) in act (core2 w') m = true /\ held (core2 w') m (cur (core2 w')) = true.

(** Also where escrow removes, renews or is withheld from, rotation is due while somebody who was removed reaches the current epoch. *)
Definition rotation_due_with_escrow := forall w m c, whole_history w ->
  gone (core2 w) m = Some c -> reach (core2 w) m (cur (core2 w)) = true -> due (core2 w) = true.

(** An escrow member does not reach what is withheld from it. *)
Definition withheld_is_not_reached := forall w m e, whole_history w -> kept w m e = true -> reach (core2 w) m e = false.

(** What all pairs together were granted is what the escrow members, active and removed, reach. *)
Definition pairs_are_what_escrow_reaches := forall w e, whole_history w ->
  (exists p, to_pair w p e = true) <-> (exists m, is_escrow w m = true /\ reach (core2 w) m e = true).

(** A review by escrow gives only epochs that the pair in force, or one that it names, was granted. *)
Definition reviews_give_what_pairs_were_granted := forall w a ap rm runs ps m e, whole_history w ->
  adm_whole w (ByEscrow a ap rm runs ps) = true -> reach (core2 (apply_whole w (ByEscrow a ap rm runs ps))) m e = true ->
  reach (core2 w) m e = true \/ e = S (cur (core2 w)) \/ granted_in_force w e = true \/ exists p, In p ps /\ to_pair w p e = true.

(** While a device or backup key of the founding class is active, a review by escrow changes nobody's founder (6.8). *)
Definition escrow_moves_nobody_before := forall w a ap rm runs ps h m, whole_history w ->
  adm_whole w (ByEscrow a ap rm runs ps) = true -> let w' := apply_whole w (ByEscrow a ap rm runs ps) in
  own w' h = true -> founder_in (own_led w') w' h = 1 -> founder2 w' m = founder2 w m.
