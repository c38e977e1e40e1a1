// Converts bytes for node:crypto: its results to plain arrays, keys to its key objects. Part of the native backend (docs/spec.md
// section 3).

import { Buffer } from "node:buffer";
// A namespace: a runtime that lacks a name would refuse to load a module that imports it.
import * as crypto from "node:crypto";
import { type Bytes, concat } from "../bytes/bytes.js";

/** The same bytes as a Uint8Array with its own memory: slices of a Buffer share memory, and some Buffers share a pool. */
export function plain(buffer: Buffer): Bytes {
  if (buffer.buffer.byteLength === buffer.length) return new Uint8Array(buffer.buffer as ArrayBuffer);
  const copy = new Uint8Array(buffer);
  buffer.fill(0);
  return copy;
}

/** Most links fit, and what stands before them. */
const room = new Uint8Array(4096);

/**
 * What `use`, which keeps nothing, gives for the parts joined. They are joined in the same place each time and overwritten after: new
 * arrays of this size cost as much as hashing them.
 */
export function withJoined<T>(parts: readonly Uint8Array[], use: (joined: Uint8Array) => T): T {
  const [first, ...more] = parts;
  if (first && more.length === 0) return use(first);
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  if (length > room.length) return use(concat(...parts));
  const joined = room.subarray(0, length);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  try {
    return use(joined);
  } finally {
    joined.fill(0);
  }
}

/**
 * Whether the runtime reads keys from raw bytes (Node 24 and later). Raw bytes are better for secrets: a JWK puts them into a
 * string, which cannot be overwritten. Newer Nodes also need the public key in a JWK, and compute it to compare.
 */
export const readsRawKeys = /* @__PURE__ */ canReadRawKeys();

function canReadRawKeys(): boolean {
  try {
    return rawPrivateKey("x25519", "raw-private", new Uint8Array(32)) !== undefined;
  } catch {
    return false;
  }
}

/** A private key from its bytes. Throws where the runtime does not know the format or the algorithm. */
export function rawPrivateKey(
  algorithm: string,
  format: "raw-private" | "raw-seed",
  secret: Uint8Array,
): crypto.KeyObject {
  const options = { key: secret, format, asymmetricKeyType: algorithm };
  // The type declarations do not have this format yet.
  return crypto.createPrivateKey(options as object as Parameters<typeof crypto.createPrivateKey>[0]);
}

/** The bytes of a private key's public key, where the runtime reads raw keys. */
export function rawPublicBytes(key: crypto.KeyObject): Bytes {
  return plain(
    crypto.createPublicKey(key).export({ format: "raw-public" } as object as { format: "der"; type: "spki" }),
  );
}

/** For a member of a JSON Web Key. */
export function toBase64url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64url");
}

/** A member of a JSON Web Key. */
export function fromBase64url(text: string): Bytes {
  return new Uint8Array(Buffer.from(text, "base64url"));
}
