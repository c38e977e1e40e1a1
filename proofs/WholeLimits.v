(** * A whole log: that the statements are not empty *)
Require Import List Arith Bool.
Import ListNotations.
Require Import Model Classes Escrow Whole WholeStatements WholePlay.

(** The pair that the user's devices point to, and one that a removed admin has. *)
Definition true_pointer := mkP (7, 70) 1 5.
Definition old_pointer := mkP (6, 60) 1 3.

(** Escrow, enrolled by an old pointer and renewed, restores the device that joined last, removes the lost one, and gives what each pair was granted. *)
Theorem restoring_not_empty :
  let before := [Plain (Genesis 1 false) false; EnrollEscrow 1 old_pointer []; RenewEscrow 1 true_pointer []; Plain (Join 4) true] in
  let review := ByEscrow 2 [4] [1] [1; 2] [(6, 60)] in
  let w := after_whole (before ++ [review]) in
  whole_history w /\ held (core2 w) 4 1 = true /\ held (core2 w) 4 (cur (core2 w)) = true /\ founder2 w 4 = 1 /\ confirmed2 w 4 = true /\
  kept w 2 3 = true /\ adm_whole (after_whole before) (ByEscrow 2 [4] [1] [1; 2] []) = false.
Proof. split; [apply history_after_whole; vm_compute; reflexivity|repeat split; vm_compute; reflexivity]. Qed.
