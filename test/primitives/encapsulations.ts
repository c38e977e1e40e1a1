// Stand-ins for a runtime's own encapsulation of ML-KEM-768: one that works, and one for each way to be broken.

import { randomBytes } from "@noble/hashes/utils.js";
import { ml_kem768 } from "@noble/post-quantum/ml-kem.js";
import type { Encapsulated } from "../../src/primitives/primitives.js";
import { filled, flipped } from "./support.js";

type Encapsulate = (publicKey: Uint8Array) => unknown;

/** Works, and refuses keys as noble does. */
export function soundEncapsulation(publicKey: Uint8Array, coins: Uint8Array = randomBytes(32)): Encapsulated {
  const { cipherText, sharedSecret } = ml_kem768.encapsulate(publicKey, coins);
  return { ciphertext: cipherText, sharedSecret };
}

const LENGTH = 1184;
/** A coefficient that is not reduced: the trials have it at the beginning. */
const isUnreduced = (publicKey: Uint8Array): boolean => publicKey[0] === 1 && publicKey[1] === 13;

/** Works also for keys to refuse that `isOne` matches. */
function accepting(isOne: (publicKey: Uint8Array) => boolean): Encapsulate {
  return (publicKey) => soundEncapsulation(isOne(publicKey) ? KEY : publicKey);
}

const KEY = ml_kem768.keygen(filled(64, 1)).publicKey;

/** Stand-ins by what is wrong with them. */
export const brokenEncapsulation: Readonly<Record<string, Encapsulate>> = {
  throws: () => {
    throw new Error("not implemented here");
  },
  "gives nothing": (publicKey) => void soundEncapsulation(publicKey),
  "gives no secret": (publicKey) => ({ ciphertext: soundEncapsulation(publicKey).ciphertext }),
  "gives no ciphertext": (publicKey) => ({ sharedSecret: soundEncapsulation(publicKey).sharedSecret }),
  "gives a wrong secret": (publicKey) => {
    const { ciphertext, sharedSecret } = soundEncapsulation(publicKey);
    return { ciphertext, sharedSecret: flipped(sharedSecret, 0) };
  },
  "gives a wrong ciphertext": (publicKey) => {
    const { ciphertext, sharedSecret } = soundEncapsulation(publicKey);
    return { ciphertext: flipped(ciphertext, 0), sharedSecret };
  },
  "gives a short ciphertext": (publicKey) => {
    const { ciphertext, sharedSecret } = soundEncapsulation(publicKey);
    return { ciphertext: ciphertext.slice(1), sharedSecret };
  },
  "gives a short secret": (publicKey) => {
    const { ciphertext, sharedSecret } = soundEncapsulation(publicKey);
    return { ciphertext, sharedSecret: sharedSecret.slice(1) };
  },
  "encapsulates to another key": (publicKey) => {
    soundEncapsulation(publicKey);
    return soundEncapsulation(KEY);
  },
  "draws the same coins always": (publicKey) => soundEncapsulation(publicKey, filled(32, 4)),
  "accepts a short key": accepting(({ length }) => length < LENGTH),
  "accepts a long key": accepting(({ length }) => length > LENGTH),
  "accepts a key that is not reduced": accepting((key) => key.length === LENGTH && isUnreduced(key)),
};
