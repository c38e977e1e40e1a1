(** * Approval classes: who is confirmed, by the graph of approvals (sections 2, 6.5 to 6.7)

    The same links and effects as Model.v, with the graph of approvals beside them, and with the rules that Model.v leaves out
    because they speak of classes: MEM-1, MEM-3, MEM-5, and the lists of MEM-2. Nothing here is judged by the [conf] of Model.v;
    that both agree is a theorem. There is no escrow member. Left out are the roles of an escrow log (MEM-8), kinds of members,
    and whom a member may rename. *)
Require Import List Arith Bool.
Import ListNotations.
Require Import Model.

(** A member is named by its position (section 2): the position of the link in which it entered. *)
Record cstate := mkC {
  core : state;
  escrow_log : bool;               (* always in lockdown (MEM-5) *)
  appd : list (nat * nat);         (* every approval: by whom, of whom (6.3). Only statements read it *)
  led : nat -> nat -> bool         (* [led x y]: a chain of approvals leads from [x] to [y]; every member leads to itself *)
}.
Definition c0 : cstate := mkC st0 false [] Nat.eqb.

(** Whom the author approves: enroll is an approval (MEM-1). A reclaim is none (6.8). *)
Definition approved (l : link) : list nat :=
  match l with Enroll _ m _ => [m] | Review _ ap _ _ => ap | _ => [] end.

(** MEM-1: directed. The author, and every member that led to it, now lead also to each member that the approved one led to. *)
Definition led_after (c : cstate) (l : link) (x y : nat) : bool :=
  led c x y || (led c x (auth l) && existsb (fun v => led c v y) (approved l)).

(** Section 2: the smallest position among the member and all from whom a chain of approvals leads to it, removed ones too. *)
Definition founder_by (led : nat -> nat -> bool) (m : nat) : nat :=
  match find (fun x => led x m) (seq 1 m) with Some x => x | None => m end.
Definition founder (c : cstate) (m : nat) : nat := founder_by (led c) m.

(** Section 2: an active member is confirmed if its founder is the smallest among all active ones. *)
Definition confirmed (c : cstate) (m : nat) : bool :=
  act (core c) m &&
  forallb (fun x => negb (act (core c) x) || (founder c m <=? founder c x)) (members (core c)).

Definition apply_classes (c : cstate) (l : link) (ts : list term) : cstate :=
  {| core := apply (core c) l ts;
     escrow_log := match l with Genesis _ lk => lk | _ => escrow_log c end;
     appd := map (fun m => (auth l, m)) (approved l) ++ appd c;
     led := led_after c l |}.

(** Admission of Model.v, where in lockdown those act who are confirmed by the graph. *)
Definition by_graph (c : cstate) : state :=
  let b := core c in
  mkSt (cur b) (sq b) (members b) (act b) (reach b) (held b) (gen b) (pub b) (mk b) (lock b) (confirmed c) (due b)
       (since b) (appr b) (gone b) (gby b) (rec b).

Fixpoint nodup (l : list nat) : bool := match l with [] => true | x :: r => negb (memb x r) && nodup r end.
Definition empty {A : Type} (l : list A) : bool := match l with [] => true | _ => false end.
(** Who is left after the removals. *)
Definition left_over (c : cstate) (rm : list nat) := filter (fun m => act (core c) m && negb (memb m rm)) (members (core c)).

(** MEM-1: an approval extends what the member holds, or moves it to an older class. *)
Definition extends (c : cstate) (l : link) (m : nat) : bool :=
  existsb (fun e => held1 (core c) l (auth l) e && negb (held (core c) m e)) (seq 1 (cur (core c))).
Definition moves (c : cstate) (l : link) (m : nat) : bool := founder c (auth l) <? founder c m.

Definition entry_named_by_position (c : cstate) (l : link) := forallb (fun m => m =? S (sq (core c))) (ents l).

(** What 6.5 and 6.7 demand beyond Model.v, in the state before the link. *)
Definition adm_before (c : cstate) (l : link) : bool :=
  match l with
  | Review _ ap rm _ =>
      nodup ap && nodup rm && negb (empty ap && empty rm)                                 (* MEM-2 *)
      && forallb (fun m => extends c l m || moves c l m) ap                                (* MEM-1 *)
  | Expel rm =>
      nodup rm && negb (empty rm)                                                         (* MEM-2 *)
      && forallb (fun m => negb (lock (core c)) || negb (confirmed c m)) rm                (* MEM-5 *)
  | Lockdown a on rm _ =>
      negb (escrow_log c) && nodup rm && confirmed c a                                     (* MEM-5 *)
      && (negb on || ((founder c a =? 1) && forallb (fun m => founder c m =? 1) (left_over c rm)))
  | _ => true
  end.

(** What 6.4, step 10, demands of the state after it. *)
Definition adm_after (c : cstate) (l : link) : bool :=
  let b := core c in
  let left := filter (act' b l) (members' b l) in
  negb (empty left)                                                                        (* MEM-3 *)
  && (negb (lock b) ||                                                                     (* MEM-5 *)
      existsb (fun x => existsb (fun y => confirmed c y && (founder_by (led_after c l) x =? founder c y)) (members b)) left).

Definition adm_classes (c : cstate) (l : link) : bool :=
  adm (by_graph c) l && entry_named_by_position c l && adm_before c l && adm_after c l.

Inductive class_history (P : policy) : cstate -> Prop :=
| ch_init : class_history P c0
| ch_link c l ts : class_history P c -> adm_classes c l = true -> P (core c) l ts -> class_history P (apply_classes c l ts).
