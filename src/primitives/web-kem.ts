// ML-KEM-768 encapsulation of WebCrypto, tried before its first use. In a file of its own, which is loaded only where WebCrypto has it.
// docs/spec.md section 3.

import type { Bytes } from "../bytes/bytes.js";
import { TRIALS, trialKey } from "./kem-trials.js";
import type { Encapsulated } from "./primitives.js";

const verdicts = /* @__PURE__ */ new WeakMap<object, boolean>();

/** WebCrypto's encapsulation, undefined where it does not pass all {@link TRIALS}. */
export async function webEncapsulation(subtle: WebKem) {
  const own = encapsulationOf(subtle);
  // The verdict is kept and not its promise: workerd lets no request wait for what another began.
  if (!verdicts.has(subtle)) verdicts.set(subtle, await passes(own));
  return verdicts.get(subtle) ? own : undefined;
}

/** WebCrypto with the KEMs of "Modern Algorithms in the Web Cryptography API", which TypeScript does not know yet. */
export interface WebKem {
  importKey(format: string, key: Bytes, name: string, extractable: boolean, usages: string[]): Promise<CryptoKey>;
  encapsulateBits(name: string, key: CryptoKey): Promise<{ ciphertext: ArrayBuffer; sharedKey: ArrayBuffer }>;
}

function encapsulationOf(subtle: WebKem): (publicKey: Uint8Array) => Promise<Encapsulated> {
  const name = "ML-KEM-768";
  return async (publicKey) => {
    // A copy: WebCrypto refuses shared or resizable memory.
    const key = await subtle.importKey("raw-public", new Uint8Array(publicKey), name, false, ["encapsulateBits"]);
    const { ciphertext, sharedKey } = await subtle.encapsulateBits(name, key);
    return { ciphertext: new Uint8Array(ciphertext), sharedSecret: new Uint8Array(sharedKey) };
  };
}

/** Whether an encapsulation passes all {@link TRIALS}. */
async function passes(own: (publicKey: Uint8Array) => Promise<Encapsulated>): Promise<boolean> {
  try {
    const key = trialKey();
    const passed = TRIALS.map(async ([keys, isRight]) =>
      isRight(await Promise.all(keys(key.publicKey).map((each) => own(each).catch(() => undefined))), key),
    );
    return (await Promise.all(passed)).every(Boolean);
  } catch {
    return false;
  }
}
