// AES-256-GCM over noble (docs/spec.md section 3). In a file of its own, which is loaded only where the runtime has neither a native
// one nor WebCrypto: apps on HTTPS do not download it.

import { gcm } from "@noble/ciphers/aes.js";
import type { Aes256Gcm } from "./primitives.js";

export const nobleAes: Aes256Gcm = {
  aes256gcmSeal: (key, nonce, aad, plaintext) => [gcm(key, nonce, aad).encrypt(plaintext)],
  aes256gcmOpen(key, nonce, aad, sealed) {
    try {
      return gcm(key, nonce, aad).decrypt(sealed);
    } catch {
      // The lengths were checked before, so only a wrong tag can be the cause.
      return undefined;
    }
  },
};
