// ML-KEM-768 encapsulation with coins of the runtime's own, where the runtime has it: Node from 24.7 on, and WebCrypto in Chromium. Only
// what needs no chosen coins may use it: content, not grants. docs/spec.md section 3.

import { primitives } from "./current.js";
import type { Encapsulated } from "./primitives.js";
import type { WebKem } from "./web-kem.js";

/** For a 1,184-byte key that passed the modulus check. */
export type FreshEncapsulation = (publicKey: Uint8Array) => Encapsulated | Promise<Encapsulated>;

/** The runtime's own encapsulation, undefined where it has none that passes all {@link TRIALS}. */
export async function freshEncapsulation(): Promise<FreshEncapsulation | undefined> {
  if (primitives.mlkem768EncapsulateFresh) return primitives.mlkem768EncapsulateFresh;
  // Absent outside secure contexts: a page served over plain HTTP.
  const subtle: object | undefined = globalThis.crypto?.subtle;
  if (!(subtle && "encapsulateBits" in subtle)) return undefined;
  try {
    // Loaded only here: apps for runtimes without it do not download its trials.
    return await (await import("./web-kem.js")).webEncapsulation(subtle as WebKem);
  } catch {
    return undefined;
  }
}
