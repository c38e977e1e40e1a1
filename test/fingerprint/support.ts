// Shared by the tests of section 10: heads at random, and what is no fingerprint.

import fc from "fast-check";
import type { LinkHash, LogId } from "../../src/bytes/ids.js";
import type { FingerprintForm } from "../../src/fingerprint/forms.js";
import type { Head } from "../../src/log/state.js";

export const ALL_FORMS: readonly FingerprintForm[] = ["digits", "hex", "words", "qr"];

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
