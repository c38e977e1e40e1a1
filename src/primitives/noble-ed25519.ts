// The Ed25519 verification equation over noble: SIG-5 of docs/spec.md section 3, cofactorless, compared as bytes. noble's own
// verify is slower and accepts another set of signatures. A key that is used often gets a table of multiples.

import { ed25519 } from "@noble/curves/ed25519.js";
import { bytesToNumberLE } from "@noble/curves/utils.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { equalBytes } from "../bytes/bytes.js";
import { BoundedCache } from "./bounded-cache.js";

const { Point } = ed25519;

/** A verifying key, decompressed. */
interface VerifyingKey {
  /** −A, since the equation subtracts. */
  readonly negated: InstanceType<typeof Point>;
  accepted: number;
}

/** Building a table costs about as much as it saves in ten verifications. */
const ACCEPTED_BEFORE_TABLE = 8;
const WINDOW_BITS = 6;
/** A table takes 0.4 MB, so all tables take at most 25 MB. */
const MAX_KEYS = 64;

const keys = /* @__PURE__ */ new BoundedCache<VerifyingKey>(MAX_KEYS);

/** Whether `publicKey`, 32 bytes of canonical y, is a point of the curve. */
export function isPoint(publicKey: Uint8Array): boolean {
  return verifyingKey(publicKey) !== undefined;
}

/**
 * SIG-5: accept if and only if `encode([S]B − [k]A)` equals R byte for byte. For a key and signature that passed SIG-1 to SIG-4.
 */
export function verifyEquation(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
  prefix?: Uint8Array,
): boolean {
  const key = verifyingKey(publicKey);
  if (key === undefined) return false;
  const r = signature.subarray(0, 32);
  const s = bytesToNumberLE(signature.subarray(32));
  const hash = sha512.create().update(r).update(publicKey);
  if (prefix) hash.update(prefix);
  const k = Point.Fn.create(bytesToNumberLE(hash.update(message).digest()));
  const expected = Point.BASE.multiplyUnsafe(s).add(key.negated.multiplyUnsafe(k)).toBytes();
  const accepted = equalBytes(expected, r);
  // Only accepted signatures count: an attacker must not make the library build tables by sending junk.
  if (accepted && ++key.accepted === ACCEPTED_BEFORE_TABLE) key.negated.precompute(WINDOW_BITS);
  return accepted;
}

function verifyingKey(publicKey: Uint8Array): VerifyingKey | undefined {
  return keys.getOrMake(publicKey, () => {
    try {
      return { negated: Point.fromBytes(publicKey).negate(), accepted: 0 };
    } catch {
      return undefined;
    }
  });
}
