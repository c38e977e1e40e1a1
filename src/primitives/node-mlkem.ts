// ML-KEM-768 over node:crypto, where the runtime has it: part of the native backend (docs/spec.md section 3). Encapsulation from given
// coins, which grants need, stays with noble.

import { Buffer } from "node:buffer";
import * as crypto from "node:crypto";
import { concat } from "../bytes/bytes.js";
import { MLKEM_PUBLIC_KEY_LENGTH } from "./kem-rules.js";
import { plain, rawPrivateKey, rawPublicBytes } from "./node-keys.js";
import type { Encapsulated, MlKem768PrivateKey, Primitives } from "./primitives.js";

/** Node 24.7 and later; raw seeds came later than that. */
// Not `crypto.decapsulate`: webpack makes a named import of that, and where the runtime lacks the name the app would not load.
const { decapsulate, encapsulate } = Object(crypto) as {
  decapsulate?: (key: crypto.KeyObject, ciphertext: Uint8Array) => Buffer;
  encapsulate?: (key: crypto.KeyObject) => { readonly ciphertext: Buffer; readonly sharedKey: Buffer };
};

/** Throw where the runtime has no ML-KEM. */
export const mlKem = { mlkem768PrivateKey, mlkem768EncapsulateFresh } satisfies Partial<Primitives>;

/** What stands before the key in a SubjectPublicKeyInfo, which is read twice as fast as raw bytes, and since 24.7. */
const SPKI_PREFIX = Uint8Array.from(Buffer.from("308204b2300b0609608648016503040402038204a100", "hex"));

function mlkem768EncapsulateFresh(publicKey: Uint8Array): Encapsulated {
  if (!encapsulate) throw new TypeError("this runtime has no ML-KEM");
  // OpenSSL ignores what stands behind the structure.
  if (publicKey.length !== MLKEM_PUBLIC_KEY_LENGTH) throw new TypeError("not an ML-KEM-768 key");
  const key = Buffer.from(concat(SPKI_PREFIX, publicKey).buffer);
  const { ciphertext, sharedKey } = encapsulate(crypto.createPublicKey({ key, format: "der", type: "spki" }));
  return { ciphertext: plain(ciphertext), sharedSecret: plain(sharedKey) };
}

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
