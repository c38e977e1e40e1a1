// SHA-2, SHA-3, HMAC and HKDF over node:crypto: part of the native backend (docs/spec.md section 3).

import * as crypto from "node:crypto";
import { type Bytes, wipe } from "../bytes/bytes.js";
import { plain } from "./node-keys.js";
import type { Primitives } from "./primitives.js";

const BLOCK = 32;

/** SHA-256, and HMAC and HKDF over it. */
export const sha2 = {
  // One call is twice as fast as an object with state. Runtimes without it are older than Node 20.12.
  sha256: crypto.hash
    ? (data) => plain(crypto.hash("sha256", data, "buffer"))
    : (data) => plain(crypto.createHash("sha256").update(data).digest()),
  hmacSha256,
  hkdfSha256,
} satisfies Partial<Primitives>;

/** SHA-3. */
export const sha3 = {
  sha3_256: (data) => plain(crypto.createHash("sha3-256").update(data).digest()),
  sha3_512: (data) => plain(crypto.createHash("sha3-512").update(data).digest()),
  shake256: (data, length) => plain(crypto.createHash("shake256", { outputLength: length }).update(data).digest()),
} satisfies Partial<Primitives>;

function hmacSha256(key: Uint8Array, ...data: readonly Uint8Array[]): Bytes {
  const hmac = crypto.createHmac("sha256", key);
  for (const part of data) hmac.update(part);
  return plain(hmac.digest());
}

// RFC 5869 by its HMACs: crypto.hkdfSync is slower, and accepts an info of at most 1,024 bytes, which a KEM key exceeds.
function hkdfSha256(ikm: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Bytes {
  const key = hmacSha256(salt, ikm);
  const out = new Uint8Array(length);
  let block: Uint8Array = new Uint8Array(0);
  for (let at = 0; at < length; at += BLOCK) {
    const next = hmacSha256(key, block, info, Uint8Array.of(at / BLOCK + 1));
    wipe(block);
    block = next;
    out.set(block.subarray(0, length - at), at);
  }
  wipe(key, block);
  return out;
}
