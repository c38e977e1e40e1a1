(** * The model as a program, to be compared with the code: scripts/proofs/. Numbers become machine integers. *)
Require Import Model.
Require Extraction ExtrOcamlBasic ExtrOcamlNatInt.
Extraction Language OCaml.
Extraction "model.ml" st0 adm apply granted members'.
