// The portable backend: the primitives of suite 1 (docs/spec.md section 3) over the noble libraries. Runs the same in Node,
// browsers, workers, Deno and Bun. AES-256-GCM is in noble-aes.ts.

import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { ed25519 } from "@noble/curves/ed25519.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { sha3_256, sha3_512, shake256 } from "@noble/hashes/sha3.js";
import { type Bytes, concat, wipe } from "../bytes/bytes.js";
import { hkdfOver } from "./hkdf.js";
import { isPoint, verifyEquation } from "./noble-ed25519.js";
import { mlkem768Encapsulate, mlkem768PrivateKey, x25519PrivateKey } from "./noble-kem.js";
import type { Platform, Primitives } from "./primitives.js";
import { webVerifier } from "./web-ed25519.js";
import { webHash } from "./web-hash.js";

/** {@link Primitives} over noble. */
export const primitives: Primitives = {
  sha256(...parts) {
    const hash = sha256.create();
    for (const part of parts) hash.update(part);
    return hash.digest();
  },
  sha3_256: (data) => sha3_256(data),
  sha3_512: (data) => sha3_512(data),
  shake256: (data, length) => shake256(data, { dkLen: length }),
  hmacSha256,
  hkdfSha256: /* @__PURE__ */ hkdfOver(hmacSha256),

  ed25519PublicKey: (seed) => ed25519.getPublicKey(seed),
  ed25519Sign: (seed, message) => ed25519.sign(message, seed),
  ed25519IsPoint: isPoint,
  ed25519Verify: verifyEquation,

  x25519PrivateKey,
  mlkem768PrivateKey,
  mlkem768Encapsulate,

  chacha20poly1305Seal: (key, nonce, aad, plaintext) => chacha20poly1305(key, nonce, aad).encrypt(plaintext),
  chacha20poly1305Open(key, nonce, aad, sealed) {
    try {
      return chacha20poly1305(key, nonce, aad).decrypt(sealed);
    } catch {
      // The lengths were checked before, so only a wrong tag can be the cause.
      return undefined;
    }
  },
  nativeAes: undefined,
};

/** WebCrypto, where it is there. */
export const platform: Platform = { verifiers: [webVerifier], hash: webHash };

// FIPS 198-1, over joined parts: smaller and a third faster than with noble's classes, which can be cloned and resumed.
function hmacSha256(key: Uint8Array, ...data: readonly Uint8Array[]): Bytes {
  const pad = new Uint8Array(64);
  pad.set(key.length > 64 ? sha256(key) : key);
  const keyed = (xor: number, parts: readonly Uint8Array[]) => {
    const block = pad.map((byte) => byte ^ xor);
    const input = concat(block, ...parts);
    const hash = sha256(input);
    wipe(block, input);
    return hash;
  };
  const inner = keyed(0x36, data);
  const mac = keyed(0x5c, [inner]);
  wipe(pad, inner);
  return mac;
}
