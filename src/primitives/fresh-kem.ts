// ML-KEM-768 encapsulation with coins of the runtime's own, where the runtime has it: Node from 24.7 on, and WebCrypto in Chromium. Only
// what needs no chosen coins may use it: content, not grants. docs/spec.md section 3.

import type { Bytes } from "../bytes/bytes.js";
import { primitives } from "./current.js";
import { TRIALS, trialKey } from "./kem-trials.js";
import type { Encapsulated } from "./primitives.js";

/** For a 1,184-byte key that passed the modulus check. */
export type FreshEncapsulation = (publicKey: Uint8Array) => Encapsulated | Promise<Encapsulated>;

/** The runtime's own encapsulation, undefined where it has none that passes all {@link TRIALS}. */
export async function freshEncapsulation(): Promise<FreshEncapsulation | undefined> {
  if (primitives.mlkem768EncapsulateFresh) return primitives.mlkem768EncapsulateFresh;
  // Absent outside secure contexts: a page served over plain HTTP.
  const subtle: object | undefined = globalThis.crypto?.subtle;
  if (!(subtle && "encapsulateBits" in subtle)) return undefined;
  const own = webEncapsulation(subtle as WebKem);
  // The verdict is kept and not its promise: workerd lets no request wait for what another began.
  if (!verdicts.has(subtle)) verdicts.set(subtle, await passes(own));
  return verdicts.get(subtle) ? own : undefined;
}

const verdicts = /* @__PURE__ */ new WeakMap<object, boolean>();

/** WebCrypto with the KEMs of "Modern Algorithms in the Web Cryptography API", which TypeScript does not know yet. */
interface WebKem {
  importKey(format: string, key: Bytes, name: string, extractable: boolean, usages: string[]): Promise<CryptoKey>;
  encapsulateBits(name: string, key: CryptoKey): Promise<{ ciphertext: ArrayBuffer; sharedKey: ArrayBuffer }>;
}

function webEncapsulation(subtle: WebKem): (publicKey: Uint8Array) => Promise<Encapsulated> {
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
