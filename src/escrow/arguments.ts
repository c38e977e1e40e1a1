// What plain JavaScript callers pass to the functions of escrow, checked: a wrong type is named, never a TypeError.
// docs/spec.md section 11.

import { isBytes } from "../bytes/bytes.js";
import { parseLinkHash, parseLogId } from "../bytes/text.js";
import { KeysteadError } from "../errors.js";
import { checkOptions } from "../grants/session.js";
import type { Head } from "../log/state.js";

/** Entries as a list, read once. @throws `INVALID_ARGUMENT` */
export function entryList(entries: Iterable<Uint8Array>): readonly Uint8Array[] {
  if (isBytes(entries) || typeof entries === "string" || typeof entries?.[Symbol.iterator] !== "function") {
    throw new KeysteadError("INVALID_ARGUMENT", "entries must be a list of Uint8Arrays, one an entry");
  }
  return [...entries];
}

/** A head of a log, as an app stored it. @throws `INVALID_ARGUMENT`, `INVALID_ENCODING` */
export function checkHead(head: Head): Head {
  const { log, seq, hash } = checkOptions(head);
  parseLogId(log);
  parseLinkHash(hash);
  if (!Number.isSafeInteger(seq) || seq < 1)
    throw new KeysteadError("INVALID_ARGUMENT", "a head's seq must be a whole number from 1");
  return head;
}
