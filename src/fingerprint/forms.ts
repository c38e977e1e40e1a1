// The written forms of a fingerprint: digits, hexadecimal and the payload of a QR code. parse.ts reads them. Words have a file of
// their own, words.ts, so that only apps that show them carry the list. docs/spec.md section 10.

import type { MemberId } from "../bytes/ids.js";
import type { Head } from "../log/state.js";

/** How a fingerprint is written. `keystead/words` has a fourth form, 19 words to read aloud. */
export type FingerprintForm = "digits" | "hex" | "qr";

// A server can grind both sides of a comparison, so strength is half the bits shown; at least 199 are (section 10).
/** Decimal digits: log2(10^60) is 199.3 bits. */
export const DIGITS = 60;
/** Hexadecimal digits: all 256 bits. */
export const HEX_DIGITS = 64;
/** Words of 11 bits: 209 bits, since 18 words would have 198. No wallet's secret phrase has 19 words. */
export const WORDS = 19;
/** Bits that one word stands for. */
export const WORD_BITS = 11;
/** Hexadecimal digits of the number that all words stand for. */
export const WORDS_HEX_DIGITS = Math.ceil((WORDS * WORD_BITS) / 4);
/** What the payload of a QR code starts with: format and version. */
export const QR_PREFIX = "KEYSTEAD-FP:1:";

/**
 * The content of every form: a head, the device if the fingerprint names one, and the fingerprint as 64 lower-case hexadecimal
 * digits.
 */
export interface Writable {
  readonly head: Pick<Head, "log" | "seq">;
  readonly member: MemberId | undefined;
  readonly hex: string;
}

/** One writer for each form. */
export const FORMS: Readonly<Record<FingerprintForm, (fingerprint: Writable) => string>> = {
  digits: ({ hex }) => groupDigits((BigInt(`0x${hex}`) % 10n ** BigInt(DIGITS)).toString().padStart(DIGITS, "0")),
  hex: ({ hex }) => groupHex(hex),
  qr: ({ head, member, hex }) => qrPayload({ ...head, member }, hex),
};

/** 60 digits in 12 groups of five. */
export function groupDigits(digits: string): string {
  return inGroups(digits, 5);
}

/** 64 hexadecimal digits in 16 groups of four: a length that people read at one glance. */
export function groupHex(hex: string): string {
  return inGroups(hex, 4);
}

/** What the words of a fingerprint stand for: its top 209 bits as a number, in 53 hexadecimal digits. */
export function wordBits({ hex }: Pick<Writable, "hex">): string {
  return (BigInt(`0x${hex}`) >> BigInt(256 - WORDS * WORD_BITS)).toString(16).padStart(WORDS_HEX_DIGITS, "0");
}

/** Upper case throughout: the alphanumeric mode of QR codes (ISO/IEC 18004) has no other, and makes a smaller code. */
export function qrPayload(
  { log, seq, member }: Pick<Head, "log" | "seq"> & Pick<Writable, "member">,
  hex: string,
): string {
  return `${QR_PREFIX}${log}:${seq}:${member === undefined ? "" : `${member}:`}${hex}`.toUpperCase();
}

function inGroups(text: string, size: number): string {
  return (text.match(new RegExp(`.{${size}}`, "g")) ?? []).join(" ");
}
