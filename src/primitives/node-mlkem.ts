// ML-KEM-768 key generation and decapsulation over node:crypto, where the runtime has them: part of the native backend
// (docs/spec.md section 3). Encapsulation stays with noble, since grants need the one that given coins determine.

import type { Buffer } from "node:buffer";
import * as crypto from "node:crypto";
import { fromBase64url, plain, toBase64url } from "./node-bytes.js";
import type { MlKem768PrivateKey, Primitives } from "./primitives.js";

/** Node 24.7 and later. */
const { decapsulate } = crypto as { decapsulate?: (key: crypto.KeyObject, ciphertext: Uint8Array) => Buffer };

/** Throws where the runtime has no ML-KEM. */
export const mlKem = { mlkem768PrivateKey } satisfies Partial<Primitives>;

function mlkem768PrivateKey(seed: Uint8Array): MlKem768PrivateKey {
  if (!decapsulate) throw new TypeError("this runtime has no ML-KEM");
  // JWK asks for the public key beside the seed; nobody reads it.
  const jwk = { kty: "AKP", alg: "ML-KEM-768", pub: "", priv: toBase64url(seed) };
  let own: crypto.KeyObject | undefined = crypto.createPrivateKey({ key: jwk, format: "jwk" });
  return {
    publicKey: fromBase64url(crypto.createPublicKey(own).export({ format: "jwk" })["pub"] as string),
    decapsulate: (ciphertext) => plain(decapsulate(own as crypto.KeyObject, ciphertext)),
    // OpenSSL overwrites the key when the object is collected.
    wipe: () => {
      own = undefined;
    },
  };
}
