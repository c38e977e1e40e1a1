// Key derivation: HKDF-SHA-256 (RFC 5869) with a label in every info (docs/spec.md sections 3 and 4, ENC-5).

import { assertBytes, type Bytes, concat } from "../bytes/bytes.js";
import { KeysteadError } from "../errors.js";
import { primitives } from "./current.js";
import { labelPrefix } from "./hash.js";
import type { Label } from "./labels.js";

/** The most HKDF-SHA-256 gives: 255 blocks of 32 bytes. */
export const MAX_DERIVED_LENGTH = 8160;

const EMPTY = /* @__PURE__ */ new Uint8Array(0);

/** What {@link deriveKey} may be given besides the secret. */
export interface DeriveOptions {
  /** HKDF's salt; empty when left out. */
  readonly salt?: Uint8Array | undefined;
  /** What the key is bound to, after the label; empty when left out. */
  readonly info?: Uint8Array | undefined;
  /** Bytes to derive, 1 to 8,160; 32 when left out. */
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
  if (!Number.isInteger(length) || length < 1 || length > MAX_DERIVED_LENGTH) {
    throw new KeysteadError("INVALID_ARGUMENT", `length must be a whole number from 1 to ${MAX_DERIVED_LENGTH}`);
  }
  return primitives.hkdfSha256(secret, salt, concat(labelPrefix(label), info), length);
}
