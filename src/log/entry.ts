// Links and entries as bytes: a link is a signed body, an entry is a link with its attachments.
// docs/spec.md sections 4 and 6 (ENC-3, ENC-4).

import { isMap } from "../arguments/realms.js";
import { assertBytes, type Bytes, equalBytes, isBytes } from "../bytes/bytes.js";
import { type CborValue, decodeCbor, encodeCbor } from "../bytes/cbor.js";
import type { LinkHash } from "../bytes/ids.js";
import { present } from "../bytes/present.js";
import { array, bytes, bytesUpTo, decode, encode, type Infer, optional, record, text, tuple } from "../bytes/schema.js";
import { asId, toHex } from "../bytes/text.js";
import { KeysteadError } from "../errors.js";
import { labelledHash } from "../primitives/hash.js";
import * as LABELS from "../primitives/labels.js";
import { MAX_NAME_BYTES } from "./fields.js";

/** Most bytes of a link (ENC-3). */
export const MAX_LINK_BYTES = 65_536;
/** Most bytes of a link's attachments together (ENC-3). */
export const MAX_ATTACHMENTS_BYTES = 4_194_304;
/** Most attachments of one link: more than 4 MiB of boxes, each with a keyring ciphertext of its own. */
const MAX_ATTACHMENTS = 8192;
/** Most signatures of a link: the author's, an admin's, and one by each of 64 pairs of escrow keys (ESC-11). LOG-4 says which. */
const MAX_SIGNATURES = 66;
/** Most bytes of an entry: link and attachments, and room for the framing around them. */
export const MAX_ENTRY_BYTES = MAX_LINK_BYTES + MAX_ATTACHMENTS_BYTES + 5 * MAX_ATTACHMENTS + 16;

const signatureList = array(tuple(bytes(32), bytes(64)), { min: 1, max: MAX_SIGNATURES });
const signedLink = tuple(bytesUpTo(MAX_LINK_BYTES, 1), signatureList);
// Link and attachments have their own limits below, so a part that is too large gets that error, and not one for its form.
const entry = tuple(bytesUpTo(MAX_ENTRY_BYTES, 1), array(bytesUpTo(MAX_ENTRY_BYTES, 1), { max: MAX_ATTACHMENTS }));

/** A signature with the public key that made it. */
export interface LinkSignature {
  readonly key: Uint8Array;
  readonly signature: Uint8Array;
}

/**
 * A link taken apart; nothing about it is verified yet. Only the part of its shape that is needed to find the body was judged:
 * the rest may look different in a link of a later version (LOG-1).
 */
export interface UnverifiedLink {
  /** The link's bytes as received: what is hashed (ENC-4). */
  readonly bytes: Bytes;
  /** The body's bytes as received: what is signed (ENC-4). */
  readonly body: Uint8Array;
  /** The hash of the link. */
  readonly hash: LinkHash;
  /** Takes the digest that the platform computed of the link, if it did, in place of one by this thread. */
  hashIs(digest: Uint8Array | undefined): void;
  /** The body's fields, not judged by any type. @throws `INVALID_ENCODING` (ENC-1, ENC-2), `TOO_LARGE` (ENC-3) */
  readonly fields: ReadonlyMap<string, CborValue>;
  /** The first use judges the link's own shape. @throws `INVALID_ENCODING` (ENC-2) */
  readonly signatures: readonly LinkSignature[];
}

/** An entry taken apart; nothing about it is verified yet. */
export interface UnverifiedEntry {
  readonly link: UnverifiedLink;
  readonly attachments: readonly Uint8Array[];
}

/** Hash of a link: SHA-256 over label, zero byte, link bytes. */
export function linkHash(link: Uint8Array): LinkHash {
  return asId(toHex(labelledHash(LABELS.linkHash, link)));
}

/** The digest by which a link commits to an attachment: SHA-256 over label, zero byte, attachment. 32 bytes. */
export function attachmentDigest(attachment: Uint8Array): Bytes {
  return labelledHash(LABELS.attachment, attachment);
}

/** Puts body and signatures together. @throws `TOO_LARGE` beyond 64 KiB (ENC-3). */
export function encodeLink(body: Uint8Array, signatures: readonly LinkSignature[]): Bytes {
  const link = encodeCbor([body, signatures.map(({ key, signature }) => [key, signature])]);
  if (link.length > MAX_LINK_BYTES) {
    throw new KeysteadError(
      "TOO_LARGE",
      `the link takes ${link.length} bytes, at most ${MAX_LINK_BYTES} fit; name fewer members in one link`,
      { rule: "ENC-3", details: { bytes: link.length, limit: MAX_LINK_BYTES } },
    );
  }
  return link;
}

/** Takes a link apart as far as its body. @throws `TOO_LARGE`, `INVALID_ENCODING` */
export function decodeLink(link: Uint8Array): UnverifiedLink {
  assertBytes(link, undefined, "link");
  // What is too large is refused without being copied (ENC-3).
  return takeLink(link.length > MAX_LINK_BYTES ? (link as Bytes) : new Uint8Array(link));
}

/** Takes a link apart. No other code may hold its bytes: everything read from it shares their memory. */
function takeLink(link: Bytes): UnverifiedLink {
  const value = decodeCbor(link, { name: "link", maxBytes: MAX_LINK_BYTES, shared: true });
  const [body] = Array.isArray(value) ? value : [];
  if (!isBytes(body) || body.length === 0) {
    throw new KeysteadError("INVALID_ENCODING", "link must be an array whose first item is the body, a byte string", {
      rule: "ENC-2",
      details: { name: "link" },
    });
  }
  // Each is computed once, at its first use: first the position of a link is read, then the link is judged, then recorded.
  let hash: LinkHash | undefined;
  let fields: ReadonlyMap<string, CborValue> | undefined;
  let signatures: readonly LinkSignature[] | undefined;
  return {
    bytes: link,
    body,
    get hash() {
      hash ??= linkHash(link);
      return hash;
    },
    hashIs(digest) {
      if (digest) hash = asId(toHex(digest));
    },
    get fields() {
      fields ??= readFields(body);
      return fields;
    },
    get signatures() {
      signatures ??= signedLink.read(value, "link")[1].map(([key, signature]) => ({ key, signature }));
      return signatures;
    },
  };
}

function readFields(body: Uint8Array): ReadonlyMap<string, CborValue> {
  const value = decodeCbor(body, { name: "link.body", maxBytes: MAX_LINK_BYTES, shared: true });
  if (isMap(value)) return value as ReadonlyMap<string, CborValue>;
  throw new KeysteadError("INVALID_ENCODING", "link.body must be a map", {
    rule: "ENC-2",
    details: { name: "link.body" },
  });
}

/** Puts a link and its attachments together, as they are stored and sent. @throws `TOO_LARGE` (ENC-3) */
export function encodeEntry(link: Uint8Array, attachments: readonly Uint8Array[]): Bytes {
  checkAttachmentSize(attachments);
  return encode<readonly [Uint8Array, readonly Uint8Array[]]>(entry, [link, [...attachments]], "entry");
}

/** Takes an entry apart, its link as far as the body. @throws `TOO_LARGE`, `INVALID_ENCODING` */
export function decodeEntry(bytes: Uint8Array): UnverifiedEntry {
  const [link, attachments] = decode(entry, bytes, { name: "entry", maxBytes: MAX_ENTRY_BYTES });
  checkAttachmentSize(attachments);
  return { link: takeLink(link), attachments };
}

function checkAttachmentSize(attachments: readonly Uint8Array[]): void {
  const size = attachments.reduce((sum, attachment) => sum + attachment.length, 0);
  if (size > MAX_ATTACHMENTS_BYTES) {
    throw new KeysteadError(
      "TOO_LARGE",
      `the attachments take ${size} bytes, at most ${MAX_ATTACHMENTS_BYTES} are allowed`,
      { rule: "ENC-3", details: { bytes: size, limit: MAX_ATTACHMENTS_BYTES } },
    );
  }
}

/** For each attachment that a link commits to, the bytes that were delivered; undefined if it was withheld. */
export type Delivered = readonly (Uint8Array | undefined)[];

/**
 * Finds, for each digest that a link commits to, the attachment that was delivered for it. Attachments may be withheld
 * (the server's availability), but they come in the order of the digests and nothing else comes with them.
 *
 * @returns for each digest its attachment, or undefined where none was delivered.
 * @throws `INVALID_ENCODING` (ENC-2) for an attachment that the link does not commit to.
 */
export function matchAttachments(digests: readonly Uint8Array[], attachments: readonly Uint8Array[]): Delivered {
  const matched = new Array<Uint8Array | undefined>(digests.length).fill(undefined);
  let slot = 0;
  for (const [index, attachment] of attachments.entries()) {
    const digest = attachmentDigest(attachment);
    while (slot < digests.length && !equalBytes(present(digests[slot]), digest)) slot++;
    if (slot === digests.length) {
      throw new KeysteadError(
        "INVALID_ENCODING",
        `entry.attachments[${index}] is not one that the link commits to, or out of order`,
        {
          rule: "ENC-2",
          details: { field: `entry.attachments[${index}]` },
        },
      );
    }
    matched[slot++] = attachment;
  }
  return matched;
}

/** The description that a device gives people of itself: its name, and optionally its platform and details. */
export interface NameOpening {
  /** 16 random bytes, so that the commitment does not reveal the name. */
  readonly salt: Uint8Array;
  readonly name: string;
  readonly platform?: string | undefined;
  readonly details?: string | undefined;
}

const nameOpening = record({
  salt: bytes(16),
  name: text(MAX_NAME_BYTES, 1),
  platform: optional(text(MAX_NAME_BYTES)),
  details: optional(text(MAX_NAME_BYTES)),
});

/** A name opening as an attachment. @throws `INVALID_ENCODING` when a text is too long. */
export function encodeNameOpening(opening: NameOpening, path = "name"): Bytes {
  return encode(nameOpening, opening, path);
}

/** Reads a name opening. @throws `INVALID_ENCODING` */
export function decodeNameOpening(bytes: Uint8Array): Infer<typeof nameOpening> {
  return decode(nameOpening, bytes, { name: "name", maxBytes: 1024 });
}
