(** * The model: a log's state, its links, and what can be computed from what they publish

    Beside each definition stands the section or rule of docs/spec.md that it is of. docs/proofs.md says what is left out.

    The model covers users' logs without an escrow member, and escrow logs. It knows no founders: a member is [conf]irmed if it
    was active when lockdown was switched on, or was approved or enrolled since. The specification then demands that all who
    are left have founder 1, and in lockdown only confirmed members approve.

    Admission here is weaker than the specification's: every history of the specification is one of these, so what holds
    for all histories here holds for all of the specification's. Left out are MEM-1 (an approval must extend or move), MEM-2
    (lists are sorted, not empty, and name nobody twice), MEM-3, who may switch lockdown on (MEM-5), and roles (MEM-8). *)
Require Import List Arith Bool.
Import ListNotations.

(** ** Terms (section 7.2): what is published and what can be computed *)

Inductive term :=
| Seed (e : nat)               (* the seed of epoch [e] *)
| Sk (m v : nat)               (* the private KEM key of member [m], after [v] re-keyings *)
| Junk (i : nat)               (* anything that anybody can draw *)
| Nil | Pair (t u : term)
| Kdf (t : term) (i : nat)     (* a key that is derived from [t] and bound to the link at position [i] (GRT-5) *)
| Enc (k t : term)             (* a keyring ciphertext *)
| Box (m v : nat) (t : term).  (* a box to the [v]-th KEM key of member [m] *)

Fixpoint seeds (S : list nat) : term :=
  match S with [] => Nil | e :: r => Pair (Seed e) (seeds r) end.

(** What anybody who has the terms of [B] can compute: draw, pair and take apart, derive, encrypt and decrypt, seal and open. *)
Inductive dy (B : term -> Prop) : term -> Prop :=
| dy_ax t : B t -> dy B t
| dy_junk i : dy B (Junk i)
| dy_nil : dy B Nil
| dy_pair t u : dy B t -> dy B u -> dy B (Pair t u)
| dy_fst t u : dy B (Pair t u) -> dy B t
| dy_snd t u : dy B (Pair t u) -> dy B u
| dy_kdf t i : dy B t -> dy B (Kdf t i)
| dy_enc k t : dy B k -> dy B t -> dy B (Enc k t)
| dy_dec k t : dy B (Enc k t) -> dy B k -> dy B t
| dy_box m v t : dy B t -> dy B (Box m v t)
| dy_unbox m v t : dy B (Box m v t) -> dy B (Sk m v) -> dy B t.

(** ** State (section 6.3) *)

Record state := mkSt {
  cur : nat;                       (* the number of the current epoch; 0 before the first link *)
  sq : nat;                        (* the position of the newest link *)
  members : list nat;              (* everybody that ever entered *)
  act : nat -> bool;               (* active *)
  reach : nat -> nat -> bool;      (* by member and epoch *)
  held : nat -> nat -> bool;
  gen : nat -> nat;                (* how often the member re-keyed *)
  pub : list term;                 (* every ciphertext that was ever published *)
  mk : nat -> nat;                 (* who made an epoch *)
  lock : bool;                     (* lockdown *)
  conf : nat -> bool;              (* confirmed; it means something in lockdown only *)
  due : bool;                      (* rotation due *)
  (* What follows decides nothing. The theorems speak of it. *)
  since : nat -> nat;              (* the next epoch when the member entered *)
  appr : nat -> bool;              (* it was approved or enrolled, or reclaimed something *)
  gone : nat -> option nat;        (* the current epoch when it was removed *)
  gby : nat -> nat -> nat -> bool; (* [gby m e a]: in some link [a] granted epoch [e] to [m] *)
  rec : nat -> nat -> bool         (* [rec m e]: [m] has epoch [e] by a reclaim, of its own or of the member that approved it *)
}.

Definition st0 : state :=
  mkSt 0 0 [] (fun _ => false) (fun _ _ => false) (fun _ _ => false) (fun _ => 0) [] (fun _ => 0)
       false (fun _ => false) false
       (fun _ => 0) (fun _ => false) (fun _ => None) (fun _ _ _ => false) (fun _ _ => false).

Definition memb (x : nat) (l : list nat) : bool := existsb (Nat.eqb x) l.

(** ** Links (section 6.5). [ms] is [missing], [rm] is [remove], [ap] is [approve]. *)

Inductive link :=
| Genesis (m : nat) (lk : bool)                 (* [lk]: the log is an escrow log, always in lockdown (MEM-5) *)
| Join (m : nat)
| Enroll (a m : nat) (ms : list nat)
| Review (a : nat) (ap rm ms : list nat)
| Rotate (a : nat) (ms : list nat)
| Regrant (a : nat) (give : list (nat * list nat)) (ms : list nat)
| Rekey (a : nat) (ms : list nat) (ne : bool)   (* [ne] = false: in an escrow log, without the role [manage] (MEM-8) *)
| Leave (a : nat)
| Expel (rm : list nat)
| Lockdown (a : nat) (on : bool) (rm ms : list nat)
| Reclaim (a f : nat) (runs ms : list nat)      (* [f]: from whom *)
| Note (a : nat).                               (* rename, policy, access, act, disown: nothing that is modelled *)

Definition auth (l : link) : nat :=
  match l with
  | Genesis m _ | Join m => m
  | Enroll a _ _ | Review a _ _ _ | Rotate a _ | Regrant a _ _ | Rekey a _ _ | Leave a | Reclaim a _ _ _
  | Lockdown a _ _ _ | Note a => a
  | Expel _ => 0  (* the operator: it makes no epoch, grants nothing, declares nothing *)
  end.
(** What the link declares missing. *)
Definition mis (l : link) : list nat :=
  match l with
  | Enroll _ _ ms | Review _ _ _ ms | Rotate _ ms | Regrant _ _ ms | Rekey _ ms _ | Reclaim _ _ _ ms
  | Lockdown _ _ _ ms => ms
  | _ => [] end.
(** Who is removed by it. *)
Definition rms (l : link) : list nat :=
  match l with Review _ _ rm _ => rm | Leave a => [a] | Expel rm => rm | Lockdown _ _ rm _ => rm | _ => [] end.
(** Who enters, who re-keys, who is approved, enrolled or reclaims. *)
Definition ents (l : link) : list nat :=
  match l with Genesis m _ | Join m => [m] | Enroll _ m _ => [m] | _ => [] end.
Definition rks (l : link) : list nat := match l with Rekey a _ _ => [a] | _ => [] end.
Definition apps (l : link) : list nat :=
  match l with Enroll _ m _ => [m] | Review _ ap _ _ => ap | Reclaim a _ _ _ => [a] | _ => [] end.

(** ** Admission, on the state before the link (sections 6.4, 6.5) *)

Definition holder st a := act st a && held st a (cur st).            (* section 2; LOG-4 *)
Definition cil st a := negb (lock st) || conf st a.                  (* in lockdown confirmed: MEM-5 *)
Definition fresh st m := negb (memb m (members st)).                 (* an id never returns: MEM-4 *)
Definition misok st a ms := forallb (held st a) ms.                  (* what is missing was held: MEM-9 *)

Definition adm (st : state) (l : link) : bool :=
  match l with
  | Genesis m _ => (cur st =? 0) && fresh st m
  | Join m => (1 <=? cur st) && fresh st m
  | Enroll a m ms => holder st a && cil st a && misok st a ms && negb (memb (cur st) ms) && fresh st m
  | Review a ap rm ms =>
      holder st a && cil st a && misok st a ms && forallb (act st) ap && forallb (act st) rm
      && negb (memb a ap) && negb (memb a rm)
      && forallb (fun m => negb (memb m rm)) ap
  | Rotate a ms => holder st a && cil st a && misok st a ms
  | Regrant a give ms =>
      holder st a && cil st a && misok st a ms && negb (memb (cur st) ms)
      && forallb (fun g => act st (fst g) &&
           forallb (fun e => reach st (fst g) e && held st a e && negb (memb e ms)) (snd g)) give
  | Rekey a ms _ => act st a && cil st a && misok st a ms
  | Leave a => act st a
  | Expel rm => forallb (act st) rm
  | Lockdown a on rm ms =>
      act st a && cil st a && negb (eqb on (lock st)) && misok st a ms && forallb (act st) rm && negb (memb a rm)
      && (on || match rm with [] => true | _ => false end)
  | Reclaim a f runs ms =>
      holder st a && cil st a && misok st a ms && negb (memb (cur st) ms)
      && memb f (members st) && negb (act st f)                                            (* MEM-10 *)
      && forallb (fun e => held st f e && negb (held st a e && negb (memb e ms))) runs
  | Note a => act st a && cil st a
  end.

(** ** Effects (section 6.6) *)

(** [held] after what is missing was taken away (MEM-9: from the author, and [reach] stays). *)
Definition held1 st l m e := held st m e && negb ((m =? auth l) && memb e (mis l)).
Definition act' st l m := (act st m && negb (memb m (rms l))) || memb m (ents l).
Definition members' st l := ents l ++ members st.
Definition gen' st l m := if memb m (rks l) then S (gen st m) else gen st m.

(** Somebody of the list has the current epoch in its reach. *)
Definition takes (st : state) (rm : list nat) : bool := existsb (fun m => reach st m (cur st)) rm.

(** MEM-7: which links make a new epoch. *)
Definition newep (st : state) (l : link) : bool :=
  match l with
  | Genesis _ _ | Rotate _ _ => true
  | Join _ => negb (lock st)
  | Rekey _ _ ne => ne
  | Lockdown _ on rm ms => memb (cur st) ms ||
      if on then takes st rm
      else existsb (fun m => act st m && negb (held st m (cur st))) (members st)
  | Review _ _ rm ms => takes st rm || memb (cur st) ms
  | _ => false
  end.

(** MEM-7: a new epoch clears [due]; these links set it. *)
Definition due' (st : state) (l : link) : bool :=
  if newep st l then false
  else match l with
       | Leave a => takes st [a] || due st
       | Expel rm => takes st rm || due st
       | Rekey _ _ _ => true
       | _ => due st
       end.

Definition lock' (st : state) (l : link) : bool :=
  match l with Genesis _ lk => lk | Lockdown _ on _ _ => on | _ => lock st end.
Definition conf' (st : state) (l : link) (m : nat) : bool :=
  match l with
  | Genesis x _ => (m =? x) || conf st m
  | Join x => if m =? x then negb (lock st) else conf st m
  | Lockdown _ true _ _ => true
  | Enroll _ x _ => (m =? x) || conf st m
  | Review _ ap _ _ => memb m ap || conf st m
  | _ => conf st m end.

(** MEM-6: the members that get a new epoch: those active after the link, in lockdown only the confirmed ones. *)
Definition rcp st l m := act' st l m && (negb (lock' st l) || conf' st l m).

Definition upto (f : nat -> bool) (n : nat) := filter f (seq 1 n).

(** GRT-1, section 6.6: the older epochs that the link owes, by recipient. *)
Definition owe (st : state) (l : link) : list (nat * list nat) :=
  match l with
  | Enroll a m _ => [(m, upto (held1 st l a) (cur st))]
  | Review a ap _ _ => map (fun m => (m, upto (fun e => held1 st l a e && negb (held1 st l m e)) (cur st))) ap
  | Regrant _ give _ => give
  | Rekey a _ _ => [(a, upto (held1 st l a) (cur st))]
  | Reclaim a _ runs _ => [(a, runs)]
  | _ => []
  end.

(** The link grants epoch [e] to [m]. *)
Definition granted st l m e : bool :=
  existsb (fun g => (fst g =? m) && memb e (snd g)) (owe st l)
  || (newep st l && (e =? S (cur st)) && rcp st l m).

(** Whether [m] has [e] by a reclaim after the link: its own, or that of the member that approves or enrolls it. *)
Definition rec' st l m e : bool :=
  rec st m e ||
  match l with
  | Reclaim a _ runs _ => (m =? a) && memb e runs
  | Enroll a x _ => (m =? x) && rec st a e
  | Review a ap _ _ => memb m ap && rec st a e
  | _ => false
  end.

(** ** Grants (section 7.2) *)

Section Grants.
(** What the key of a grant is derived from. In Keystead these are all [seeds] of the set (GRT-2). *)
Variable kd : list nat -> term.

Definition gkey (S : list nat) (i : nat) := Kdf (kd S) i.
Definition gterms (r v : nat) (S : list nat) (i : nat) : list term :=
  [Enc (gkey S i) (seeds S); Box r v (gkey S i)].
(** All that an honest author publishes with the link: what it owes, and the new epoch as a grant of its own (GRT-1). *)
Definition genuine (st : state) (l : link) : list term :=
  flat_map (fun g => gterms (fst g) (gen' st l (fst g)) (snd g) (S (sq st))) (owe st l) ++
  (if newep st l
   then flat_map (fun r => gterms r (gen' st l r) [S (cur st)] (S (sq st))) (filter (rcp st l) (members' st l))
   else []).
End Grants.

(** The state after a link, with which its author published the ciphertexts [ts], genuine or not. *)
Definition apply (st : state) (l : link) (ts : list term) : state :=
  {| cur := if newep st l then S (cur st) else cur st;
     sq := S (sq st);
     members := members' st l;
     act := act' st l;
     reach := fun m e => reach st m e || granted st l m e;
     held := fun m e => held1 st l m e || granted st l m e;
     gen := gen' st l;
     pub := ts ++ pub st;
     mk := fun e => if newep st l && (e =? S (cur st)) then auth l else mk st e;
     lock := lock' st l;
     conf := conf' st l;
     due := due' st l;
     since := fun m => if memb m (ents l) then S (cur st) else since st m;
     appr := fun m => appr st m || memb m (apps l);
     gone := fun m => if memb m (rms l) then Some (cur st) else gone st m;
     gby := fun m e a => gby st m e a || (granted st l m e && (a =? auth l));
     rec := rec' st l |}.

(** What authors do: the links that they write, and the ciphertexts that they publish. *)
Definition policy := state -> link -> list term -> Prop.
Inductive history (P : policy) : state -> Prop :=
| h_init : history P st0
| h_link st l ts : history P st -> adm st l = true -> P st l ts -> history P (apply st l ts).

(** ** Knowledge *)

(** A coalition has every KEM key that a member of it ever had, every seed that a member of it drew, and all that was published. *)
Definition base (C : nat -> Prop) (st : state) (t : term) : Prop :=
  In t (pub st) \/ (exists m v, C m /\ t = Sk m v) \/ (exists e, C (mk st e) /\ 1 <= e <= cur st /\ t = Seed e).
Definition know (C : nat -> Prop) (st : state) : term -> Prop := dy (base C st).
(** What one member computes from its present KEM key alone. *)
Definition computes (st : state) (m e : nat) : Prop :=
  dy (fun t => In t (pub st) \/ t = Sk m (gen st m)) (Seed e).

(** ** Authors *)

(** Dishonest authors. [D] are the members whose secrets they may use. Each ciphertext of a link is the genuine one, or
    anything at all that [D] can make. Where [D] is nobody this is junk. *)
Definition adversary (D : nat -> Prop) : policy := fun st l ts =>
  forall t, In t ts -> In t (genuine seeds st l) \/ know D st t.

(** Honest authors publish what is genuine, and declare missing only what they cannot compute (7.3, MEM-9). *)
Definition honest_by (kd : list nat -> term) : policy := fun st l ts =>
  ts = genuine kd st l /\ forall e, In e (mis l) -> ~ computes st (auth l) e.
Definition honest : policy := honest_by seeds.

(** ... and reclaim only what joins on to what they hold. *)
Definition honest_contiguous : policy := fun st l ts =>
  honest st l ts /\
  match l with
  | Reclaim a _ runs _ => forall e, In e runs -> In (S e) runs \/ held st a (S e) = true
  | _ => True end.
(** ... and reclaim nothing. *)
Definition honest_no_reclaim : policy := fun st l ts =>
  honest st l ts /\ match l with Reclaim _ _ _ _ => False | _ => True end.

(** The members of [D] are dishonest and publish any bytes; the others are honest. *)
Definition mixed (D : nat -> Prop) : policy := fun st l ts =>
  D (auth l) \/ honest st l ts.
