// The baseline of streams where WebCrypto is the fastest choice: AES-256-GCM and nothing else.

import type { Work } from "./measure.js";

export const IN_FLIGHT = 16;

/** The shortest time to seal and open `count` chunks. No chunk is kept. */
export async function bareLoops(
  piece: Uint8Array<ArrayBuffer>,
  count: number,
): Promise<Record<"seal1" | "seal16" | "open1" | "open16", Work>> {
  const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  const algorithm = { name: "AES-GCM", iv: new Uint8Array(12) };
  const sealed = await crypto.subtle.encrypt(algorithm, key, piece);
  const loop = (work: () => Promise<unknown>, inFlight: number) => async () => {
    for (let index = 0; index < count; index += inFlight) await Promise.all(Array.from({ length: inFlight }, work));
  };
  const seal = () => crypto.subtle.encrypt(algorithm, key, piece);
  const open = () => crypto.subtle.decrypt(algorithm, key, sealed);
  return { seal1: loop(seal, 1), seal16: loop(seal, IN_FLIGHT), open1: loop(open, 1), open16: loop(open, IN_FLIGHT) };
}
