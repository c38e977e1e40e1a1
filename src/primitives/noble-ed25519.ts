// The Ed25519 verification equation over noble: SIG-5 of docs/spec.md section 3, cofactorless, compared as bytes.
// noble's own verify accepts another set.

import { ed25519 } from "@noble/curves/ed25519.js";
import { bytesToNumberLE } from "@noble/curves/utils.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { equalBytes } from "../bytes/bytes.js";
import { BoundedCache } from "./bounded-cache.js";
import { buildComb, type Comb, encode, multiply } from "./edwards-comb.js";

const { Point } = ed25519;

// A log's few signers come again and again. A comb of −A (the equation subtracts) costs two plain multiplications and is
// six times faster than one, so every key gets it at once: 208 entries, 40 KB, for as many keys as a log may have active
// members (ENC-3).
const keys = /* @__PURE__ */ new BoundedCache<Comb>(256);
const KEY_BITS = 5;
const KEY_SPACING = 4;

// The base point takes part in every verification and gets a comb without doublings, made for the first one.
const BASE_BITS = 6;
let base: Comb | undefined;

/** Whether `publicKey`, 32 bytes of canonical y, is a point of the curve. */
export function isPoint(publicKey: Uint8Array): boolean {
  return negatedKey(publicKey) !== undefined;
}

/** SIG-5: accept iff `encode([S]B − [k]A)` equals R byte for byte. For a key and signature that passed SIG-1 to SIG-4. */
export function verifyEquation(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const key = negatedKey(publicKey);
  if (key === undefined) return false;
  base ??= buildComb(Point.BASE, BASE_BITS, 1);
  const r = signature.subarray(0, 32);
  const s = bytesToNumberLE(signature.subarray(32));
  const k = Point.Fn.create(bytesToNumberLE(sha512.create().update(r).update(publicKey).update(message).digest()));
  return equalBytes(encode(multiply(base, s, multiply(key, k))), r);
}

function negatedKey(publicKey: Uint8Array): Comb | undefined {
  return keys.getOrMake(publicKey, () => {
    const point = decode(publicKey);
    return point && buildComb(point.negate(), KEY_BITS, KEY_SPACING);
  });
}

function decode(publicKey: Uint8Array): InstanceType<typeof Point> | undefined {
  try {
    return Point.fromBytes(publicKey);
  } catch {
    return undefined;
  }
}
