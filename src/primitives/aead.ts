// Authenticated encryption of suite 1 (docs/spec.md section 3): ChaCha20-Poly1305 (RFC 8439) and AES-256-GCM (SP 800-38D). The
// caller makes sure that a key and nonce never seal two different messages.

import { assertBytes, type Bytes } from "../bytes/bytes.js";
import { primitives } from "./current.js";
import type { Aes256Gcm } from "./primitives.js";

/** Bytes of the tag that both ciphers append. */
export const TAG_LENGTH = 16;

/**
 * Seals `plaintext` with ChaCha20-Poly1305 under a 32-byte key and a 12-byte nonce: ciphertext ‖ 16-byte tag.
 *
 * @throws KeysteadError `INVALID_ARGUMENT` for wrong types or lengths.
 */
export function chachaSeal(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Bytes {
  checkInputs(key, nonce, aad, plaintext);
  return primitives.chacha20poly1305Seal(key, nonce, aad, plaintext);
}

/**
 * Opens what {@link chachaSeal} made; undefined when it is not authentic under this key, nonce and associated data.
 * `sealed` may come from anywhere and have any length.
 *
 * @throws KeysteadError `INVALID_ARGUMENT` for wrong types, or a key or nonce of a wrong length.
 */
export function chachaOpen(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Bytes | undefined {
  checkInputs(key, nonce, aad, sealed);
  if (sealed.length < TAG_LENGTH) return undefined;
  return primitives.chacha20poly1305Open(key, nonce, aad, sealed);
}

/**
 * AES-256-GCM that seals like {@link chachaSeal}, in one part or two, and opens like {@link chachaOpen}.
 *
 * @param aes the one that does the work
 */
export function checkedGcm(aes: Aes256Gcm) {
  return {
    seal(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): readonly Bytes[] {
      checkInputs(key, nonce, aad, plaintext);
      return aes.aes256gcmSeal(key, nonce, aad, plaintext);
    },
    open(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Bytes | undefined {
      checkInputs(key, nonce, aad, sealed);
      if (sealed.length < TAG_LENGTH) return undefined;
      return aes.aes256gcmOpen(key, nonce, aad, sealed);
    },
  };
}

function checkInputs(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, data: Uint8Array): void {
  assertBytes(key, 32, "key");
  assertBytes(nonce, 12, "nonce");
  assertBytes(aad, undefined, "aad");
  assertBytes(data, undefined, "data");
}
