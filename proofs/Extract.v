(** * The model as a program, to be compared with the code: scripts/proofs/. Numbers become machine integers. *)
Require Import Model Classes.
Require Extraction ExtrOcamlBasic ExtrOcamlNatInt.
Extraction Language OCaml.
Extraction "model.ml" c0 adm_classes apply_classes granted members' founder confirmed.
