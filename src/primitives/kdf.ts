// Key derivation: HKDF-SHA-256 (RFC 5869) with a label in every info (docs/spec.md sections 3 and 4, ENC-5).

import { checkCount } from "../arguments/counts.js";
import { assertBytes, type Bytes, concat } from "../bytes/bytes.js";
import { primitives } from "./current.js";
import type { Label } from "./label.js";
import { labelPrefix } from "./label.js";

/** The longest output of HKDF-SHA-256: 255 blocks of 32 bytes. */
export const MAX_DERIVED_LENGTH = 8160;

const EMPTY = /* @__PURE__ */ new Uint8Array(0);

/** Options of {@link deriveKey}. */
export interface DeriveOptions {
  /** The salt of HKDF; default empty. */
  readonly salt?: Uint8Array | undefined;
  /** The context that the key is bound to; it follows the label; default empty. */
  readonly info?: Uint8Array | undefined;
  /** Bytes to derive, 1 to 8,160; default 32. */
  readonly length?: number | undefined;
}

/**
 * HKDF-SHA-256(ikm = secret, salt, info = utf8(label) ‖ 0x00 ‖ info). The caller wipes the secret and the result.
 *
 * @throws KeysteadError `INVALID_ARGUMENT` for values of a wrong type or a length out of range.
 */
export function deriveKey(label: Label, secret: Uint8Array, options: DeriveOptions = {}): Bytes {
  const { salt = EMPTY, info = EMPTY, length = 32 } = options;
  assertBytes(secret, undefined, "secret");
  assertBytes(salt, undefined, "salt");
  assertBytes(info, undefined, "info");
  checkCount("length", length, 1, MAX_DERIVED_LENGTH);
  return primitives.hkdfSha256(secret, salt, concat(labelPrefix(label), info), length);
}
