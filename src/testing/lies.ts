// What a dishonest server can do to the list of entries that it hands out, and to stored content. docs/spec.md section 1.
// Positions are those of links: the first is 1.

import { isBytes } from "../bytes/bytes.js";
import { KeysteadError } from "../errors.js";
import { decodeEntry, encodeEntry } from "../log/entry.js";

/** What a reader is shown instead of the true entries, or of what the lie before made of them. Changes no input. */
export type Lie = (entries: readonly Uint8Array[]) => readonly Uint8Array[];

/** What a reader is shown instead of stored content; undefined for nothing. Changes no input. */
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
  checkPosition(seq);
  return (entries) => entries.slice(0, seq);
}

/** Keeps the newest entries back; recall the lie to deliver them late. */
export function holdBack(count: number): Lie {
  if (!Number.isSafeInteger(count) || count < 1)
    throw new KeysteadError("INVALID_ARGUMENT", "count of entries to hold back must be a whole number from 1");
  return (entries) => entries.slice(0, Math.max(0, entries.length - count));
}

/** Shows an entry twice in a row. */
export function duplicate(seq: number): Lie {
  return edit([seq], (entries, at) => entries.splice(at, 0, entries[at] as Uint8Array));
}

/** Exchanges two entries. */
export function reorder(a: number, b: number): Lie {
  return edit([a, b], (entries, atA, atB) => {
    [entries[atA], entries[atB]] = [entries[atB] as Uint8Array, entries[atA] as Uint8Array];
  });
}

/** Shows other entries altogether: another first link, or another user's log. */
export function present(entries: readonly Uint8Array[]): Lie {
  if (!Array.isArray(entries)) throw new KeysteadError("INVALID_ARGUMENT", "entries must be a list of Uint8Arrays");
  return () => entries;
}

/** Flips a bit of an entry. @param byte counted from its start; from its end when negative */
export function corrupt(seq: number, byte: number): Lie {
  return edit([seq], (entries, at) => {
    entries[at] = withFlippedBit(entries[at] as Uint8Array, byte, `entry ${seq}`);
  });
}

/** Delivers a link without its attachments: grants and names are withheld. */
export function stripAttachments(seq: number): Lie {
  return edit([seq], (entries, at) => {
    entries[at] = encodeEntry(decodeEntry(entries[at] as Uint8Array).link.bytes, []);
  });
}

/** Delivers two links with each other's attachments. */
export function swapAttachments(a: number, b: number): Lie {
  return edit([a, b], (entries, atA, atB) => {
    const [first, second] = [decodeEntry(entries[atA] as Uint8Array), decodeEntry(entries[atB] as Uint8Array)];
    entries[atA] = encodeEntry(first.link.bytes, second.attachments);
    entries[atB] = encodeEntry(second.link.bytes, first.attachments);
  });
}

/** Says that nothing is stored under that name. */
export function loseContent(): ContentLie {
  return () => undefined;
}

/** Flips a bit of content. @param byte counted from its start; from its end when negative */
export function corruptContent(byte: number): ContentLie {
  return (content) => withFlippedBit(content, byte, "the content");
}

/** Shows other content under the name, such as an older version, or what is stored under another. */
export function swapContent(content: Uint8Array): ContentLie {
  checkContent(content);
  return () => content;
}

/** @throws `INVALID_ARGUMENT` */
export function checkContent(content: unknown): asserts content is Uint8Array {
  if (!isBytes(content)) throw new KeysteadError("INVALID_ARGUMENT", "content must be a Uint8Array");
}

function withFlippedBit(bytes: Uint8Array, byte: number, what: string): Uint8Array {
  const changed = bytes.slice();
  const index = byte < 0 ? changed.length + byte : byte;
  if (!(index in changed)) throw new KeysteadError("INVALID_ARGUMENT", `${what} has no byte ${byte}`);
  changed[index] = (changed[index] as number) ^ 1;
  return changed;
}

/** A lie that changes a copy of the list, once it is long enough: until then there is nothing to lie about. */
function edit(seqs: readonly number[], change: (entries: Uint8Array[], ...at: number[]) => unknown): Lie {
  for (const seq of seqs) checkPosition(seq);
  return (entries) => {
    if (seqs.some((seq) => seq > entries.length)) return entries;
    const copy = [...entries];
    change(copy, ...seqs.map((seq) => seq - 1));
    return copy;
  };
}

function checkPosition(seq: unknown): void {
  if (!Number.isSafeInteger(seq) || (seq as number) < 1)
    throw new KeysteadError("INVALID_ARGUMENT", "a position is a whole number from 1");
}
