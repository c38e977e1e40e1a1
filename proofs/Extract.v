(** * The model as a program, to be compared with the code: scripts/proofs/. Numbers become machine integers. *)
Require Import Model Classes Whole.
Require Extraction ExtrOcamlBasic ExtrOcamlNatInt.
Extraction Language OCaml.
Extraction "model.ml" c0 adm_classes apply_classes granted members' founder confirmed
  whole0 adm_whole apply_whole grants_to plain founder2 confirmed2.
