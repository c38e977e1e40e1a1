// Labelled hashing: SHA-256 over a label and the input (docs/spec.md section 4, ENC-5), so that bytes hashed for one purpose
// never pass for another.

import { assertBytes, type Bytes } from "../bytes/bytes.js";
import { primitives } from "./current.js";
import { type Label, labelPrefix } from "./label.js";

/**
 * SHA-256(utf8(label) ‖ 0x00 ‖ parts…), 32 bytes. The parts are joined without their lengths: all but one must be of fixed
 * length, or the caller must encode their lengths.
 */
export function labelledHash(label: Label, ...parts: readonly Uint8Array[]): Bytes {
  const prefix = labelPrefix(label);
  for (const part of parts) assertBytes(part, undefined, "part");
  return primitives.sha256(prefix, ...parts);
}
