// What plain JavaScript callers pass to the functions of escrow, checked: a wrong type is named, never a TypeError.
// docs/spec.md section 11.

import { isBytes } from "../bytes/bytes.js";
import { KeysteadError } from "../errors.js";

/** Entries as a list, read once. @throws `INVALID_ARGUMENT` */
export function entryList(entries: Iterable<Uint8Array>): readonly Uint8Array[] {
  if (isBytes(entries) || typeof entries === "string" || typeof entries?.[Symbol.iterator] !== "function") {
    throw new KeysteadError("INVALID_ARGUMENT", "entries must be a list of Uint8Arrays, one an entry");
  }
  return [...entries];
}
