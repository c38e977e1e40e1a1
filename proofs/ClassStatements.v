(** * What is proved of classes

    To read these statements one needs Model.v and Classes.v. *)
Require Import List Arith Bool.
Import ListNotations.
Require Import Model Classes.

(** A chain of approvals, in the list of all that were ever given. *)
Inductive chain (g : list (nat * nat)) : nat -> nat -> Prop :=
| chain_here m : chain g m m
| chain_by a b m : In (a, b) g -> chain g b m -> chain g a m.

(** [T] are members of a thief: not the first device, and approved or enrolled by members of [T] only. *)
Definition let_in_by_themselves (T : nat -> Prop) (c : cstate) : Prop :=
  ~ T 1 /\ forall a m, In (a, m) (appd c) -> T m -> T a.

(** A member's founder is the oldest member from which a chain of approvals leads to it. *)
Definition founder_is_the_oldest := forall P c m, class_history P c -> In m (members (core c)) ->
  In (founder c m) (members (core c)) /\ chain (appd c) (founder c m) m /\ forall x, chain (appd c) x m -> founder c m <= x.

(** An approval moves the approved member and those that it led to, to the author's founder where that is older; nobody else moves, and the author never does. *)
Definition approvals_are_directed := forall P c l ts m, class_history P c -> adm_classes c l = true -> In m (members (core c)) ->
  (founder (apply_classes c l ts) m =
    if existsb (fun v => led c v m) (approved l) then Nat.min (founder c m) (founder c (auth l)) else founder c m)
  /\ (m = auth l -> founder (apply_classes c l ts) m = founder c m).

(** Every approval in a review gives the member an epoch that it does not hold, or moves it to an older class. *)
Definition approvals_change_something := forall P c a ap rm ms ts m, class_history P c ->
  adm_classes c (Review a ap rm ms) = true -> In m ap ->
  (exists e, held (core c) a e = true /\ ~ In e ms /\ held (core c) m e = false) \/
  founder (apply_classes c (Review a ap rm ms) ts) m < founder c m.

(** In lockdown the confirmed members of Model.v are those of the graph; so each history by classes is one of Model.v, whose theorems hold for it. *)
Definition classes_refine_the_model := forall P c, class_history P c ->
  history P (core c) /\
  (lock (core c) = true -> forall m, act (core c) m = true -> conf (core c) m = confirmed c m) /\
  forall l ts, adm_classes c l = true -> forall m,
    rcp (core c) l m = act (core (apply_classes c l ts)) m &&
      (negb (lock (core (apply_classes c l ts))) || confirmed (apply_classes c l ts) m).

(** Only a member that a chain of approvals joins to the first device switches lockdown on, and then all who stay are such members. *)
Definition founding_class_locks := forall P c a rm ms ts m, class_history P c ->
  adm_classes c (Lockdown a true rm ms) = true ->
  act (core (apply_classes c (Lockdown a true rm ms) ts)) m = true \/ m = a -> chain (appd c) 1 m.

(** No member of a thief switches lockdown on. *)
Definition thief_does_not_lock := forall P T c a rm ms, class_history P c -> let_in_by_themselves T c ->
  adm_classes c (Lockdown a true rm ms) = true -> ~ T a.

(** While a member that is not the thief's and has founder 1 is active, no member of the thief is confirmed. *)
Definition thief_is_not_confirmed := forall P T c h m, class_history P c -> let_in_by_themselves T c ->
  act (core c) h = true -> founder c h = 1 -> T m -> confirmed c m = false.

(** In lockdown no active member of the thief is confirmed, and none reaches any epoch. *)
Definition lockdown_keeps_thieves_out := forall P T c m, class_history P c -> let_in_by_themselves T c ->
  lock (core c) = true -> T m -> act (core c) m = true -> confirmed c m = false /\ forall e, reach (core c) m e = false.

(** In lockdown the operator removes no confirmed member. *)
Definition operator_spares_the_confirmed := forall P c rm ts m, class_history P c -> lock (core c) = true ->
  adm_classes c (Expel rm) = true -> confirmed c m = true -> act (core (apply_classes c (Expel rm) ts)) m = true.
