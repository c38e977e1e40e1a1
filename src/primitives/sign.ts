// Ed25519 signatures with one acceptance rule on every runtime: SIG-1 to SIG-5 of docs/spec.md section 3. Every message is signed
// under a label (section 4, ENC-5).

import { assertBytes, type Bytes, concat } from "../bytes/bytes.js";
import { KeysteadError, type RuleId } from "../errors.js";
import { primitives } from "./current.js";
import { isCanonicalPoint, isTorsionPoint, passesPrechecks } from "./ed25519-rules.js";
import type { Label } from "./label.js";
import { labelPrefix } from "./label.js";

/** Bytes of a signing key's seed. */
export const SIGNING_SEED_LENGTH = 32;
/** Bytes of a verifying key. */
export const VERIFYING_KEY_LENGTH = 32;
/** Bytes of a signature. */
export const SIGNATURE_LENGTH = 64;

/** The 32-byte verifying key of a 32-byte seed (RFC 8032). The caller wipes the seed. */
export function signingPublicKey(seed: Uint8Array): Bytes {
  assertBytes(seed, SIGNING_SEED_LENGTH, "seed");
  return primitives.ed25519PublicKey(seed);
}

/**
 * Signs utf8(label) ‖ 0x00 ‖ message: 64 bytes, the same for the same input. The caller wipes the seed.
 *
 * @throws KeysteadError `INVALID_ARGUMENT` for wrong types or a seed that is not 32 bytes.
 */
export function signLabelled(label: Label, seed: Uint8Array, message: Uint8Array): Bytes {
  assertBytes(seed, SIGNING_SEED_LENGTH, "seed");
  assertBytes(message, undefined, "message");
  return primitives.ed25519Sign(seed, concat(labelPrefix(label), message));
}

/** Whether `signature` is by `publicKey` over utf8(label) ‖ 0x00 ‖ message. See {@link verifyEd25519}. */
export function verifyLabelled(
  label: Label,
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  return verifyEd25519(publicKey, message, signature, labelPrefix(label));
}

/** {@link verifyLabelled}, or what stands for it. */
export type SignatureCheck = typeof verifyLabelled;

/**
 * Whether a bare Ed25519 signature is accepted under SIG-1 to SIG-5. Keys and signatures come from the network, so a wrong length
 * gives false, not an error.
 *
 * @param prefix stands before the message.
 * @throws KeysteadError `INVALID_ARGUMENT` when an argument is not bytes at all.
 */
export function verifyEd25519(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
  prefix?: Uint8Array,
): boolean {
  assertBytes(publicKey, undefined, "public key");
  assertBytes(message, undefined, "message");
  assertBytes(signature, undefined, "signature");
  // Our own checks come first, so that no library's view of unusual input can count (SIG-1 to SIG-4).
  return passesPrechecks(publicKey, signature) && primitives.ed25519Verify(publicKey, message, signature, prefix);
}

/**
 * Checks a verifying key before the library uses it: 32 bytes, canonical, a point of the curve, not of small order.
 *
 * @param name - What the key is, for the error.
 * @throws KeysteadError `INVALID_KEY` with rule SIG-1, SIG-3 or SIG-4; `INVALID_ARGUMENT` when it is not bytes.
 */
export function checkVerifyingKey(publicKey: Uint8Array, name: string): void {
  assertBytes(publicKey, undefined, name);
  if (publicKey.length !== VERIFYING_KEY_LENGTH) {
    throw invalidKey(`${name} must be ${VERIFYING_KEY_LENGTH} bytes long, not ${publicKey.length}`, "SIG-1");
  }
  if (!isCanonicalPoint(publicKey)) throw invalidKey(`${name} is not the canonical encoding of a point`, "SIG-3");
  if (isTorsionPoint(publicKey))
    throw invalidKey(`${name} is a point of small order, under which signatures prove nothing`, "SIG-4");
  // Not on the curve: no point has this encoding, so it is not canonical either.
  if (!primitives.ed25519IsPoint(publicKey)) throw invalidKey(`${name} is not a point of the curve`, "SIG-3");
}

function invalidKey(message: string, rule: RuleId): KeysteadError {
  return new KeysteadError("INVALID_KEY", message, { rule });
}
