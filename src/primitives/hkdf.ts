// HKDF-SHA-256 (RFC 5869) by its HMACs, for both backends (docs/spec.md section 3).

import { type Bytes, wipe } from "../bytes/bytes.js";

const BLOCK = 32;

/** HMAC-SHA-256 over the parts, one after the other. */
export type HmacOfParts = (key: Uint8Array, ...data: readonly Uint8Array[]) => Bytes;

/** Extract and expand, for a length that was checked. It wipes all that it makes but the result. */
export function hkdfOver(hmac: HmacOfParts) {
  return (ikm: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Bytes => {
    const key = hmac(salt, ikm);
    const out = new Uint8Array(length);
    let block: Uint8Array = new Uint8Array(0);
    for (let at = 0; at < length; at += BLOCK) {
      const next = hmac(key, block, info, Uint8Array.of(at / BLOCK + 1));
      wipe(block);
      block = next;
      out.set(block.subarray(0, length - at), at);
    }
    wipe(key, block);
    return out;
  };
}
