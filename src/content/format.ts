// Sealed content as bytes, and what its header says before anything of it is believed. docs/spec.md sections 4 and 12
// (ENC-1 to ENC-4).
//
//   content    = magic ‖ uint32be(length of header) ‖ header ‖ payload [‖ signature, 64 bytes, when the core has a sender]
//   magic      = 4b 53 43 01                                    "KSC", version 1
//   header     = CBOR [core bytes, commitment (32), boxes]      at most 16 MiB
//   core       = CBOR {suite: 1, purpose, recipients: [[log id (32), seq, link hash (32), epoch], …]
//                      [, sender: [log id (32), member id (16), seq, link hash (32)]]}
//                recipients: 1 to 10,000, ascending by log id, none twice; purpose: 1 to 128 bytes of UTF-8
//   boxes      = one box of 1,168 bytes for each recipient, joined, in the core's order
//   box        = HPKE seal to the epoch's KEM key: info = "keystead/v1/content/box" ‖ 00 ‖ core hash, no aad,
//                plaintext = content key (32 random bytes)
//   core hash  = SHA-256("keystead/v1/content/core" ‖ 00 ‖ core bytes)
//   commitment = HKDF(content key, no salt, info = "keystead/v1/content/commitment" ‖ 00 ‖ core hash ‖ associated data)
//   payload key = HKDF(content key, no salt, info = "keystead/v1/content/payload" ‖ 00 ‖ header hash)
//   header hash = SHA-256("keystead/v1/content/header" ‖ 00 ‖ header)
//   payload    = the chunks of payload.ts
//
// A later field is a new key of the core, and a reader that does not know it refuses the content (ENC-2).

import { assertBytes, concat, uint32be } from "../bytes/bytes.js";
import type { LinkHash, LogId, MemberId } from "../bytes/ids.js";
import {
  array,
  bytes,
  bytesUpTo,
  decode,
  encode,
  hexBytes,
  literal,
  mapped,
  optional,
  record,
  text,
  tuple,
  uint,
} from "../bytes/schema.js";
import { utf8Encode } from "../bytes/text.js";
import { KeysteadError } from "../errors.js";
import type { Head } from "../log/state.js";
import { BOX_LENGTH, COMMITMENT_LENGTH } from "./content-key.js";

/** Most recipients of one content (ENC-3). */
export const MAX_RECIPIENTS = 10_000;
const MAX_PURPOSE_BYTES = 128;

const MAX_HEADER_BYTES = 16 * 1024 * 1024;
const MAGIC = /* @__PURE__ */ Uint8Array.of(0x4b, 0x53, 0x43, 0x01);
const PREAMBLE_LENGTH = 8;

/** A log that content is sealed to. */
export interface ContentRecipient {
  /** The head of the recipient's log as the sender knew it. */
  readonly head: Head;
  /** Number of the epoch whose key it is sealed to. */
  readonly epoch: number;
}

/** Who says to have sealed the content; a signature proves it. */
export interface ContentSender {
  readonly member: MemberId;
  /** The head of the sender's own log when it sealed. */
  readonly head: Head;
}

/** What stands in the clear in front of sealed content. */
export interface ContentHeader {
  /** What the content is for, as the sender named it. */
  readonly purpose: string;
  /** Ascending by log id. */
  readonly recipients: readonly ContentRecipient[];
  /** Absent from content that nobody signed. */
  readonly sender?: ContentSender | undefined;
}

/** Content taken apart; nothing about it is verified yet. */
export interface ContentParts {
  readonly header: ContentHeader;
  /** The core's bytes as received: what is hashed (ENC-4). */
  readonly coreBytes: Uint8Array;
  /** The header's bytes as received: what is hashed (ENC-4). */
  readonly headerBytes: Uint8Array;
  readonly commitment: Uint8Array;
  /** The boxes of all recipients, joined. */
  readonly boxes: Uint8Array;
  /** Where what follows the header begins. */
  readonly end: number;
}

const logId = hexBytes<LogId>(32);
const linkHash = hexBytes<LinkHash>(32);
const position = uint({ min: 1 });

const recipient = mapped(
  tuple(logId, position, linkHash, position),
  ([log, seq, hash, epoch]): ContentRecipient => ({ head: { log, seq, hash }, epoch }),
  ({ head, epoch }) => [head.log, head.seq, head.hash, epoch] as const,
);
const sender = mapped(
  tuple(logId, hexBytes<MemberId>(16), position, linkHash),
  ([log, member, seq, hash]): ContentSender => ({ member, head: { log, seq, hash } }),
  ({ member, head }) => [head.log, member, head.seq, head.hash] as const,
);
const core = record({
  suite: literal(1),
  purpose: text(MAX_PURPOSE_BYTES, 1),
  recipients: array(recipient, { min: 1, max: MAX_RECIPIENTS }),
  sender: optional(sender),
});
const header = tuple(
  bytesUpTo(MAX_HEADER_BYTES, 1),
  bytes(COMMITMENT_LENGTH),
  bytesUpTo(MAX_RECIPIENTS * BOX_LENGTH, BOX_LENGTH),
);

/** A purpose that a caller gives. @throws `INVALID_ARGUMENT`, `INVALID_ENCODING` */
export function checkPurpose(purpose: unknown): asserts purpose is string {
  const length = typeof purpose === "string" ? utf8Encode(purpose, "options.purpose").length : 0;
  if (length >= 1 && length <= MAX_PURPOSE_BYTES) return;
  throw new KeysteadError(
    "INVALID_ARGUMENT",
    `options.purpose must be text of 1 to ${MAX_PURPOSE_BYTES} bytes of UTF-8`,
  );
}

/** The core's bytes. */
export function encodeCore(fields: ContentHeader): Uint8Array {
  return encode(core, { suite: 1, ...fields }, "content.core");
}

/** The header's bytes. */
export function encodeHeader(coreBytes: Uint8Array, commitment: Uint8Array, boxes: Uint8Array): Uint8Array {
  return encode(header, [coreBytes, commitment, boxes], "content.header");
}

/** All that comes before the payload. */
export function frameHeader(headerBytes: Uint8Array): Uint8Array {
  return concat(MAGIC, uint32be(headerBytes.length), headerBytes);
}

/**
 * Takes content apart. `content` may come from anywhere and need only reach to the end of the header.
 *
 * @throws `INVALID_ARGUMENT`, `INVALID_ENCODING`, `TOO_LARGE`
 */
export function splitContent(content: Uint8Array): ContentParts {
  assertBytes(content, undefined, "content");
  const headerBytes = findHeader(content);
  const [coreBytes, commitment, boxes] = decode(header, headerBytes, {
    name: "content.header",
    maxBytes: MAX_HEADER_BYTES,
  });
  const { suite: _, ...fields } = decode(core, coreBytes, { name: "content.core", maxBytes: MAX_HEADER_BYTES });
  checkOrder(fields.recipients);
  if (boxes.length !== fields.recipients.length * BOX_LENGTH) {
    throw malformed(`content.header has boxes of ${boxes.length} bytes for ${fields.recipients.length} recipients`);
  }
  const end = PREAMBLE_LENGTH + headerBytes.length;
  return { header: fields, coreBytes, headerBytes, commitment, boxes, end };
}

/**
 * What the header of sealed content says. Anybody can write a header: believe it once `openContent` has accepted the same
 * bytes, not before.
 *
 * @param content sealed content, or as much of its beginning as holds the header.
 * @throws `INVALID_ENCODING` when it is no sealed content, or is cut off inside the header; `TOO_LARGE` (ENC-3) for a
 * header above 16 MiB; `INVALID_ARGUMENT`
 */
export function readContentHeader(content: Uint8Array): ContentHeader {
  return splitContent(content).header;
}

function findHeader(content: Uint8Array): Uint8Array {
  if (content.length < PREAMBLE_LENGTH || MAGIC.some((byte, index) => content[index] !== byte)) {
    throw malformed("content does not begin as version 1 of sealed content does; it is something else, or damaged");
  }
  const length = new DataView(content.buffer, content.byteOffset).getUint32(MAGIC.length);
  if (length > MAX_HEADER_BYTES) {
    throw new KeysteadError(
      "TOO_LARGE",
      `content.header claims ${length} bytes; at most ${MAX_HEADER_BYTES} are allowed`,
      {
        rule: "ENC-3",
        details: { bytes: length, limit: MAX_HEADER_BYTES },
      },
    );
  }
  if (length > content.length - PREAMBLE_LENGTH) throw malformed("content ends inside its header; fetch all of it");
  return content.subarray(PREAMBLE_LENGTH, PREAMBLE_LENGTH + length);
}

/** One order, nobody twice: otherwise one log could be given two boxes, and readers would pick different ones. */
function checkOrder(recipients: readonly ContentRecipient[]): void {
  for (let i = 1; i < recipients.length; i++) {
    const [before, after] = [recipients[i - 1] as ContentRecipient, recipients[i] as ContentRecipient];
    // Ids are lower-case hexadecimal of one length, so text sorts as the bytes do.
    if (before.head.log >= after.head.log)
      throw malformed(`content.core.recipients[${i}] is not in order, or there twice`);
  }
}

function malformed(message: string): KeysteadError {
  return new KeysteadError("INVALID_ENCODING", message, { rule: "ENC-2" });
}
