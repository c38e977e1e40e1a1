// Entries without the parts that may be withheld.

import { decodeCbor } from "../../src/bytes/cbor.js";
import { rawEntry } from "../../test/support/raw-link.js";

/** The entry without its attachments, which may be withheld: a log is verified by its links alone. */
export function bare(entry: Uint8Array): Uint8Array {
  const [link] = decodeCbor(entry, { name: "entry", maxBytes: entry.length }) as [Uint8Array];
  return rawEntry(link);
}
