// The values and constants of the deterministic CBOR (RFC 8949 section 4.2.1) that Keystead uses: unsigned integers, byte and
// text strings, arrays, maps with text keys, booleans. Implements docs/spec.md section 4 (ENC-1).

/** A value that can be encoded. Numbers are integers from 0 to 2^53 - 1. */
export type CborValue = number | string | boolean | Uint8Array | readonly CborValue[] | ReadonlyMap<string, CborValue>;

/** Deepest nesting of arrays and maps (ENC-3). A value outside any array or map has depth 0. */
export const MAX_DEPTH = 8;

// Major types, RFC 8949 section 3.1.
export const UINT = 0;
export const BYTES = 2;
export const TEXT = 3;
export const ARRAY = 4;
export const MAP = 5;

export const FALSE = 0xf4;
export const TRUE = 0xf5;
export const TWO_32 = 0x1_0000_0000;
