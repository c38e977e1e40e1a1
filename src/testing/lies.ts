// Attacks of a dishonest server on the list of entries that it hands out, and on stored content. docs/spec.md section 1.
// Positions are those of links: the first is 1.

import { checkCount } from "../arguments/counts.js";
import { checkPosition } from "../arguments/positions.js";
import { type Bytes, isBytes } from "../bytes/bytes.js";
import { present as known } from "../bytes/present.js";
import { KeysteadError } from "../errors.js";
import { decodeEntry, encodeEntry } from "../log/entry.js";

/** Takes the true entries, or the result of the previous lie, and returns the entries that a reader gets. Changes no input. */
export type Lie = (entries: readonly Uint8Array[]) => readonly Uint8Array[];

/** Takes stored content and returns the content that a reader gets; undefined for none. Changes no input. */
export type ContentLie = (content: Uint8Array) => Uint8Array | undefined;

/** Leaves one entry out. */
export function drop(seq: number): Lie {
  return edit([seq], (entries, at) => entries.splice(at, 1));
}

/**
 * Shows the log as it was when link `seq` was its newest: `rollBackTo(2)` shows the links 1 and 2, however long the log is. A rollback,
 * or an old log replayed. {@link holdBack} counts from the end.
 */
export function rollBackTo(seq: number): Lie {
  checkPosition("seq", seq);
  return (entries) => entries.slice(0, seq);
}

/** Withholds the newest entries. Take the lie back to deliver them late. */
export function holdBack(count: number): Lie {
  checkCount("count of entries to hold back", count, 1);
  return (entries) => entries.slice(0, Math.max(0, entries.length - count));
}

/** Shows an entry twice in a row. */
export function duplicate(seq: number): Lie {
  return edit([seq], (entries, at) => entries.splice(at, 0, known(entries[at])));
}

/** Exchanges two entries. */
export function reorder(a: number, b: number): Lie {
  return edit([a, b], (entries, atA, atB) => {
    [entries[atA], entries[atB]] = [known(entries[atB]), known(entries[atA])];
  });
}

/** Shows entirely different entries: another first link, or another user's log. */
export function present(entries: readonly Uint8Array[]): Lie {
  if (!Array.isArray(entries)) throw new KeysteadError("INVALID_ARGUMENT", "entries must be a list of Uint8Arrays");
  return () => entries;
}

/** Flips a bit of an entry. @param byte counted from its start; from its end when negative */
export function corrupt(seq: number, byte: number): Lie {
  return edit([seq], (entries, at) => {
    entries[at] = withFlippedBit(known(entries[at]), byte, `entry ${seq}`);
  });
}

/** Delivers a link without its attachments: withholds grants and names. */
export function stripAttachments(seq: number): Lie {
  return edit([seq], (entries, at) => {
    entries[at] = encodeEntry(decodeEntry(known(entries[at])).link.bytes, []);
  });
}

/** Delivers two links with each other's attachments. */
export function swapAttachments(a: number, b: number): Lie {
  return edit([a, b], (entries, atA, atB) => {
    const [first, second] = [decodeEntry(known(entries[atA])), decodeEntry(known(entries[atB]))];
    entries[atA] = encodeEntry(first.link.bytes, second.attachments);
    entries[atB] = encodeEntry(second.link.bytes, first.attachments);
  });
}

/** Claims that nothing is stored under that name. */
export function loseContent(): ContentLie {
  return () => undefined;
}

/** Flips a bit of content. @param byte counted from its start; from its end when negative */
export function corruptContent(byte: number): ContentLie {
  return (content) => withFlippedBit(content, byte, "the content");
}

/** Shows other content under the name, such as an older version, or content that is stored under another name. */
export function swapContent(content: Uint8Array): ContentLie {
  checkContent(content);
  return () => content;
}

/** @throws `INVALID_ARGUMENT` */
export function checkContent(content: unknown): asserts content is Uint8Array {
  if (!isBytes(content)) throw new KeysteadError("INVALID_ARGUMENT", "content must be a Uint8Array");
}

function withFlippedBit(bytes: Uint8Array, byte: number, what: string): Bytes {
  const changed = new Uint8Array(bytes);
  const index = byte < 0 ? changed.length + byte : byte;
  if (!(index in changed)) throw new KeysteadError("INVALID_ARGUMENT", `${what} has no byte ${byte}`);
  changed[index] = (changed[index] as number) ^ 1;
  return changed;
}

/** A lie that changes a copy of the list. It changes nothing while the list is too short. */
function edit(seqs: readonly number[], change: (entries: Uint8Array[], ...at: number[]) => unknown): Lie {
  for (const seq of seqs) checkPosition("seq", seq);
  return (entries) => {
    if (seqs.some((seq) => seq > entries.length)) return entries;
    const copy = [...entries];
    change(copy, ...seqs.map((seq) => seq - 1));
    return copy;
  };
}
