// A symbolic replacement of suite 1 (docs/spec.md section 3), so that the real code can write and verify millions of links.
// Ciphertexts show, to the checker only, the key that they were sealed to and their contents. Lengths, key checks and the results
// of opening and verifying are those of the real primitives. Nothing here is secure.

import { type Bytes, concat } from "../../src/bytes/bytes.js";
import type { Platform, Primitives } from "../../src/primitives/primitives.js";

/** A derivation by some code: a player that knows the input knows the output. */
export interface Derivation {
  readonly from: Uint8Array;
  readonly gives: Uint8Array;
}

/** Every key derivation since {@link rewindTape}. */
const tape: Derivation[] = [];

export function rewindTape(): void {
  tape.length = 0;
}

export function readTape(): readonly Derivation[] {
  return tape;
}

const MASK = 0x5a;
const KEM_TOKEN_AT = 1152;
const TAG_LENGTH = 16;
const ENCAPSULATED_LENGTH = 1120;
const ZERO_NONCE = new Uint8Array(12);
const NOTHING = new Uint8Array(0);

/** The identity of a KEM key: the part of it that differs between keys, as text. */
export function kemToken(publicKey: Uint8Array): string {
  return text(publicKey.subarray(KEM_TOKEN_AT, KEM_TOKEN_AT + 32));
}

/** The checker's view of a box. */
export interface LookedInto {
  /** Token of the KEM key that it was sealed to. */
  readonly to: string;
  /** The coins that it was sealed with, as text: a player that can compute them can also open it. */
  readonly coins: string;
  readonly inside: Uint8Array;
}

/** The recipient, the coins and the contents of a box; undefined for bytes that are no box. */
export function lookIntoBox(box: Uint8Array): LookedInto | undefined {
  if (box.length < ENCAPSULATED_LENGTH + TAG_LENGTH) return undefined;
  const [to, coins] = [text(box.subarray(0, 32)), text(box.subarray(32, 64))];
  return { to, coins, inside: unmasked(box.subarray(ENCAPSULATED_LENGTH, -TAG_LENGTH)) };
}

/** The contents of a ciphertext that this key opens; undefined when it does not open it. */
export function openWith(key: Uint8Array, ciphertext: Uint8Array): Bytes | undefined {
  return openSealed(key, ZERO_NONCE, NOTHING, ciphertext);
}

/** Bytes as a short string, as the key of a map. */
export function text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}

/** Not a cryptographic hash: 64 bits that mix all input, expanded to a length. No player of a world searches for collisions. */
export function mix(domain: number, length: number, ...parts: readonly Uint8Array[]): Bytes {
  let a = (0x9e3779b9 ^ domain) | 0;
  let b = Math.imul(domain + 1, 0x85ebca6b) ^ length;
  for (const part of parts) {
    const end = part.length;
    const even = end & ~3;
    let at = 0;
    for (; at < even; at += 4) {
      const word =
        (part[at] as number) |
        ((part[at + 1] as number) << 8) |
        ((part[at + 2] as number) << 16) |
        ((part[at + 3] as number) << 24);
      a = Math.imul(a ^ word, 0x2c1b3c6d);
      b = Math.imul(b + word, 0x297a2d39) ^ (a >>> 15);
      a ^= a >>> 13;
    }
    for (; at < end; at++) {
      a = Math.imul(a ^ (part[at] as number), 0x2c1b3c6d);
      b = Math.imul(b + (part[at] as number), 0x297a2d39) ^ (a >>> 15);
    }
    a = Math.imul(a ^ end ^ (b >>> 11), 0x7feb352d);
    b = Math.imul(b ^ end, 0x846ca68b);
  }
  const out = new Uint8Array(length);
  for (let at = 0; at < length; at += 4) {
    a = Math.imul(a ^ (a >>> 16) ^ b, 0x7feb352d) + at;
    b = Math.imul(b ^ (b >>> 15), 0x846ca68b) ^ a;
    const word = a ^ (b >>> 9);
    out[at] = word;
    if (at + 1 < length) out[at + 1] = word >>> 8;
    if (at + 2 < length) out[at + 2] = word >>> 16;
    if (at + 3 < length) out[at + 3] = word >>> 24;
  }
  return out;
}

function unmasked(bytes: Uint8Array): Bytes {
  const out = new Uint8Array(bytes);
  for (let at = 0; at < out.length; at++) out[at] = (out[at] as number) ^ MASK;
  return out;
}

/** 32 bytes that pass for a canonical point: SIG-3, and X25519's range. */
function pointLike(bytes: Uint8Array): Bytes {
  const out = unmasked(bytes.subarray(0, 32));
  out[31] = ((out[31] as number) & 0x3f) | 0x20;
  return out;
}

function sign(publicKey: Uint8Array, message: Uint8Array): Bytes {
  const signature = new Uint8Array(64);
  signature.set(pointLike(mix(1, 32, publicKey, message)));
  signature[32] = 1;
  return signature;
}

function seal(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Bytes {
  const sealed = new Uint8Array(plaintext.length + TAG_LENGTH);
  sealed.set(unmasked(plaintext));
  sealed.set(mix(2, TAG_LENGTH, key, nonce, aad, plaintext), plaintext.length);
  return sealed;
}

function openSealed(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Bytes | undefined {
  const plaintext = unmasked(sealed.subarray(0, -TAG_LENGTH));
  const tag = mix(2, TAG_LENGTH, key, nonce, aad, plaintext);
  return tag.every((byte, at) => byte === sealed[plaintext.length + at]) ? plaintext : undefined;
}

/** Nothing is verified beside the thread. */
export const platform: Platform = { verifiers: [], hash: undefined };

/** {@link Primitives} for worlds. It replaces the portable backend: the checker's build resolves `current.ts` to it. */
export const primitives: Primitives = {
  sha256: (...parts) => mix(3, 32, concat(...parts)),
  sha3_256: (data) => mix(4, 32, data),
  sha3_512: (data) => mix(11, 64, data),
  shake256: (data, length) => mix(5, length, data),
  hmacSha256: (key, data) => mix(6, 32, key, data),
  hkdfSha256(ikm, salt, info, length) {
    const gives = mix(7, length, ikm, salt, info);
    tape.push({ from: new Uint8Array(ikm), gives: new Uint8Array(gives) });
    return gives;
  },

  ed25519PublicKey: pointLike,
  ed25519Sign: (seed, message) => sign(pointLike(seed), message),
  ed25519IsPoint: () => true,
  ed25519Verify: (publicKey, message, signature, prefix = new Uint8Array(0)) =>
    sign(publicKey, concat(prefix, message)).every((byte, at) => byte === signature[at]),

  x25519PrivateKey(secret) {
    const publicKey = pointLike(secret);
    return {
      publicKey,
      agree: (other) => unmasked(publicKey).map((byte, at) => byte ^ (other[at] as number)),
      wipe() {},
    };
  },
  mlkem768PrivateKey(seed) {
    // From the first half of the seed, like ρ, so that the quick check of seeds works here too (GRT-4).
    const token = mix(11, 64, Uint8Array.of(...seed.subarray(0, 32), 3)).subarray(0, 32);
    const publicKey = new Uint8Array(1184);
    publicKey.set(token, KEM_TOKEN_AT);
    return {
      publicKey,
      decapsulate: (ciphertext) =>
        token.every((byte, at) => byte === ciphertext[at])
          ? mix(9, 32, ciphertext.subarray(0, 64))
          : mix(10, 32, token, ciphertext),
      wipe() {},
    };
  },
  mlkem768Encapsulate(publicKey, coins) {
    const ciphertext = new Uint8Array(1088);
    ciphertext.set(publicKey.subarray(KEM_TOKEN_AT));
    ciphertext.set(coins, 32);
    return { ciphertext, sharedSecret: mix(9, 32, ciphertext.subarray(0, 64)) };
  },

  chacha20poly1305Seal: seal,
  chacha20poly1305Open: openSealed,
  nativeAes: undefined,
};
