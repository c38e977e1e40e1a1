// What decides whether the library uses a runtime's own encapsulation of ML-KEM-768 (docs/spec.md section 3). Every backend shares it.

import { concat, equalBytes } from "../bytes/bytes.js";
import { mlkem768PrivateKey } from "./noble-kem.js";
import type { Encapsulated, MlKem768PrivateKey } from "./primitives.js";

/** Keys, and whether what an encapsulation gives for them is right: undefined where it refuses a key. */
export type Trial = readonly [
  keys: (publicKey: Uint8Array) => readonly Uint8Array[],
  isRight: (given: readonly (Encapsulated | undefined)[], own: MlKem768PrivateKey) => boolean,
];

/** What a runtime's encapsulation must do, to be used: be right, never give the same twice, and refuse what the portable one refuses. */
export const TRIALS: readonly Trial[] = [
  [(key) => [key], ([given], own) => given !== undefined && opens(own, given)],
  [(key) => [key, key], ([one, other]) => !!one && !!other && !equalBytes(one.sharedSecret, other.sharedSecret)],
  [(key) => [key.subarray(1)], isRefused],
  [(key) => [concat(key, key.subarray(0, 1))], isRefused],
  // The first coefficient is q, 3329, which is a second encoding of 0.
  [(key) => [concat(Uint8Array.of(1, 13), key.subarray(2))], isRefused],
];

function opens(own: MlKem768PrivateKey, { ciphertext, sharedSecret }: Encapsulated): boolean {
  return equalBytes(own.decapsulate(ciphertext), sharedSecret);
}

function isRefused([given]: readonly unknown[]): boolean {
  return given === undefined;
}

let made: MlKem768PrivateKey | undefined;

/** A key that everybody knows, made when it is first needed. */
export function trialKey(): MlKem768PrivateKey {
  made ??= mlkem768PrivateKey(new Uint8Array(64));
  return made;
}
