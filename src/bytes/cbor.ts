// Strict deterministic CBOR: the value type, its encoder and its decoder.
// Implements docs/spec.md section 4 (ENC-1, ENC-2, ENC-3).

export { type DecodeOptions, decodeCbor } from "./cbor-decode.js";
export { encodeCbor } from "./cbor-encode.js";
export type { CborValue } from "./cbor-value.js";
