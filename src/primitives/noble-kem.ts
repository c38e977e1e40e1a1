// X25519 and ML-KEM-768 over noble, with keys expanded once (docs/spec.md section 3). The two halves of X-Wing; kem.ts
// joins them.

import { x25519 } from "@noble/curves/ed25519.js";
import { type KEMPrepared, ml_kem768 } from "@noble/post-quantum/ml-kem.js";
import { wipe } from "../bytes/bytes.js";
import { BoundedCache } from "./bounded-cache.js";
import type { Encapsulated, MlKem768PrivateKey, X25519PrivateKey } from "./primitives.js";

// Expanding a key's matrix is half the cost of an encapsulation, and a log seals to the same members again and again. Holds as
// many keys as a log may have active members (ENC-3), about 8 KiB each, all of it public.
const preparedKeys = /* @__PURE__ */ new BoundedCache<KEMPrepared>(256);

export function x25519PrivateKey(secret: Uint8Array): X25519PrivateKey {
  const own = new Uint8Array(secret);
  return {
    publicKey: x25519.getPublicKey(own),
    agree: (publicKey) => x25519.getSharedSecret(own, publicKey),
    wipe: () => wipe(own),
  };
}

export function mlkem768PrivateKey(seed: Uint8Array): MlKem768PrivateKey {
  const { publicKey, secretKey } = ml_kem768.keygen(seed);
  // The key itself holds it. In the shared cache, a keyring of many epochs would push the other keys out.
  let prepared: KEMPrepared | undefined;
  return {
    publicKey,
    decapsulate(ciphertext) {
      prepared ??= ml_kem768.prepare(publicKey);
      return prepared.decapsulate(ciphertext, secretKey);
    },
    wipe: () => wipe(secretKey),
  };
}

export function mlkem768Encapsulate(publicKey: Uint8Array, coins: Uint8Array): Encapsulated {
  const prepared = preparedKeys.getOrMake(publicKey, () => ml_kem768.prepare(publicKey));
  const { cipherText, sharedSecret } = prepared.encapsulate(coins);
  return { ciphertext: cipherText, sharedSecret };
}
