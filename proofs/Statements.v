(** * What is proved

    Each statement has one sentence. A theorem says that it holds. To read a statement one needs Model.v and nothing else. *)
Require Import List Arith Bool.
Import ListNotations.
Require Import Model.

(** The active member [m] may act and receives new epochs: in lockdown it is confirmed. *)
Definition takes_part st m := act st m = true /\ cil st m = true.

(** ** T1: among honest authors there is no gap *)

(** Among honest authors a member that takes part holds one stretch up to the current epoch, and besides it only what was reclaimed, by itself or by a member that approved it. *)
Definition no_gap := forall st m, history honest st -> takes_part st m ->
  exists a, 1 <= a <= cur st /\ (forall e, a <= e <= cur st -> held st m e = true) /\
    forall e, held st m e = true -> a <= e <= cur st \/ rec st m e = true.

(** The same as exactly one stretch, if each reclaim joins on to what its author holds. *)
Definition no_gap_where_reclaims_join_on := forall st m, history honest_contiguous st -> takes_part st m ->
  exists a, 1 <= a <= cur st /\ forall e, held st m e = true <-> a <= e <= cur st.

(** Without any reclaim a member that takes part holds one stretch up to the current epoch, and computes exactly that. *)
Definition no_gap_without_reclaims := forall st m, history honest_no_reclaim st -> takes_part st m ->
  exists a, 1 <= a <= cur st /\
    (forall e, held st m e = true <-> a <= e <= cur st) /\ (forall e, computes st m e <-> a <= e <= cur st).

(** Among honest authors a member, active or removed, computes with its present key alone exactly what it holds. *)
Definition held_is_computed := forall st m e, history honest st -> (computes st m e <-> held st m e = true).

(** Among honest authors, in lockdown, an active member that is not confirmed holds and computes nothing. *)
Definition unconfirmed_holds_nothing := forall st m e, history honest st -> act st m = true -> cil st m = false ->
  held st m e = false /\ ~ computes st m e.

(** Among honest authors nobody ever has anything to declare missing. *)
Definition nothing_missing := forall st l ts, history honest st -> adm st l = true -> honest st l ts -> mis l = [].

(** Among honest authors the author of a link computes every older epoch that the link owes; in a reclaim, the member that it reclaims from does. *)
Definition always_authorable := forall st l m S e,
  history honest st -> adm st l = true -> In (m, S) (owe st l) -> In e S ->
  computes st (auth l) e \/ exists f runs ms, l = Reclaim (auth l) f runs ms /\ computes st f e.

(** ** T2: coalitions *)

(** Whatever dishonest members publish, a coalition that contains them computes together only epochs that one of its members reaches. *)
Definition coalition_within_reach := forall (D C : nat -> Prop) st e,
  (forall m, D m -> C m) -> history (adversary D) st -> know C st (Seed e) -> exists m, C m /\ reach st m e = true.

(** Where dishonest authors write junk only, every coalition computes together only epochs that one of its members reaches. *)
Definition coalition_within_reach_despite_junk := forall C st e,
  history (adversary (fun _ => False)) st -> know C st (Seed e) -> exists m, C m /\ reach st m e = true.

(** A coalition never computes the private KEM key of a member outside it. *)
Definition keys_stay_private := forall (D C : nat -> Prop) st m v,
  (forall m, D m -> C m) -> history (adversary D) st -> know C st (Sk m v) -> C m.

(** ** T3: newcomers, removed members, lockdown. These hold whatever is published. *)

(** A member that nobody approved or enrolled, and that reclaimed nothing, reaches nothing older than its entry. *)
Definition newcomer_reaches_nothing_older := forall P st m e,
  history P st -> In m (members st) -> appr st m = false -> reach st m e = true -> since st m <= e.

(** A removed member reaches nothing newer than its removal. *)
Definition removed_reaches_nothing_newer := forall P st m c e,
  history P st -> gone st m = Some c -> reach st m e = true -> e <= c.

(** A removed member never returns, its reach never changes, and it signs no link. *)
Definition removed_is_frozen := forall P st l ts m c,
  history P st -> adm st l = true -> gone st m = Some c ->
  gone (apply st l ts) m = Some c /\ act (apply st l ts) m = false /\
  (forall e, reach (apply st l ts) m e = reach st m e) /\ (auth l <> m \/ exists rm, l = Expel rm).

(** Removed members and newcomers that nobody approved compute together nothing that is newer than each removal and older than each entry. *)
Definition outsiders_compute_nothing_else := forall (D C : nat -> Prop) st e,
  (forall m, D m -> C m) -> history (adversary D) st ->
  (forall m, C m -> In m (members st) ->
     (exists c, gone st m = Some c /\ c < e) \/ (appr st m = false /\ e < since st m)) ->
  ~ know C st (Seed e).

(** A link of its own gives a coalition at most one new epoch, if it reclaims from its own members only. *)
Definition own_links_extend_by_new_epochs := forall P (C : nat -> Prop) st l ts m e,
  history P st -> adm st l = true -> C (auth l) -> (forall a f runs ms, l = Reclaim a f runs ms -> C f) ->
  C m -> reach (apply st l ts) m e = true ->
  (exists m', C m' /\ reach st m' e = true) \/ (newep st l = true /\ e = S (cur st)).

(** A link that approves and enrolls none of its members gives a coalition at most one new epoch, and only through a member that takes part. *)
Definition others_links_extend_by_new_epochs := forall P (C : nat -> Prop) st l ts m e,
  history P st -> adm st l = true -> (forall m, In m (apps l) -> ~ C m) ->
  C m -> reach (apply st l ts) m e = true ->
  reach st m e = true \/ (newep st l = true /\ e = S (cur st) /\ rcp st l m = true).

(** In lockdown a member that is not confirmed reaches nothing. *)
Definition lockdown_keeps_out := forall P st m e,
  history P st -> lock st = true -> conf st m = false -> reach st m e = false.

(** While somebody who was removed reaches the current epoch, rotation is due. *)
Definition rotation_due_after_removal := forall P st m c,
  history P st -> gone st m = Some c -> reach st m (cur st) = true -> due st = true.

(** A member still reaches what it declares missing. *)
Definition held_within_reach := forall P st m e, history P st -> held st m e = true -> reach st m e = true.

(** ** T4: a gap has an author *)

(** Where the members of [D] publish any bytes, an epoch that a member holds and cannot compute was granted to it by one of [D], in a link of the log. *)
Definition gap_has_an_author := forall (D : nat -> Prop) st m e,
  history (mixed D) st -> held st m e = true -> computes st m e \/ exists a, D a /\ gby st m e a = true.
