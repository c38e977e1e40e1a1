// Labelled hashing: SHA-256 over a label and the input (docs/spec.md section 4, ENC-5), so that bytes hashed for one purpose
// never pass for another.

import { type Bytes, concat } from "../bytes/bytes.js";
import { KeysteadError } from "../errors.js";
import { primitives } from "./current.js";
import { LABELS, type Label } from "./labels.js";

const PREFIXES: ReadonlyMap<string, Uint8Array> = /* @__PURE__ */ new Map(
  Object.values(LABELS).map((label) => [label, new TextEncoder().encode(`${label}\0`)]),
);

/**
 * The bytes that every labelled input starts with: utf8(label) ‖ 0x00. The array is shared: do not change it.
 *
 * @throws KeysteadError `INVALID_ARGUMENT` for a string that is not in labels.ts (ENC-5: all labels in one file).
 */
export function labelPrefix(label: Label): Uint8Array {
  const prefix = PREFIXES.get(label);
  if (prefix === undefined) {
    throw new KeysteadError("INVALID_ARGUMENT", "label must be one of LABELS; add it there", { rule: "ENC-5" });
  }
  return prefix;
}

/**
 * SHA-256(utf8(label) ‖ 0x00 ‖ parts…), 32 bytes. The parts are joined without their lengths: all but one must be of fixed
 * length, or the caller must encode their lengths.
 */
export function labelledHash(label: Label, ...parts: readonly Uint8Array[]): Bytes {
  return primitives.sha256(concat(labelPrefix(label), ...parts));
}
