// Checks of an Ed25519 key and signature that run before any library sees them: SIG-1 to SIG-4 of docs/spec.md section 3. Every
// backend shares them, because libraries disagree on exactly these cases.

import type { Bytes } from "../bytes/bytes.js";
import { compareBytes, fromHex } from "../bytes/text.js";

// Numbers are little-endian, as on the wire: p = 2^255 − 19, and the group order L.
const P = /* @__PURE__ */ constant("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f");
const L = /* @__PURE__ */ constant("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");

// y of the points with x = 0: 1 (the neutral point) and −1 (order 2).
const UNITS_Y = /* @__PURE__ */ [
  "0100000000000000000000000000000000000000000000000000000000000000",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
].map(constant);

// y of the eight points of small order: ±1, 0 (order 4) and the two of order 8, each of the last three with either sign.
const TORSION_Y = /* @__PURE__ */ [
  "0000000000000000000000000000000000000000000000000000000000000000",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
]
  .map(constant)
  .concat(UNITS_Y);

/** SIG-1: the lengths, before anything else. A DER-wrapped key must not reach a library that would unwrap it. */
export function hasSignatureLengths(publicKey: Uint8Array, signature: Uint8Array): boolean {
  return publicKey.length === 32 && signature.length === 64;
}

/** SIG-2: S < L. Otherwise anybody could turn a signature into a second valid one. */
export function hasReducedScalar(signature: Uint8Array): boolean {
  return isLess(signature.subarray(32), L);
}

/** SIG-3: y < p, and no sign bit on x = 0. Otherwise one key has two encodings. */
export function isCanonicalPoint(encoded: Uint8Array): boolean {
  const y = withoutSign(encoded);
  const signed = y[31] !== encoded[31];
  return isLess(y, P) && !(signed && isOneOf(UNITS_Y, y));
}

/** SIG-4: one of the eight points of small order. Under such a key one signature fits many messages or keys. */
export function isTorsionPoint(encoded: Uint8Array): boolean {
  return isOneOf(TORSION_Y, withoutSign(encoded));
}

/** SIG-1 to SIG-4 for a key and a signature. Only the equation is left to check (SIG-5). */
export function passesPrechecks(publicKey: Uint8Array, signature: Uint8Array): boolean {
  return (
    hasSignatureLengths(publicKey, signature) &&
    hasReducedScalar(signature) &&
    isCanonicalPoint(publicKey) &&
    !isTorsionPoint(publicKey) &&
    !isTorsionPoint(signature.subarray(0, 32))
  );
}

function withoutSign(encoded: Uint8Array): Bytes {
  const y = new Uint8Array(encoded);
  y[31] = (y[31] as number) & 0x7f;
  return y;
}

function isOneOf(list: readonly Uint8Array[], y: Uint8Array): boolean {
  return list.some((entry) => compareBytes(entry, y) === 0);
}

// This file compares public data only, so stopping early is fine.
function isLess(a: Uint8Array, b: Uint8Array): boolean {
  for (let index = 31; index >= 0; index--) {
    const difference = (a[index] as number) - (b[index] as number);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

function constant(hex: string): Bytes {
  return fromHex(hex, { name: "constant", length: 32 });
}
