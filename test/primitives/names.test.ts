// An error names the argument of a wrong type, so that the caller learns which one it was.

import { describe, expect, it } from "vitest";
import { KeysteadError } from "../../src/errors.js";
import { chachaOpen, chachaSeal, checkedGcm } from "../../src/primitives/aead.js";
import { hpkeOpen, hpkeSeal } from "../../src/primitives/hpke.js";
import { deriveKey } from "../../src/primitives/kdf.js";
import { checkKemKey, encapsulate, KemPrivateKey, kemPublicKey, kemRho } from "../../src/primitives/kem.js";
import * as LABELS from "../../src/primitives/labels.js";
import { nobleAes } from "../../src/primitives/noble-aes.js";
import {
  checkVerifyingKey,
  signingPublicKey,
  signLabelled,
  verifyEd25519,
  verifyLabelled,
} from "../../src/primitives/sign.js";
import { filled } from "./support.js";

const [BYTES, KEY, NONCE, COINS] = [filled(5, 1), filled(32, 1), filled(12, 1), filled(64, 1)];
const PRIVATE_KEY = new KemPrivateKey(KEY);
const PUBLIC_KEY = kemPublicKey(KEY);
const LABEL = LABELS.linkHash;
const junk = "00" as unknown as Uint8Array;

/** Functions by their names, and calls in which one argument is junk, by the name of that argument. */
const CALLS: Readonly<Record<string, Readonly<Record<string, () => unknown>>>> = {
  ...Object.fromEntries(
    Object.entries({ chachaSeal, chachaOpen, ...checkedGcm(nobleAes) }).map(([name, use]) => [
      name,
      {
        key: () => use(junk, NONCE, BYTES, BYTES),
        nonce: () => use(KEY, junk, BYTES, BYTES),
        aad: () => use(KEY, NONCE, junk, BYTES),
        data: () => use(KEY, NONCE, BYTES, junk),
      },
    ]),
  ),
  hpkeSeal: {
    "public key": () => hpkeSeal(junk, { info: BYTES, plaintext: BYTES, coins: COINS }),
    info: () => hpkeSeal(PUBLIC_KEY, { info: junk, plaintext: BYTES, coins: COINS }),
    aad: () => hpkeSeal(PUBLIC_KEY, { info: BYTES, aad: junk, plaintext: BYTES, coins: COINS }),
    plaintext: () => hpkeSeal(PUBLIC_KEY, { info: BYTES, plaintext: junk, coins: COINS }),
    coins: () => hpkeSeal(PUBLIC_KEY, { info: BYTES, plaintext: BYTES, coins: junk }),
  },
  hpkeOpen: {
    info: () => hpkeOpen(PRIVATE_KEY, { info: junk, sealed: BYTES }),
    aad: () => hpkeOpen(PRIVATE_KEY, { info: BYTES, aad: junk, sealed: BYTES }),
    sealed: () => hpkeOpen(PRIVATE_KEY, { info: BYTES, sealed: junk }),
  },
  deriveKey: {
    secret: () => deriveKey(LABEL, junk),
    salt: () => deriveKey(LABEL, KEY, { salt: junk }),
    info: () => deriveKey(LABEL, KEY, { info: junk }),
  },
  KemPrivateKey: { seed: () => new KemPrivateKey(junk), ciphertext: () => PRIVATE_KEY.decapsulate(junk) },
  kemRho: { seed: () => kemRho(junk) },
  encapsulate: { "public key": () => encapsulate(junk, COINS), coins: () => encapsulate(PUBLIC_KEY, junk) },
  checkKemKey: { "its key": () => checkKemKey(junk, "its key") },
  signingPublicKey: { seed: () => signingPublicKey(junk) },
  signLabelled: { seed: () => signLabelled(LABEL, junk, BYTES), message: () => signLabelled(LABEL, KEY, junk) },
  verifyLabelled: {
    "public key": () => verifyLabelled(LABEL, junk, BYTES, COINS),
    message: () => verifyLabelled(LABEL, KEY, junk, COINS),
    signature: () => verifyLabelled(LABEL, KEY, BYTES, junk),
  },
  verifyEd25519: {
    "public key": () => verifyEd25519(junk, BYTES, COINS),
    message: () => verifyEd25519(KEY, junk, COINS),
    signature: () => verifyEd25519(KEY, BYTES, junk),
  },
  checkVerifyingKey: { "its key": () => checkVerifyingKey(junk, "its key") },
};

describe("wrong arguments are named", () => {
  it.each(Object.entries(CALLS))("by %s", (_, calls) => {
    for (const [name, call] of Object.entries(calls)) {
      let thrown: unknown;
      try {
        call();
      } catch (error) {
        thrown = error;
      }
      expect(thrown).toBeInstanceOf(KeysteadError);
      expect(thrown).toMatchObject({ code: "INVALID_ARGUMENT", details: { name } });
    }
  });
});
