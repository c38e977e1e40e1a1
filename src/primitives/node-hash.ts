// SHA-2, SHA-3, HMAC and HKDF over node:crypto: part of the native backend (docs/spec.md section 3).

import * as crypto from "node:crypto";
import type { Bytes } from "../bytes/bytes.js";
import { hkdfOver } from "./hkdf.js";
import { plain, withJoined } from "./node-keys.js";
import type { Primitives } from "./primitives.js";

/** SHA-256, and HMAC and HKDF over it. */
export const sha2 = {
  // One call is twice as fast as an object with state. Runtimes without it are older than Node 20.12.
  sha256: crypto.hash
    ? (...parts) => plain(withJoined(parts, (data) => crypto.hash("sha256", data, "buffer")))
    : (...parts) => plain(withJoined(parts, (data) => crypto.createHash("sha256").update(data).digest())),
  hmacSha256,
  // crypto.hkdfSync is slower, and accepts an info of at most 1,024 bytes, which a KEM key exceeds.
  hkdfSha256: hkdfOver(hmacSha256),
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
