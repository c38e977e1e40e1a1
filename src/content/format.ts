// The byte format of sealed content, and its header, which is not authenticated before opening. docs/spec.md sections 4 and 12
// (ENC-1 to ENC-4).
//
//   content    = magic ‖ uint32be(length of header) ‖ header ‖ payload [‖ signature, 64 bytes, when the core has a sender]
//   magic      = 4b 53 43 01                                    "KSC", version 1
//   header     = CBOR [core bytes, commitment (32), boxes]      at most 16 MiB
//   core       = CBOR {suite: 1, purpose, recipients
//                      [, sender: [log id (32), member id (16), seq, link hash (32)]] [, padding: "padme"]}
//                purpose: 1 to 128 bytes of UTF-8
//   recipients = 1 to 10,000 entries of 80 bytes, joined, ascending by log id, none twice: see recipient-list.ts
//   boxes      = one box of 1,168 bytes for each recipient, joined, in the core's order
//   box        = HPKE seal to the epoch's KEM key: info = "keystead/v1/content/box" ‖ 00 ‖ core hash, no aad,
//                plaintext = content key (32 random bytes)
//   core hash  = SHA-256("keystead/v1/content/core" ‖ 00 ‖ core bytes)
//   commitment = HKDF(content key, no salt, info = "keystead/v1/content/commitment" ‖ 00 ‖ core hash ‖ associated data)
//   payload key = HKDF(content key, no salt, info = "keystead/v1/content/payload" ‖ 00 ‖ header hash)
//   header hash = SHA-256("keystead/v1/content/header" ‖ 00 ‖ header)
//   payload    = the chunks of payload.ts
//   signature  = the sender's, over the transcript of signature.ts
//
// A later version adds a new key to the core. A reader that does not know the key refuses the content (ENC-2).

import { assertBytes, type Bytes, concat, uint32be } from "../bytes/bytes.js";
import type { LinkHash, LogId, MemberId } from "../bytes/ids.js";
import {
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
import {
  type ContentRecipient,
  checkRecipientList,
  MAX_RECIPIENTS,
  packRecipients,
  RECIPIENT_LENGTH,
  unpackRecipients,
} from "./recipient-list.js";

const MAX_PURPOSE_BYTES = 128;

const MAX_HEADER_BYTES = 16 * 1024 * 1024;
const MAGIC = /* @__PURE__ */ Uint8Array.of(0x4b, 0x53, 0x43, 0x01);
/** Bytes in front of the header. */
export const PREAMBLE_LENGTH = 8;

/** The claimed sender of the content. Only a signature proves it. */
export interface ContentSender {
  readonly member: MemberId;
  /** The head of the sender's own log when it sealed. */
  readonly head: Head;
}

/** The cleartext header of sealed content. */
export interface ContentHeader {
  /** The purpose of the content, as the sender named it. */
  readonly purpose: string;
  /** Ascending by log id. */
  readonly recipients: readonly ContentRecipient[];
  /** Absent from content that is not signed. */
  readonly sender?: ContentSender | undefined;
  /** Absent from content that is not padded: anybody can then compute its exact length. */
  readonly padding?: "padme" | undefined;
}

/** A core as received. Recipients stay packed: there may be 10,000, and a reader looks for one. */
export interface ContentCore extends Omit<ContentHeader, "recipients"> {
  readonly recipients: Uint8Array;
}

/** A parsed header. Nothing about it is verified yet. */
export interface HeaderParts {
  readonly core: ContentCore;
  /** The core's bytes as received. These are hashed (ENC-4). */
  readonly coreBytes: Uint8Array;
  /** The header's bytes as received. These are hashed (ENC-4). */
  readonly headerBytes: Uint8Array;
  readonly commitment: Uint8Array;
  /** The boxes of all recipients, joined. */
  readonly boxes: Uint8Array;
}

const sender = mapped(
  tuple(hexBytes<LogId>(32), hexBytes<MemberId>(16), uint({ min: 1 }), hexBytes<LinkHash>(32)),
  ([log, member, seq, hash]): ContentSender => ({ member, head: { log, seq, hash } }),
  ({ member, head }) => [head.log, member, head.seq, head.hash] as const,
);
const core = record({
  suite: literal(1),
  purpose: text(MAX_PURPOSE_BYTES, 1),
  recipients: bytesUpTo(MAX_RECIPIENTS * RECIPIENT_LENGTH, RECIPIENT_LENGTH),
  sender: optional(sender),
  padding: optional(literal("padme")),
});
const header = tuple(
  bytesUpTo(MAX_HEADER_BYTES, 1),
  bytes(COMMITMENT_LENGTH),
  bytesUpTo(MAX_RECIPIENTS * BOX_LENGTH, BOX_LENGTH),
);

/** Checks the purpose that a caller gives. @throws `INVALID_ARGUMENT`, `INVALID_ENCODING` */
export function checkPurpose(purpose: unknown): asserts purpose is string {
  const length = typeof purpose === "string" ? utf8Encode(purpose, "options.purpose").length : 0;
  if (length >= 1 && length <= MAX_PURPOSE_BYTES) return;
  throw new KeysteadError(
    "INVALID_ARGUMENT",
    `options.purpose must be text of 1 to ${MAX_PURPOSE_BYTES} bytes of UTF-8`,
  );
}

/** The core's bytes. */
export function encodeCore({ recipients, ...fields }: ContentHeader): Bytes {
  return encode(core, { suite: 1, ...fields, recipients: packRecipients(recipients) }, "content.core");
}

/** The header's bytes. */
export function encodeHeader(coreBytes: Uint8Array, commitment: Uint8Array, boxes: Uint8Array): Bytes {
  return encode<readonly [Uint8Array, Uint8Array, Uint8Array]>(
    header,
    [coreBytes, commitment, boxes],
    "content.header",
  );
}

/** Everything before the payload. */
export function frameHeader(headerBytes: Uint8Array): Bytes {
  return concat(MAGIC, uint32be(headerBytes.length), headerBytes);
}

/**
 * The length of the header that follows, from the first {@link PREAMBLE_LENGTH} bytes of content.
 *
 * @throws `INVALID_ENCODING`, `TOO_LARGE`
 */
export function headerLength(preamble: Uint8Array): number {
  if (preamble.length < PREAMBLE_LENGTH || MAGIC.some((byte, index) => preamble[index] !== byte)) {
    throw malformed("content does not begin as version 1 of sealed content does; it is something else, or damaged");
  }
  const length = new DataView(preamble.buffer, preamble.byteOffset).getUint32(MAGIC.length);
  if (length > MAX_HEADER_BYTES) {
    throw new KeysteadError(
      "TOO_LARGE",
      `content.header claims ${length} bytes; at most ${MAX_HEADER_BYTES} are allowed`,
      { rule: "ENC-3", details: { bytes: length, limit: MAX_HEADER_BYTES } },
    );
  }
  return length;
}

/** Parses a header that claims `length` bytes. @throws `INVALID_ENCODING`, `TOO_LARGE` */
export function splitHeader(headerBytes: Uint8Array, length: number): HeaderParts {
  if (headerBytes.length < length) throw malformed("content ends inside its header; fetch all of it");
  const options = { maxBytes: MAX_HEADER_BYTES };
  const [coreBytes, commitment, boxes] = decode(header, headerBytes, { name: "content.header", ...options });
  const { suite: _, ...fields } = decode(core, coreBytes, { name: "content.core", ...options });
  const count = checkRecipientList(fields.recipients);
  if (boxes.length !== count * BOX_LENGTH) {
    throw malformed(`content.header has boxes of ${boxes.length} bytes for ${count} recipients`);
  }
  return { core: fields, coreBytes, headerBytes, commitment, boxes };
}

/**
 * Parses content up to the end of its header. `content` may come from anywhere, and may end there.
 *
 * @returns the header, and in `end` the offset of the payload.
 * @throws `INVALID_ARGUMENT`, `INVALID_ENCODING`, `TOO_LARGE`
 */
export function splitContent(content: Uint8Array): HeaderParts & { readonly end: number } {
  assertBytes(content, undefined, "content");
  const length = headerLength(content);
  const end = PREAMBLE_LENGTH + length;
  return { ...splitHeader(content.subarray(PREAMBLE_LENGTH, end), length), end };
}

/**
 * Reads the header of sealed content. Anybody can write a header: do not believe it before the same bytes have been opened.
 *
 * @param content sealed content, or a part of its beginning that contains the whole header.
 * @throws `INVALID_ENCODING` when it is not sealed content, or is cut off inside the header; `TOO_LARGE` (ENC-3) for a header
 * above 16 MiB; `INVALID_ARGUMENT`
 */
export function readContentHeader(content: Uint8Array): ContentHeader {
  return headerOf(splitContent(content).core);
}

/** The core in the form that applications see. */
export function headerOf({ recipients, ...fields }: ContentCore): ContentHeader {
  return { ...fields, recipients: unpackRecipients(recipients) };
}

function malformed(message: string): KeysteadError {
  return new KeysteadError("INVALID_ENCODING", message, { rule: "ENC-2" });
}
