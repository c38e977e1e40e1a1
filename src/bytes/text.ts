// Text forms of bytes: hexadecimal, ids and UTF-8. Each has one strict encoder and one strict parser, so that no two texts mean
// the same bytes. Implements docs/spec.md section 4 (text forms).

import { KeysteadError } from "../errors.js";
import { assertBytes, type Bytes } from "./bytes.js";
import type { LinkHash, LogId, MemberId } from "./ids.js";

const NOT_LOWER_HEX = /[^0-9a-f]/;
const UNPAIRED_SURROGATE = /\p{Surrogate}/u;

const encoder = new TextEncoder();
const HEX_DIGITS = /* @__PURE__ */ encoder.encode("0123456789abcdef");
// ignoreBOM keeps a leading U+FEFF in the text. Without it two byte strings would decode to one text, and re-encoding
// would not give back the bytes that were signed.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** `bytes` as lower-case hexadecimal, two digits a byte. */
export function toHex(bytes: Uint8Array): string {
  assertBytes(bytes, undefined, "bytes");
  const digits = new Uint8Array(2 * bytes.length);
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    digits[2 * i] = HEX_DIGITS[byte >> 4] as number;
    digits[2 * i + 1] = HEX_DIGITS[byte & 15] as number;
  }
  // Built in one piece: most engines store a string that grows by two characters at a time as a chain, which every use must walk.
  return decoder.decode(digits);
}

/**
 * The bytes of lower-case hexadecimal text; of exactly `length` bytes, if given.
 *
 * @throws KeysteadError `INVALID_ARGUMENT` if `text` is not a string; `INVALID_ENCODING` if it is not lower-case digits, two for
 * each byte, or has another length. The error does not repeat the text, which may be secret.
 */
export function fromHex(
  text: unknown,
  options: { readonly name: string; readonly length?: number | undefined },
): Bytes {
  checkHex(text, options.name, options.length);
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = (hexDigit(text, 2 * i) << 4) | hexDigit(text, 2 * i + 1);
  return bytes;
}

/** Hexadecimal text as an id: of bytes that the library computed, or of text that it has checked. */
export function asId<Id extends string>(hex: string): Id {
  return hex as Id;
}

/** The id of the log that a first link opens: its hash. */
export function logIdOf(first: LinkHash): LogId {
  return asId(first);
}

/** A log id from untrusted text. Throws as `fromHex` does. */
export function parseLogId(text: unknown): LogId {
  checkHex(text, "log id", 32);
  return asId(text);
}

/** A member id from untrusted text. Throws as `fromHex` does. */
export function parseMemberId(text: unknown): MemberId {
  checkHex(text, "member id", 16);
  return asId(text);
}

/** A link hash from untrusted text. Throws as `fromHex` does. */
export function parseLinkHash(text: unknown): LinkHash {
  checkHex(text, "link hash", 32);
  return asId(text);
}

/**
 * `text` as UTF-8.
 *
 * @throws KeysteadError `INVALID_ARGUMENT` if `text` is not a string; `INVALID_ENCODING` if it has an unpaired surrogate:
 * the platform's encoder would write U+FFFD for it, and different texts would sign the same bytes.
 */
export function utf8Encode(text: string, name = "text"): Bytes {
  if (typeof text !== "string") {
    throw new KeysteadError("INVALID_ARGUMENT", `${name} must be a string`, { details: { name } });
  }
  return encodeShortAscii(text) ?? encodeWellFormed(text, name);
}

/**
 * Decodes UTF-8 bytes. Keeps a leading byte order mark.
 *
 * @throws KeysteadError `INVALID_ARGUMENT` if `bytes` are no Uint8Array; `INVALID_ENCODING` if they are not UTF-8.
 */
export function utf8Decode(bytes: Uint8Array, name = "text"): string {
  assertBytes(bytes, undefined, name);
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new KeysteadError("INVALID_ENCODING", `${name} is not valid UTF-8`, {
      rule: "ENC-1",
      details: { name },
      cause,
    });
  }
}

/** Negative, zero or positive if `a` sorts before, equals or sorts after `b`, bytewise. Not constant time: public data only. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

function checkHex(text: unknown, name: string, length: number | undefined): asserts text is string {
  if (typeof text !== "string") {
    throw new KeysteadError("INVALID_ARGUMENT", `${name} must be a string of hexadecimal digits`, {
      details: { name },
    });
  }
  // The length is checked first, so that a huge text costs nothing.
  if (length !== undefined && text.length !== 2 * length) {
    const message = `${name} must have ${2 * length} hexadecimal digits, not ${text.length}`;
    const details = { name, expected: 2 * length, actual: text.length };
    throw new KeysteadError("INVALID_ENCODING", message, { rule: "ENC-2", details });
  }
  if (text.length % 2 !== 0 || NOT_LOWER_HEX.test(text)) {
    throw new KeysteadError("INVALID_ENCODING", `${name} must be lower-case hexadecimal digits, two for each byte`, {
      rule: "ENC-2",
      details: { name },
    });
  }
}

/** The value of one digit of text that {@link checkHex} accepted. */
function hexDigit(text: string, index: number): number {
  const code = text.charCodeAt(index);
  return code < 0x61 ? code - 0x30 : code - 0x61 + 10;
}

/** For short text such as field names: the platform's encoder has a high fixed cost. */
function encodeShortAscii(text: string): Bytes | undefined {
  if (text.length > 32) return undefined;
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0x80) return undefined;
    bytes[i] = code;
  }
  return bytes;
}

function encodeWellFormed(text: string, name: string): Bytes {
  if (UNPAIRED_SURROGATE.test(text)) {
    throw new KeysteadError("INVALID_ENCODING", `${name} has an unpaired surrogate, so it has no UTF-8 form`, {
      rule: "ENC-1",
      details: { name },
    });
  }
  return encoder.encode(text);
}
