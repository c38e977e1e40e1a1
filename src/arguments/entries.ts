// Entries as an argument from a caller.

import { isBytes } from "../bytes/bytes.js";
import { KeysteadError } from "../errors.js";

/** The entries. The function that decodes an entry checks it. @throws `INVALID_ARGUMENT` unless they are a list */
export function* eachEntry(entries: Iterable<Uint8Array>): Generator<Uint8Array> {
  if (isBytes(entries) || typeof entries === "string" || typeof entries?.[Symbol.iterator] !== "function") {
    throw new KeysteadError("INVALID_ARGUMENT", "entries must be a list of Uint8Arrays, one an entry");
  }
  yield* entries;
}

/** Entries as a list, read once. @throws `INVALID_ARGUMENT` */
export function entryList(entries: Iterable<Uint8Array>): readonly Uint8Array[] {
  return [...eachEntry(entries)];
}
