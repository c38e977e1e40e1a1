(** * A whole log as links of Escrow.v: what is proved there of coalitions holds for Whole.v

    An escrow log goes on beside the user's log. Its epochs and the user's are numbered together in Escrow.v: [num e] is what epoch
    [e] of the user's log is called there. *)
Require Import List Arith Bool.
Import ListNotations.
Require Import Model Classes Escrow Whole.

(** Pointers that the link sets or takes away; older epochs that it owes; the new epoch. *)
Definition points (w : whole) (l : wholelink) : list wlink :=
  match l with
  | EnrollEscrow _ p _ | RenewEscrow _ p _ => [Point (Some (keys p))]
  | _ => if existsb (is_escrow w) (rms (plain w l)) then [Point None] else []
  end.
Definition to_one (w : whole) (l : wholelink) (es : list nat) (m : nat) : wlink :=
  let i := S (sq (core2 w)) in if is_escrow (apply_whole w l) m then GrantEscrow es i else GrantMembers [m] es i.
Definition older (w : whole) (l : wholelink) (num : nat -> nat) : list wlink :=
  map (fun g => match l with
                | ByEscrow _ _ _ _ ps => Give [fst g] (map num (snd g)) ps (S (sq (core2 w)))
                | _ => to_one w l (map num (snd g)) (fst g) end) (filter (fun g => negb (empty (snd g))) (owes w l)).
Definition newer (w : whole) (l : wholelink) (n b : nat) : list wlink :=
  if makes_epoch w l
  then NewEpoch (if is_escrow w (auth (plain w l)) then b else auth (plain w l)) :: map (to_one w l [n]) (filter (gets w l) (members' (core2 w) (plain w l)))
  else [].
(** [b] is the admin who acts for escrow, and draws the new epoch of a link by escrow. *)
Definition links_of (w : whole) (l : wholelink) (num : nat -> nat) (v : world) (b : nat) : list wlink :=
  points w l ++ older w l num ++ newer w l (S (newest v)) b.
Definition num_after (w : whole) (l : wholelink) (num : nat -> nat) (v : world) (e : nat) : nat :=
  if makes_epoch w l && (e =? S (cur (core2 w))) then S (newest v) else num e.

(** Links with what their authors published. *)
Fixpoint played (v : world) (x : list (wlink * list term)) : world :=
  match x with [] => v | (l, ts) :: r => played (wapply v l ts) r end.
Fixpoint published (D DK : nat -> Prop) (v : world) (x : list (wlink * list term)) : Prop :=
  match x with
  | [] => True
  | (l, ts) :: r => (forall t, In t ts -> In t (wgenuine v l) \/ wknow D DK v t) /\ published D DK (wapply v l ts) r
  end.

(** A user's log by Whole.v, an escrow log beside it, and the ciphertexts of both, by dishonest members [D] who have the KEM keys [DK]. *)
Inductive joined (D DK : nat -> Prop) : (nat -> nat) -> whole -> world -> Prop :=
| j_init : joined D DK (fun e => e) whole0 world0
| j_user num w v l b x : joined D DK num w v -> adm_whole w l = true -> map fst x = links_of w l num v b -> published D DK v x ->
    joined D DK (num_after w l num v) (apply_whole w l) (played v x)
| j_epoch num w v a k ts : joined D DK num w v -> wadm v (NewEscrowEpoch a k) -> published D DK v [(NewEscrowEpoch a k, ts)] ->
    joined D DK num w (wapply v (NewEscrowEpoch a k) ts)
| j_grant num w v ms es i ts : joined D DK num w v -> (forall e, In e es -> In e (map fst (epairs v)) /\ 1 <= e <= newest v) ->
    published D DK v [(GrantMembers ms es i, ts)] -> joined D DK num w (wapply v (GrantMembers ms es i) ts).
