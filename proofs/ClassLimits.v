(** * Classes: histories for counterexamples, and that the statements are not empty *)
Require Import List Arith Bool Lia.
Import ListNotations.
Require Import Model Classes ClassStatements ClassPlay.

(** The thief of these histories: member 2, which joins with the password, and what it lets in. *)
Definition thief m := m = 2 \/ m = 6.

(* 1 opens the log; the thief joins as 2; the owner's phone joins as 3, and the thief approves it; 1 approves the phone; the thief
   enrolls 6; 1 switches lockdown on and removes both. *)
Definition locked_out := [Genesis 1 false; Join 2; Join 3; Review 2 [3] [] []; Review 1 [3] [] []; Enroll 2 6 [];
  Lockdown 1 true [2; 6] []].
(** A thief that approves the owner's device, and lets in another, is not confirmed by it, and lockdown removes it. *)
Theorem thief_not_empty :
  let before := after_classes (firstn 6 locked_out) in let st := after_classes locked_out in
  class_history anything before /\ let_in_by_themselves thief before /\ act (core before) 2 = true /\ act (core before) 6 = true /\
  map (founder before) [1; 2; 3; 6] = [1; 2; 1; 2] /\
  class_history anything st /\ lock (core st) = true /\ filter (act (core st)) [1; 2; 3; 6] = [1; 3].
Proof.
  repeat split; try (vm_compute; reflexivity); try (apply anything_after_classes; vm_compute; reflexivity).
  - intros [E|E]; discriminate.
  - intros a m I. vm_compute in I. unfold thief. repeat (destruct I as [I|I]; [inversion I; subst; lia|]). destruct I.
Qed.

(** Lockdown of a user's log with a thief's device in it exists: it joined in lockdown. *)
Theorem thief_in_lockdown_not_empty :
  let st := after_classes [Genesis 1 false; Lockdown 1 true [] []; Join 3; Rotate 1 []] in
  class_history anything st /\ let_in_by_themselves (eq 3) st /\ lock (core st) = true /\ act (core st) 3 = true.
Proof.
  repeat split; try (vm_compute; reflexivity); try (apply anything_after_classes; vm_compute; reflexivity).
  - discriminate.
  - intros a m [].
Qed.

(** Without an active member of the founding class a thief is confirmed: outside lockdown it may remove them all. *)
Theorem thief_confirmed_after_takeover :
  let st := after_classes [Genesis 1 false; Join 2; Review 2 [] [1] []] in
  class_history anything st /\ let_in_by_themselves (eq 2) st /\ confirmed st 2 = true.
Proof.
  repeat split; try (vm_compute; reflexivity); try (apply anything_after_classes; vm_compute; reflexivity).
  - discriminate.
  - intros a m [].
Qed.

(** A thief that somebody else approves is confirmed. *)
Theorem thief_confirmed_by_approval :
  let st := after_classes [Genesis 1 false; Join 2; Review 1 [2] [] []] in
  class_history anything st /\ act (core st) 1 = true /\ founder st 1 = 1 /\ confirmed st 2 = true.
Proof. repeat split; try (vm_compute; reflexivity); try (apply anything_after_classes; vm_compute; reflexivity). Qed.

(** An approval of a member lets in whom that member approved before. *)
Theorem approval_lets_in_others :
  let ls := [Genesis 1 false; Join 2; Join 3; Review 2 [3] [] []] in
  let before := after_classes ls in let st := after_classes (ls ++ [Review 1 [2] [] []]) in
  class_history anything st /\ confirmed before 3 = false /\ confirmed st 3 = true /\ existsb (fun p => (fst p =? 1) && (snd p =? 3)) (appd st) = false.
Proof. repeat split; try (vm_compute; reflexivity); try (apply anything_after_classes; vm_compute; reflexivity). Qed.
