// The recipients in a content's core. They are packed, so that a reader finds its own among 10,000 without decoding the others.
// docs/spec.md section 12 (ENC-2, ENC-3).
//
//   entry = log id (32) ‖ seq, 8 bytes ‖ link hash (32) ‖ epoch, 8 bytes; numbers from 1 to 2^53 - 1, big-endian

import { type Bytes, concat, uint64be } from "../bytes/bytes.js";
import type { LinkHash, LogId } from "../bytes/ids.js";
import { asId, fromHex, toHex } from "../bytes/text.js";
import { KeysteadError } from "../errors.js";
import type { Head } from "../log/state.js";

/** Most recipients of one content (ENC-3). */
export const MAX_RECIPIENTS = 10_000;
/** Bytes of one entry. */
export const RECIPIENT_LENGTH = 80;

const ID_LENGTH = 32;
const SEQ = 32;
const HASH = 40;
const EPOCH = 72;

/** A log that content is sealed to. */
export interface ContentRecipient {
  /** The head of the recipient's log as the sender knew it. */
  readonly head: Head;
  /** Number of the epoch to whose key the content is sealed. */
  readonly epoch: number;
}

/** The entries of recipients that are in order. */
export function packRecipients(recipients: readonly ContentRecipient[]): Bytes {
  const id = (hex: string) => fromHex(hex, { name: "recipient", length: ID_LENGTH });
  return concat(
    ...recipients.flatMap(({ head, epoch }) => [id(head.log), uint64be(head.seq), id(head.hash), uint64be(epoch)]),
  );
}

/** All recipients of a checked list. */
export function unpackRecipients(list: Uint8Array): readonly ContentRecipient[] {
  return Array.from({ length: list.length / RECIPIENT_LENGTH }, (_, index) => recipientAt(list, index));
}

/** One recipient of a checked list. */
export function recipientAt(list: Uint8Array, index: number): ContentRecipient {
  const entry = list.subarray(index * RECIPIENT_LENGTH, (index + 1) * RECIPIENT_LENGTH);
  const log = asId<LogId>(toHex(entry.subarray(0, SEQ)));
  const hash = asId<LinkHash>(toHex(entry.subarray(HASH, EPOCH)));
  return { head: { log, seq: numberAt(entry, SEQ), hash }, epoch: numberAt(entry, EPOCH) };
}

/** The index of a log in a checked list; -1 when it is not there. */
export function findRecipient(list: Uint8Array, log: LogId): number {
  const wanted = fromHex(log, { name: "log id", length: ID_LENGTH });
  let [low, high] = [0, list.length / RECIPIENT_LENGTH];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const order = compareIds(list, middle * RECIPIENT_LENGTH, wanted, 0);
    if (order === 0) return middle;
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return -1;
}

/**
 * Checks every entry: if one reader accepts a list that another refuses, they disagree on the content. @returns the number of
 * entries
 */
export function checkRecipientList(list: Uint8Array): number {
  const count = list.length / RECIPIENT_LENGTH;
  if (!Number.isInteger(count)) throw malformed(`content.core.recipients has ${list.length} bytes, not entries of 80`);
  for (let index = 0; index < count; index++) {
    const at = index * RECIPIENT_LENGTH;
    for (const field of [SEQ, EPOCH]) {
      const number = numberAt(list, at + field);
      if (number < 1 || number > Number.MAX_SAFE_INTEGER) {
        throw malformed(`content.core.recipients[${index}] has a position that is not from 1 to 2^53 - 1`);
      }
    }
    // One order, and no log twice. Otherwise one log could have two boxes, and readers would pick different ones.
    if (index > 0 && compareIds(list, at - RECIPIENT_LENGTH, list, at) >= 0)
      throw malformed(`content.core.recipients[${index}] is not in order, or there twice`);
  }
  return count;
}

/** Numbers above 2^53 - 1 are not exact here; the caller refuses them. */
function numberAt(bytes: Uint8Array, at: number): number {
  let number = 0;
  for (let i = at; i < at + 8; i++) number = number * 256 + (bytes[i] as number);
  return number;
}

function compareIds(a: Uint8Array, aAt: number, b: Uint8Array, bAt: number): number {
  for (let i = 0; i < ID_LENGTH; i++) {
    const difference = (a[aAt + i] as number) - (b[bAt + i] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}

function malformed(message: string): KeysteadError {
  return new KeysteadError("INVALID_ENCODING", message, {
    rule: "ENC-2",
    details: { name: "content.core.recipients" },
  });
}
