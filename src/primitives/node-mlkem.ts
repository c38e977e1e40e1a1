// ML-KEM-768 over node:crypto, where the runtime has it: part of the native backend (docs/spec.md section 3). Encapsulation from given
// coins, which grants need, stays with noble.

import { Buffer } from "node:buffer";
import * as crypto from "node:crypto";
import { concat } from "../bytes/bytes.js";
import { MLKEM_PUBLIC_KEY_LENGTH } from "./kem-rules.js";
import { plain, rawPrivateKey, rawPublicBytes } from "./node-keys.js";
import type { Encapsulated, MlKem768PrivateKey, Primitives } from "./primitives.js";

type Decapsulate = (key: crypto.KeyObject, ciphertext: Uint8Array) => Buffer;
type Encapsulate = (key: crypto.KeyObject) => { readonly ciphertext: Buffer; readonly sharedKey: Buffer };

/** Node 24.7 and later; raw seeds came later than that. */
// Not `crypto.decapsulate`: webpack makes a named import of that, and where the runtime lacks the name the app would not load.
const { decapsulate, encapsulate } = Object(crypto) as {
  readonly decapsulate?: Decapsulate;
  readonly encapsulate?: Encapsulate;
};

/** What stands before the key in a SubjectPublicKeyInfo, which is read twice as fast as raw bytes, and since 24.7. */
const SPKI_PREFIX = Uint8Array.from(Buffer.from("308204b2300b0609608648016503040402038204a100", "hex"));

/** Without the functions that the runtime lacks: not even their trial, which needs a key, costs anything then. */
export const mlKem: Partial<Primitives> = {
  ...(encapsulate && { mlkem768EncapsulateFresh: encapsulatorOver(encapsulate) }),
  ...(decapsulate && { mlkem768PrivateKey: keysOver(decapsulate) }),
};

function encapsulatorOver(encapsulate: Encapsulate): (publicKey: Uint8Array) => Encapsulated {
  return (publicKey) => {
    // OpenSSL ignores what stands behind the structure.
    if (publicKey.length !== MLKEM_PUBLIC_KEY_LENGTH) throw new TypeError("not an ML-KEM-768 key");
    const key = Buffer.from(concat(SPKI_PREFIX, publicKey).buffer);
    const { ciphertext, sharedKey } = encapsulate(crypto.createPublicKey({ key, format: "der", type: "spki" }));
    return { ciphertext: plain(ciphertext), sharedSecret: plain(sharedKey) };
  };
}

function keysOver(decapsulate: Decapsulate): (seed: Uint8Array) => MlKem768PrivateKey {
  return (seed) => {
    let own: crypto.KeyObject | undefined = rawPrivateKey("ml-kem-768", "raw-seed", seed);
    return {
      publicKey: rawPublicBytes(own),
      decapsulate: (ciphertext) => plain(decapsulate(own as crypto.KeyObject, ciphertext)),
      // OpenSSL overwrites the key when the object is collected.
      wipe: () => {
        own = undefined;
      },
    };
  };
}
