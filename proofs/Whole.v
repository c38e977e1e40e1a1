(** * A whole log: users' logs with their escrow member (section 6 with 6.8, ESC-3 to ESC-11), as a program

    What Model.v and Classes.v leave out of a user's log: the escrow member as a recipient and an author, pointers and pairs, what
    is withheld, and both graphs of approvals. The links of Model.v are taken over with their effects. Left out are ciphertexts
    (Escrow.v has them), kinds of members, roles, whom a member may rename, and signatures. scripts/proofs/ compares this with the
    code. *)
Require Import List Arith Bool.
Import ListNotations.
Require Import Model Classes Escrow.

(** Section 2: the pair, the escrow log, and which head and epoch of it. *)
Record pointer := mkP { keys : pair; from_log : nat; place : nat }.

Record whole := mkWh {
  core2 : state;                   (* Model.v; the escrow member is a member among the others *)
  of_escrow : bool;                (* an escrow log: always in lockdown (MEM-5) *)
  is_escrow : nat -> bool;         (* members of kind escrow *)
  node : nat -> nat;               (* the place in the graph: of escrow, the position of the link that set its pointer (6.8) *)
  own_led : nat -> nat -> bool;    (* chains of approvals between nodes, without escrow's approvals of devices and backup keys (6.8) *)
  all_led : nat -> nat -> bool;    (* with them *)
  in_force : option pointer;
  pairs_ever : list pair;          (* every pair that a pointer ever had *)
  to_pair : pair -> nat -> bool;   (* [granted] of a pair (ESC-11) *)
  kept : nat -> nat -> bool        (* what was withheld from an escrow member, and nobody granted it since (MEM-6) *)
}.
Definition whole0 : whole :=
  mkWh st0 false (fun _ => false) (fun m => m) Nat.eqb Nat.eqb None [] (fun _ _ => false) (fun _ _ => false).

Inductive wholelink :=
| Plain (l : link) (keep : bool)                             (* [keep]: escrow: "withheld" *)
| EnrollEscrow (a : nat) (p : pointer) (ms : list nat)
| RenewEscrow (a : nat) (p : pointer) (ms : list nat)        (* by escrow where [a] is the escrow member *)
| ByEscrow (a : nat) (ap rm runs : list nat) (ps : list pair).  (* a review by escrow [a]; no [runs]: nothing older *)

(** The link of Model.v that has the same author, removals, approvals and members that enter. *)
Definition plain (w : whole) (l : wholelink) : link :=
  match l with
  | Plain l _ => l
  | EnrollEscrow a _ ms => Enroll a (S (sq (core2 w))) ms
  | RenewEscrow a _ ms => Rotate a ms
  | ByEscrow a ap rm _ _ => Review a ap rm []
  end.
Definition keeps (l : wholelink) : bool := match l with Plain _ keep => keep | _ => false end.

(** ** Approvals (6.8) *)

(** From which node the link approves which nodes. A pointer that this link sets has a new node. *)
Definition approves (w : whole) (l : wholelink) : nat * list nat :=
  match l with
  | EnrollEscrow a _ _ | RenewEscrow a _ _ => (node w a, [S (sq (core2 w))])
  | _ => (node w (auth (plain w l)), map (node w) (approved (plain w l)))
  end.
Definition lead (led : nat -> nat -> bool) (by_whom : nat) (whom : list nat) (x y : nat) : bool :=
  led x y || (led x by_whom && existsb (fun v => led v y) whom).
Definition by_escrow (l : wholelink) : bool := match l with ByEscrow _ _ _ _ _ => true | _ => false end.

(** An active device or backup key. *)
Definition own (w : whole) (m : nat) : bool := act (core2 w) m && negb (is_escrow w m).
Definition founder_in (led : nat -> nat -> bool) (w : whole) (m : nat) : nat := founder_by led (node w m).
(** Escrow's approvals count while no active device or backup key is founding without them. *)
Definition escrow_counts (w : whole) : bool :=
  negb (existsb (fun m => own w m && (founder_in (own_led w) w m =? 1)) (members (core2 w))).
Definition founder2 (w : whole) (m : nat) : nat := founder_in (if escrow_counts w then all_led w else own_led w) w m.
(** Section 2: the smallest founder of active devices and backup keys. Escrow keeps no class alive. *)
Definition of_confirmed_class (w : whole) (f : nat) : bool :=
  forallb (fun x => negb (own w x) || (f <=? founder2 w x)) (members (core2 w)) &&
  existsb (fun x => own w x && (f =? founder2 w x)) (members (core2 w)).
Definition confirmed2 (w : whole) (m : nat) : bool := act (core2 w) m && of_confirmed_class w (founder2 w m).

(** ** Effects (6.6) *)

Definition peq (p q : pair) : bool := (fst p =? fst q) && (snd p =? snd q).
Definition pair_in_force (w : whole) : option pair := option_map keys (in_force w).
Definition granted_in_force (w : whole) (e : nat) : bool :=
  match pair_in_force w with Some p => to_pair w p e | None => false end.

Definition pointer_after (w : whole) (l : wholelink) : option pointer :=
  match l with
  | EnrollEscrow _ p _ | RenewEscrow _ p _ => Some p
  | _ => if existsb (is_escrow w) (rms (plain w l)) then None else in_force w
  end.

(** MEM-7. By escrow that approves also where the current epoch was not granted to the pair in force, or is not given (ESC-11). *)
Definition makes_epoch (w : whole) (l : wholelink) : bool :=
  match l with
  | ByEscrow _ ap rm runs _ =>
      takes (core2 w) rm || (negb (empty ap) && negb (granted_in_force w (cur (core2 w)) && memb (cur (core2 w)) runs))
  | _ => newep (core2 w) (plain w l)
  end.

(** GRT-1: older epochs. By escrow it is what the review names (ESC-11). *)
Definition owes (w : whole) (l : wholelink) : list (nat * list nat) :=
  match l with
  | ByEscrow _ ap _ runs _ => map (fun m => (m, filter (fun e => negb (held (core2 w) m e)) runs)) ap
  | _ => owe (core2 w) (plain w l)
  end.

(** The state after all effects but the grants. *)
Definition settled (w : whole) (l : wholelink) : whole :=
  let b := core2 w in let p := plain w l in let n := S (sq b) in let (by_whom, whom) := approves w l in
  let entering := match l with EnrollEscrow _ _ _ => true | _ => false end in
  {| core2 := mkSt (cur b) n (members' b p) (act' b p) (reach b) (held1 b p) (gen' b p) (pub b) (mk b) (lock' b p) (conf b) (due b)
                   (since b) (appr b) (fun m => if memb m (rms p) then Some (cur b) else gone b m) (gby b) (rec b);
     of_escrow := match p with Genesis _ lk => lk | _ => of_escrow w end;
     is_escrow := fun m => is_escrow w m || (entering && (m =? n));
     node := fun m => match l with RenewEscrow _ _ _ => if is_escrow w m && act b m then n else node w m | _ => node w m end;
     own_led := if by_escrow l then own_led w else lead (own_led w) by_whom whom;
     all_led := lead (all_led w) by_whom whom;
     in_force := pointer_after w l;
     pairs_ever := match pointer_after w l with Some q => keys q :: pairs_ever w | None => pairs_ever w end;
     to_pair := to_pair w;
     kept := kept w |}.

(** MEM-6: who would get a new epoch, if nothing is withheld. *)
Definition due_to (w : whole) (l : wholelink) (m : nat) : bool :=
  let s := settled w l in act (core2 s) m && (negb (lock (core2 s)) || confirmed2 s m).
Definition gets (w : whole) (l : wholelink) (m : nat) : bool := due_to w l m && negb (keeps l && is_escrow w m).

(** The link grants epoch [e] to [m]. *)
Definition grants_to (w : whole) (l : wholelink) (m e : nat) : bool :=
  existsb (fun g => (fst g =? m) && memb e (snd g)) (owes w l)
  || (makes_epoch w l && (e =? S (cur (core2 w))) && gets w l m).

Definition apply_whole (w : whole) (l : wholelink) : whole :=
  let s := settled w l in let b := core2 s in
  {| core2 := mkSt (if makes_epoch w l then S (cur b) else cur b) (sq b) (members b) (act b)
                   (fun m e => reach b m e || grants_to w l m e) (fun m e => held b m e || grants_to w l m e)
                   (gen b) (pub b) (fun e => if makes_epoch w l && (e =? S (cur b)) then auth (plain w l) else mk b e) (lock b) (conf b)
                   (if makes_epoch w l then false else due' (core2 w) (plain w l))
                   (since b) (appr b) (gone b) (gby b) (rec b);
     of_escrow := of_escrow s; is_escrow := is_escrow s; node := node s; own_led := own_led s; all_led := all_led s;
     in_force := in_force s; pairs_ever := pairs_ever s;
     to_pair := fun p e => to_pair w p e ||
       match pair_in_force s with
       | Some q => peq p q && existsb (fun m => is_escrow s m && act b m && grants_to w l m e) (members b)
       | None => false end;
     kept := fun m e => (kept w m e && negb (grants_to w l m e))
       || (keeps l && makes_epoch w l && (e =? S (cur b)) && is_escrow w m && due_to w l m) |}.

(** ** Admission (6.4, 6.5, 6.7) *)

(** Admission of Model.v, where in lockdown those act who are confirmed by the graph in force. A regrant gives what was granted
    or withheld (6.5). *)
Definition view (w : whole) : state :=
  let b := core2 w in
  mkSt (cur b) (sq b) (members b) (act b) (fun m e => reach b m e || kept w m e) (held b) (gen b) (pub b) (mk b) (lock b) (confirmed2 w)
       (due b) (since b) (appr b) (gone b) (gby b) (rec b).

Definition extends2 (w : whole) (l : wholelink) (m : nat) : bool :=
  existsb (fun e => negb (held (core2 w) m e) &&
    match l with ByEscrow _ _ _ runs _ => memb e runs | _ => held1 (core2 w) (plain w l) (auth (plain w l)) e end)
    (seq 1 (cur (core2 w))).
Definition moves2 (w : whole) (l : wholelink) (m : nat) : bool :=
  (negb (by_escrow l) || escrow_counts w) && (founder2 w (auth (plain w l)) <? founder2 w m).
Definition approvals_ok (w : whole) (l : wholelink) (ap rm : list nat) : bool :=
  nodup ap && nodup rm && negb (empty ap && empty rm) && forallb (fun m => extends2 w l m || moves2 w l m) ap.

(** 6.4, step 4: each pair is one of this log, in order, and gives what the pair in force and earlier ones were not granted. *)
Fixpoint pairs_ok (w : whole) (last : option pair) (can : nat -> bool) (ps : list pair) : bool :=
  match ps with
  | [] => true
  | p :: r =>
      existsb (peq p) (pairs_ever w)
      && match last with Some q => (fst q <? fst p) || ((fst q =? fst p) && (snd q <? snd p)) | None => true end
      && existsb (fun e => to_pair w p e && negb (can e)) (seq 1 (cur (core2 w)))
      && pairs_ok w (Some p) (fun e => can e || to_pair w p e) r
  end.
Definition can_give (w : whole) (ps : list pair) (e : nat) : bool :=
  granted_in_force w e || existsb (fun p => to_pair w p e) ps.

Definition same_pointer (p q : pointer) : bool := peq (keys p) (keys q) && (from_log p =? from_log q) && (place p =? place q).

Definition adm_content (w : whole) (l : wholelink) : bool :=
  let b := core2 w in
  match l with
  | Plain p _ =>
      adm (view w) p && negb (is_escrow w (auth p))                                     (* LOG-4: escrow signs with [by] only *)
      && match p with
         | Review _ ap rm _ => approvals_ok w l ap rm                                    (* MEM-1, MEM-2 *)
         | Expel rm => nodup rm && negb (empty rm) && forallb (fun m => negb (is_escrow w m)) rm   (* MEM-2, ESC-7 *)
             && forallb (fun m => negb (lock b) || negb (confirmed2 w m)) rm             (* MEM-5 *)
         | Lockdown a on rm _ => negb (of_escrow w) && nodup rm && confirmed2 w a        (* MEM-5 *)
             && (negb on || forallb (fun m => founder_in (own_led w) w m =? 1)
                  (a :: filter (fun m => act b m && negb (memb m rm)) (members b)))
         | Reclaim _ f _ _ => negb (is_escrow w f)                                       (* MEM-10 *)
         | _ => true end
  | EnrollEscrow a _ _ =>
      adm (view w) (plain w l) && negb (is_escrow w a)
      && negb (of_escrow w) && match in_force w with None => true | _ => false end       (* MEM-3 *)
  | RenewEscrow a p ms =>
      match in_force w with
      | None => false                                                                    (* ESC-4 *)
      | Some q =>
          act b a && (from_log p =? from_log q) && cil (view w) a                        (* ESC-4, MEM-5 *)
          && (if is_escrow w a then empty ms                                             (* MEM-9 *)
              else holder b a && misok b a ms
                && (negb (same_pointer p q)                                              (* MEM-2 *)
                    || (confirmed2 w a &&
                        existsb (fun e => is_escrow w e && act b e && (founder2 w a <? founder2 w e)) (members b))))
      end
  | ByEscrow a ap rm runs ps =>
      is_escrow w a && act b a && cil (view w) a
      && forallb (act b) ap && forallb (act b) rm && negb (memb a ap) && negb (memb a rm) && forallb (fun m => negb (memb m rm)) ap
      && (empty runs || negb (empty ap)) && (empty ps || negb (empty runs))              (* ESC-11 *)
      && pairs_ok w None (granted_in_force w) ps && forallb (can_give w ps) runs          (* ESC-11 *)
      && approvals_ok w l ap rm                                                          (* MEM-1, MEM-2 *)
  end.

(** MEM-6: what is withheld would have gone to escrow. *)
Definition withholding_ok (w : whole) (l : wholelink) : bool :=
  negb (keeps l) || (makes_epoch w l && existsb (fun m => is_escrow w m && due_to w l m) (members (core2 w))).

(** 6.4, step 10. *)
Definition adm_settled (w : whole) (l : wholelink) : bool :=
  let s := settled w l in
  existsb (own s) (members (core2 s))                                                    (* MEM-3 *)
  && (negb (lock (core2 w)) ||                                                           (* MEM-5 *)
      (existsb (fun m => own s m && of_confirmed_class w (founder2 s m)) (members (core2 s))
       && match l with ByEscrow _ ap _ _ _ => forallb (confirmed2 s) ap | _ => true end)).

Definition adm_whole (w : whole) (l : wholelink) : bool :=
  forallb (fun m => m =? S (sq (core2 w))) (ents (plain w l)) && adm_content w l && withholding_ok w l && adm_settled w l.

Inductive whole_history : whole -> Prop :=
| uh_init : whole_history whole0
| uh_link w l : whole_history w -> adm_whole w l = true -> whole_history (apply_whole w l).
