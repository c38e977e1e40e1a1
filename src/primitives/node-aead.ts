// AES-256-GCM and ChaCha20-Poly1305 over node:crypto: part of the native backend (docs/spec.md section 3).

import * as crypto from "node:crypto";
import { concat, wipe } from "../bytes/bytes.js";
import { plain } from "./node-keys.js";
import type { Aes256Gcm, Primitives } from "./primitives.js";

const TAG = 16;

/** AES-256-GCM. */
export const aesGcm = {
  aes256gcmSeal: sealer("aes-256-gcm"),
  aes256gcmOpen: opener("aes-256-gcm"),
} satisfies Aes256Gcm;

/** ChaCha20-Poly1305. */
export const chachaPoly = {
  chacha20poly1305Seal: joined(sealer("chacha20-poly1305")),
  chacha20poly1305Open: opener("chacha20-poly1305"),
} satisfies Partial<Primitives>;

function sealer(name: crypto.CipherGCMTypes | "chacha20-poly1305"): Aes256Gcm["aes256gcmSeal"] {
  const algorithm = name as crypto.CipherGCMTypes;
  return (key, nonce, aad, plaintext) => {
    const cipher = crypto.createCipheriv(algorithm, key, nonce, { authTagLength: TAG });
    cipher.setAAD(aad);
    const ciphertext = plain(cipher.update(plaintext));
    cipher.final();
    return [ciphertext, plain(cipher.getAuthTag())];
  };
}

function joined(seal: Aes256Gcm["aes256gcmSeal"]): Primitives["chacha20poly1305Seal"] {
  return (...inputs) => concat(...seal(...inputs));
}

function opener(name: crypto.CipherGCMTypes | "chacha20-poly1305"): Primitives["chacha20poly1305Open"] {
  const algorithm = name as crypto.CipherGCMTypes;
  return (key, nonce, aad, sealed) => {
    const end = sealed.length - TAG;
    const decipher = crypto.createDecipheriv(algorithm, key, nonce, { authTagLength: TAG });
    decipher.setAAD(aad);
    decipher.setAuthTag(sealed.subarray(end));
    const plaintext = plain(decipher.update(sealed.subarray(0, end)));
    try {
      decipher.final();
      return plaintext;
    } catch {
      // Not authentic: nobody may see the decrypted bytes.
      wipe(plaintext);
      return undefined;
    }
  };
}
