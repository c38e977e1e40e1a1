// Checks of a KEM public key before the library uses it: KEM-1 of docs/spec.md section 3. Every backend shares them.

import { assertBytes } from "../bytes/bytes.js";
import { compareBytes, fromHex } from "../bytes/text.js";
import { KeysteadError } from "../errors.js";

/** Bytes of an X-Wing public key: ML-KEM-768 then X25519. */
export const KEM_PUBLIC_KEY_LENGTH = 1216;
/** Bytes of the ML-KEM-768 half. */
export const MLKEM_PUBLIC_KEY_LENGTH = 1184;

// An ML-KEM-768 key is 3 × 256 coefficients of 12 bits, then a 32-byte seed in which every value is valid.
const COEFFICIENT_BYTES = 1152;
const Q = 3329;

// The u coordinates, least significant byte first, for which X25519 gives zero with every secret: 0, 1, p − 1, the two of order
// 8, and p and p + 1, which are second encodings of 0 and 1.
const LOW_ORDER_U = /* @__PURE__ */ [
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
  "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
].map((hex) => fromHex(hex, { name: "constant", length: 32 }));

/**
 * Checks an X-Wing public key (KEM-1): 1,216 bytes, the ML-KEM modulus check of FIPS 203 §7.2, and an X25519 half that is not of
 * low order in any encoding. Without this check, one junk key would make every later honest link impossible.
 *
 * @param name - What the key is, for the error.
 * @throws KeysteadError `INVALID_KEY` with rule KEM-1; `INVALID_ARGUMENT` when it is not bytes.
 */
export function checkKemKey(publicKey: Uint8Array, name: string): void {
  assertBytes(publicKey, undefined, name);
  if (publicKey.length !== KEM_PUBLIC_KEY_LENGTH) {
    throw invalidKey(`${name} must be ${KEM_PUBLIC_KEY_LENGTH} bytes long, not ${publicKey.length}`);
  }
  if (!hasReducedCoefficients(publicKey))
    throw invalidKey(`${name} fails the modulus check of ML-KEM: it was not made by an honest key generator`);
  if (isLowOrderX25519(publicKey.subarray(MLKEM_PUBLIC_KEY_LENGTH))) {
    throw invalidKey(`${name} has an X25519 half of low order, which protects nothing`);
  }
}

/** Whether X25519 with these 32 bytes gives zero for every secret, so that its result protects nothing. */
export function isLowOrderX25519(u: Uint8Array): boolean {
  // X25519 ignores the top bit of u (RFC 7748 section 5), so both of its values are refused.
  const masked = new Uint8Array(u);
  masked[31] = (masked[31] as number) & 0x7f;
  return LOW_ORDER_U.some((entry) => compareBytes(entry, masked) === 0);
}

// FIPS 203 §7.2: every 12-bit coefficient is below q. A library that reduces instead would give one key many encodings.
function hasReducedCoefficients(publicKey: Uint8Array): boolean {
  for (let at = 0; at < COEFFICIENT_BYTES; at += 3) {
    const middle = publicKey[at + 1] as number;
    if (((publicKey[at] as number) | ((middle & 0x0f) << 8)) >= Q) return false;
    if (((middle >> 4) | ((publicKey[at + 2] as number) << 4)) >= Q) return false;
  }
  return true;
}

function invalidKey(message: string): KeysteadError {
  return new KeysteadError("INVALID_KEY", message, { rule: "KEM-1" });
}
