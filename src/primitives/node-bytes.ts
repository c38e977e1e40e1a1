// Between node:crypto and the rest of the library: its results as plain arrays, its keys' members as base64url. Part of the
// native backend (docs/spec.md section 3).

import { Buffer } from "node:buffer";

/** The same bytes as a Uint8Array with memory of its own: a Buffer's slices share theirs, and some share a pool. */
export function plain(buffer: Buffer): Uint8Array {
  if (buffer.buffer.byteLength === buffer.length) return new Uint8Array(buffer.buffer);
  const copy = new Uint8Array(buffer);
  buffer.fill(0);
  return copy;
}

/** For a member of a JSON Web Key. */
export function toBase64url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64url");
}

/** A member of a JSON Web Key. */
export function fromBase64url(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "base64url"));
}
