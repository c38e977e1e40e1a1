// ML-KEM-768 key generation and decapsulation over node:crypto, where the runtime has them: part of the native backend
// (docs/spec.md section 3). Encapsulation stays with noble, since grants need encapsulation from given coins.

import type { Buffer } from "node:buffer";
import * as crypto from "node:crypto";
import { plain, rawPrivateKey, rawPublicBytes } from "./node-keys.js";
import type { MlKem768PrivateKey, Primitives } from "./primitives.js";

/** Node 24.7 and later; raw seeds came later than that. */
// Not `crypto.decapsulate`: webpack makes a named import of that, and where the runtime lacks the name the app would not load.
const { decapsulate } = Object(crypto) as { decapsulate?: (key: crypto.KeyObject, ciphertext: Uint8Array) => Buffer };

/** Throws where the runtime has no ML-KEM. */
export const mlKem = { mlkem768PrivateKey } satisfies Partial<Primitives>;

function mlkem768PrivateKey(seed: Uint8Array): MlKem768PrivateKey {
  if (!decapsulate) throw new TypeError("this runtime has no ML-KEM");
  let own: crypto.KeyObject | undefined = rawPrivateKey("ml-kem-768", "raw-seed", seed);
  return {
    publicKey: rawPublicBytes(own),
    decapsulate: (ciphertext) => plain(decapsulate(own as crypto.KeyObject, ciphertext)),
    // OpenSSL overwrites the key when the object is collected.
    wipe: () => {
      own = undefined;
    },
  };
}
