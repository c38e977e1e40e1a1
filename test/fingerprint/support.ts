// Shared by the tests of section 10: heads at random, and what is no fingerprint.

import fc from "fast-check";
import type { LinkHash, LogId, MemberId } from "../../src/bytes/ids.js";
import { KeysteadError } from "../../src/errors.js";
import { compareFingerprint } from "../../src/fingerprint/compare.js";
import { fingerprintOf, formatFingerprint } from "../../src/fingerprint/fingerprint.js";
import type { FingerprintForm } from "../../src/fingerprint/forms.js";
import { type ParsedFingerprint, parseFingerprint } from "../../src/fingerprint/parse.js";
import { fingerprintWords, parseFingerprintWords } from "../../src/fingerprint/words.js";
import type { Head, LogState } from "../../src/log/state.js";

/** The forms of the core, and words. */
export type AnyForm = FingerprintForm | "words";
export const ALL_FORMS: readonly AnyForm[] = ["digits", "hex", "words", "qr"];

/** The fingerprint of a log or head in any form. */
export function written(of: Head | LogState, form: AnyForm, member?: MemberId): string {
  const fingerprint = fingerprintOf(of, member);
  return form === "words" ? fingerprintWords(fingerprint) : formatFingerprint(fingerprint, form);
}

/** Reads any form as an app does that takes them all: the core says when a text looks like words. */
export function readAny(text: string): ParsedFingerprint {
  try {
    return parseFingerprint(text);
  } catch (error) {
    if (error instanceof KeysteadError && error.details["form"] === "words") return parseFingerprintWords(text);
    throw error;
  }
}

/** Compares as such an app does. */
export const compareAny = ((log: LogState, given: string | ParsedFingerprint, member: MemberId) =>
  compareFingerprint(log, typeof given === "string" ? readAny(given) : given, member)) as typeof compareFingerprint;

const hash = fc.stringMatching(/^[0-9a-f]{64}$/);

/** Any head: log id, seq, hash. */
export const heads: fc.Arbitrary<Head> = fc.record({
  log: hash.map((hex) => hex as LogId),
  seq: fc.oneof(
    fc.integer({ min: 1, max: 300 }),
    fc.maxSafeInteger().map((n) => Math.max(1, Math.abs(n))),
  ),
  hash: hash.map((hex) => hex as LinkHash),
});

/** What a plain JavaScript caller may pass by mistake, none of it any good. */
export const JUNK: readonly unknown[] = [undefined, null, Number.NaN, 7, 7n, true, "", [], {}, Symbol("x"), () => 1];

/** The list with another item at one place. */
export function swap(list: readonly string[], index: number, item: string): readonly string[] {
  return list.map((old, i) => (i === index ? item : old));
}
