// Sealing one message to one KEM key: HPKE base mode, single shot (RFC 9180 sections 5.1 and 6.1), with X-Wing (0x647a),
// HKDF-SHA-256 (0x0001) and ChaCha20-Poly1305 (0x0003). docs/spec.md section 3.

import { assertBytes, type Bytes, concat, wipe } from "../bytes/bytes.js";
import { KeysteadError } from "../errors.js";
import { chachaOpen, chachaSeal } from "./aead.js";
import { primitives } from "./current.js";
import type { Env } from "./env.js";
import { encapsulate, encapsulateFresh, KEM_CIPHERTEXT_LENGTH, KemPrivateKey } from "./kem.js";
import type { Encapsulated } from "./primitives.js";

/** Bytes that sealing adds: the encapsulated key (1,120) in front and the tag (16) behind. */
export const HPKE_OVERHEAD = 1136;

const EMPTY = /* @__PURE__ */ new Uint8Array(0);
const VERSION = /* @__PURE__ */ ascii("HPKE-v1");
const SUITE_ID = /* @__PURE__ */ concat(ascii("HPKE"), Uint8Array.of(0x64, 0x7a, 0x00, 0x01, 0x00, 0x03));
const MODE_BASE = /* @__PURE__ */ Uint8Array.of(0);

/** Arguments of {@link hpkeSeal}. */
export interface HpkeSealOptions {
  /** The context that the key is bound to. The opener must pass the same. */
  readonly info: Uint8Array;
  /** Associated data, authenticated with the plaintext; default empty. */
  readonly aad?: Uint8Array | undefined;
  readonly plaintext: Uint8Array;
  /** 64 bytes, secret, fresh or derived for this recipient and plaintext; never used for two messages. */
  readonly coins: Uint8Array;
}

/** Arguments of {@link hpkeOpen}. */
export interface HpkeOpenOptions {
  readonly info: Uint8Array;
  readonly aad?: Uint8Array | undefined;
  /** The result of {@link hpkeSeal}. It may come from anywhere and have any length. */
  readonly sealed: Uint8Array;
}

/**
 * Seals `plaintext` to a 1,216-byte KEM key: encapsulated key (1,120) ‖ ciphertext ‖ tag (16). The same input gives the
 * same bytes. The caller wipes plaintext and coins.
 *
 * @throws KeysteadError `INVALID_KEY` (KEM-1) for a junk key; `INVALID_ARGUMENT` for wrong types or lengths.
 */
export function hpkeSeal(publicKey: Uint8Array, options: HpkeSealOptions): Bytes {
  const { info, aad = EMPTY, plaintext, coins } = options;
  assertBytes(info, undefined, "info");
  assertBytes(aad, undefined, "aad");
  assertBytes(plaintext, undefined, "plaintext");
  return sealUnder(encapsulate(publicKey, coins), info, aad, plaintext);
}

/**
 * Seals as {@link hpkeSeal} does, with no associated data and coins as {@link encapsulateFresh} draws them. The caller wipes the plaintext.
 *
 * @throws as {@link hpkeSeal}; KeysteadError `INVALID_ARGUMENT` for an invalid env.
 */
export async function hpkeSealFresh(
  publicKey: Uint8Array,
  { info, plaintext, env }: { readonly info: Uint8Array; readonly plaintext: Uint8Array; readonly env: Env },
): Promise<Bytes> {
  return sealUnder(await encapsulateFresh(publicKey, env), info, EMPTY, plaintext);
}

function sealUnder(
  { ciphertext, sharedSecret }: Encapsulated,
  info: Uint8Array,
  aad: Uint8Array,
  plaintext: Uint8Array,
): Bytes {
  return withSchedule(sharedSecret, info, (key, nonce) => concat(ciphertext, chachaSeal(key, nonce, aad, plaintext)));
}

/**
 * Opens what {@link hpkeSeal} made. Returns undefined when it does not open: it was sealed to another key, or for other info or
 * aad, or was changed or cut short, or has an encapsulated key that no honest sender makes. The caller wipes the plaintext.
 *
 * @throws KeysteadError `INVALID_ARGUMENT` for values of a wrong type; `WIPED` when the key was wiped.
 */
export function hpkeOpen(privateKey: KemPrivateKey, options: HpkeOpenOptions): Bytes | undefined {
  if (!(privateKey instanceof KemPrivateKey)) {
    throw new KeysteadError("INVALID_ARGUMENT", "private key must be a KemPrivateKey");
  }
  const { info, aad = EMPTY, sealed } = options;
  assertBytes(info, undefined, "info");
  assertBytes(aad, undefined, "aad");
  assertBytes(sealed, undefined, "sealed");
  // Short input comes from the network like any other input: the answer is undefined, not a caller's error.
  if (sealed.length < HPKE_OVERHEAD) return undefined;
  const sharedSecret = privateKey.decapsulate(sealed.subarray(0, KEM_CIPHERTEXT_LENGTH));
  if (sharedSecret === undefined) return undefined;
  const ciphertext = sealed.subarray(KEM_CIPHERTEXT_LENGTH);
  return withSchedule(sharedSecret, info, (key, nonce) => chachaOpen(key, nonce, aad, ciphertext));
}

// RFC 9180 section 5.1, KeySchedule in base mode: key and base nonce. For a single message the base nonce is the nonce. Wipes the
// shared secret, and wipes key and nonce after use.
function withSchedule<Result>(
  sharedSecret: Uint8Array,
  info: Uint8Array,
  use: (key: Uint8Array, nonce: Uint8Array) => Result,
): Result {
  const pskIdHash = labeledExtract(EMPTY, "psk_id_hash", EMPTY);
  const infoHash = labeledExtract(EMPTY, "info_hash", info);
  const context = concat(MODE_BASE, pskIdHash, infoHash);
  const secret = labeledExtract(sharedSecret, "secret", EMPTY);
  const key = labeledExpand(secret, "key", context, 32);
  const nonce = labeledExpand(secret, "base_nonce", context, 12);
  wipe(sharedSecret, secret);
  try {
    return use(key, nonce);
  } finally {
    wipe(key, nonce);
  }
}

// RFC 9180 section 4. HKDF-Extract is one HMAC, and so is HKDF-Expand up to 32 bytes.
function labeledExtract(salt: Uint8Array, label: string, ikm: Uint8Array): Bytes {
  return primitives.hmacSha256(salt, concat(VERSION, SUITE_ID, ascii(label), ikm));
}

function labeledExpand(secret: Uint8Array, label: string, info: Uint8Array, length: 32 | 12): Bytes {
  const labelled = concat(Uint8Array.of(0, length), VERSION, SUITE_ID, ascii(label), info, Uint8Array.of(1));
  const block = primitives.hmacSha256(secret, labelled);
  const out = block.slice(0, length);
  wipe(block);
  return out;
}

function ascii(text: string): Bytes {
  return new TextEncoder().encode(text);
}
