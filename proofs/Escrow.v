(** * Escrow: an escrow log and a user's log together (section 11), pair by pair

    What is granted in both logs, to whose keys, and what can be computed from all of it. Members are the devices and backup keys of
    both logs; those of the escrow log are the admins. The model does not say who may author a link: what holds here holds whatever
    the rules of membership are. Epochs of both logs are numbered together, in the order in which they are made. *)
Require Import List Arith Bool.
Import ListNotations.
Require Import Model.

(** The two keys of a pointer (section 2): signing key, KEM key. *)
Definition pair := (nat * nat)%type.

Record world := mkW {
  newest : nat;                        (* how many epochs there are *)
  made : nat -> nat;                 (* which member drew the epoch's seed; for escrow an admin does *)
  mgr : nat -> nat -> Prop;          (* [mgr m e]: epoch [e] was granted to member [m], in its own log *)
  gp : pair -> nat -> Prop;          (* [granted] of a pair (ESC-11) *)
  force : option pair;               (* the pointer in force; none where no escrow member is active *)
  epairs : list (nat * nat);         (* [(n, k)]: escrow epoch [n] publishes the KEM key [k] *)
  out : list term                    (* all ciphertexts *)
}.
Definition world0 : world := mkW 0 (fun _ => 0) (fun _ _ => False) (fun _ _ => False) None [] [].

Inductive wlink :=
| NewEpoch (a : nat)                                  (* of the user's log *)
| NewEscrowEpoch (a k : nat)                          (* of the escrow log, with the KEM key [k] that its seed gives (ESC-3) *)
| GrantMembers (ms es : list nat) (i : nat)           (* the set [es], at place [i], in either log *)
| GrantEscrow (es : list nat) (i : nat)               (* in the user's log; an epoch that is withheld is in none of these (MEM-6) *)
| Point (p : option pair)                             (* enroll, renew to any keys at all, or remove (ESC-3, ESC-4, ESC-7) *)
| Give (ds runs : list nat) (pairs : list pair) (i : nat).   (* a review by escrow that approves [ds] and gives [runs] (11.3, ESC-11) *)

(** ESC-11: whose signing keys sign: the pair in force, and those that the review names. *)
Definition proven (w : world) (pairs : list pair) : list pair :=
  match force w with Some p => p :: pairs | None => pairs end.
(** What such a pair was granted. *)
Definition was_granted (w : world) (p : pair) (e : nat) : Prop := gp w p e.

Definition user_epoch (w : world) (e : nat) : Prop := 1 <= e <= newest w /\ ~ In e (map fst (epairs w)).

Definition wadm (w : world) (l : wlink) : Prop :=
  match l with
  | NewEscrowEpoch _ k => ~ In k (map snd (epairs w))                            (* epoch keys are fresh (LOG-5, GRT-6) *)
  | GrantMembers _ es _ => forall e, In e es -> 1 <= e <= newest w
  | GrantEscrow es _ => force w <> None /\ forall e, In e es -> user_epoch w e
  | Give _ runs pairs _ =>
      force w <> None /\ forall e, In e runs -> exists p, In p (proven w pairs) /\ was_granted w p e      (* ESC-11 *)
  | _ => True
  end.

(** A member's KEM key is [Sk m 0], that of a pair [Sk k 1]. Re-keyings are left out. *)
Definition wgenuine (w : world) (l : wlink) : list term :=
  match l with
  | NewEscrowEpoch _ k => [Enc (Seed (S (newest w))) (Sk k 1)]   (* who has the seed has the KEM key (section 5) *)
  | GrantMembers ms es i => flat_map (fun m => gterms seeds m 0 es i) ms
  | GrantEscrow es i => match force w with Some p => gterms seeds (snd p) 1 es i | None => [] end
  | Give ds runs _ i => flat_map (fun d => gterms seeds d 0 runs i) ds
  | _ => []
  end.

Definition wapply (w : world) (l : wlink) (ts : list term) : world :=
  match l with
  | NewEpoch a => mkW (S (newest w)) (fun e => if e =? S (newest w) then a else made w e) (mgr w) (gp w) (force w) (epairs w) (ts ++ out w)
  | NewEscrowEpoch a k =>
      mkW (S (newest w)) (fun e => if e =? S (newest w) then a else made w e) (mgr w) (gp w) (force w)
          ((S (newest w), k) :: epairs w) (ts ++ out w)
  | GrantMembers ms es _ =>
      mkW (newest w) (made w) (fun m e => mgr w m e \/ (In m ms /\ In e es)) (gp w) (force w) (epairs w) (ts ++ out w)
  | GrantEscrow es _ =>
      mkW (newest w) (made w) (mgr w) (fun p e => gp w p e \/ (force w = Some p /\ In e es)) (force w) (epairs w) (ts ++ out w)
  | Point p => mkW (newest w) (made w) (mgr w) (gp w) p (epairs w) (ts ++ out w)
  | Give ds runs _ _ =>
      mkW (newest w) (made w) (fun m e => mgr w m e \/ (In m ds /\ In e runs)) (gp w) (force w) (epairs w) (ts ++ out w)
  end.

(** ** Knowledge *)

(** A coalition of members [C] has their keys, the seeds that they drew, the KEM keys [K] of pairs, and all that was published. *)
Definition wbase (C K : nat -> Prop) (w : world) (t : term) : Prop :=
  In t (out w) \/ (exists m, C m /\ t = Sk m 0) \/ (exists k, K k /\ t = Sk k 1) \/
  (exists e, C (made w e) /\ 1 <= e <= newest w /\ t = Seed e).
Definition wknow C K w := dy (wbase C K w).

(** Dishonest members [D], who have the KEM keys [DK], publish the genuine ciphertexts or anything that they can make. *)
Inductive whistory (D DK : nat -> Prop) : world -> Prop :=
| wh_init : whistory D DK world0
| wh_link w l ts : whistory D DK w -> wadm w l -> (forall t, In t ts -> In t (wgenuine w l) \/ wknow D DK w t) ->
    whistory D DK (wapply w l ts).

(** [w] comes after [w0], and no pointer that was set between them has a KEM key of [K]. *)
Inductive no_pointer_to (K : nat -> Prop) (w0 : world) : world -> Prop :=
| np_here : no_pointer_to K w0 w0
| np_link w l ts : no_pointer_to K w0 w -> (forall p, l = Point (Some p) -> ~ K (snd p)) -> no_pointer_to K w0 (wapply w l ts).
