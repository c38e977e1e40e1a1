// Pairs of keys as the reference model names them. docs/spec.md section 11 (ESC-11).

import { toHex } from "../../src/bytes/text.js";
import type { Pointer } from "../../src/log/fields.js";
import { kemDigest } from "../../src/log/pairs.js";
import type { Pair } from "./reference.js";

/** The pair of a pointer. */
export const pairOf = ({ signingKey, kemKey }: Pick<Pointer, "signingKey" | "kemKey">): Pair =>
  namedPair([signingKey, kemDigest(kemKey)]);

/** A pair as links name it. */
export const namedPair = ([sign, kem]: readonly [sign: Uint8Array, kem: Uint8Array]): Pair => ({
  sign: toHex(sign),
  kem: toHex(kem),
});
