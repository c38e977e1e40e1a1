// A fingerprint as 19 words, for reading aloud. In a file apart from the other forms, since the list of words adds 6 kB to a
// download. docs/spec.md section 10.

import { wordlist } from "@scure/bip39/wordlists/english.js";
import { FINGERPRINT, wrongInstance } from "../arguments/instances.js";
import { Fingerprint } from "./fingerprint.js";
import { WORD_BITS, WORDS, WORDS_HEX_DIGITS, wordBits } from "./forms.js";
import { notUnderstood, type ParsedFingerprint, splitFingerprint, wrongLength } from "./parse.js";

const INDICES: ReadonlyMap<string, number> = /* @__PURE__ */ new Map(wordlist.map((word, index) => [word, index]));

/**
 * A fingerprint as 19 words of the list of BIP-39 (English), from its top 209 bits. **Not** a wallet's secret phrase: those have
 * 12 to 24 words in steps of three, never 19, and this is public. Say so where it is shown.
 *
 * @throws `INVALID_ARGUMENT`
 */
export function fingerprintWords(fingerprint: Fingerprint): string {
  if (!Fingerprint.is(fingerprint)) throw wrongInstance("fingerprint", FINGERPRINT, fingerprint);
  const bits = BigInt(`0x${wordBits(fingerprint)}`)
    .toString(2)
    .padStart(WORDS * WORD_BITS, "0");
  const indexAt = (i: number) => Number.parseInt(bits.slice(WORD_BITS * i, WORD_BITS * (i + 1)), 2);
  return Array.from({ length: WORDS }, (_, i) => wordlist[indexAt(i)]).join(" ");
}

/**
 * Reads a fingerprint that was written as words. Spacing, line breaks, punctuation and case are free; the words are exact, and
 * all 19 are there. Pass the result to `compareFingerprint`.
 *
 * @throws `FINGERPRINT_INVALID` saying which words are not in the list, or how many there are; a part of a fingerprint is never
 * accepted. `INVALID_ARGUMENT` for what is not a string.
 */
export function parseFingerprintWords(text: unknown): ParsedFingerprint {
  const { groups: words } = splitFingerprint(text);
  if (!words.every((word) => INDICES.has(word))) {
    throw notUnderstood(words, { test: (word) => INDICES.has(word) }, "not in the list of words");
  }
  if (words.length !== WORDS) throw wrongLength(words.length, "words", WORDS);
  const number = words.reduce((bits, word) => (bits << BigInt(WORD_BITS)) | BigInt(INDICES.get(word) as number), 0n);
  return { form: "words", text: words.join(" "), bits: number.toString(16).padStart(WORDS_HEX_DIGITS, "0") };
}
