// Texts that are no fingerprint: docs/spec.md section 10.

import { type AnyForm, written } from "../../../test/fingerprint/support.js";
import type { FingerprintVector, VectorFile } from "../format.js";
import { joined } from "../worlds.js";

const form = (name: AnyForm) => written(joined.log, name);
const [digits, hex, words, qr] = [form("digits"), form("hex"), form("words"), form("qr")];

const ATTACKS: readonly (readonly [name: string, description: string, bad: string, good: string])[] = [
  ["one_digit_short", "The digits without their last.", digits.slice(0, -1), digits],
  ["one_digit_more", "The digits and one more.", `${digits}0`, digits],
  ["first_group_only", "The first group of digits: a prefix proves little.", digits.slice(0, 5), digits],
  ["one_hex_digit_short", "The hexadecimal digits without their last.", hex.slice(0, -1), hex],
  ["one_hex_digit_more", "The hexadecimal digits and one more.", `${hex}a`, hex],
  ["eighteen_words", "The words without their last.", words.split(" ").slice(0, -1).join(" "), words],
  ["twenty_words", "The words and one more.", `${words} zoo`, words],
  ["word_not_listed", "A word that is not in the list.", `${words.split(" ").slice(0, -1).join(" ")} zzz`, words],
  ["words_and_digits", "Words, and digits after them.", `${words} 1`, words],
  ["qr_cut_short", "A QR payload without its last digit.", qr.slice(0, -1), qr],
  ["qr_later_version", "A QR payload of version 2.", qr.replace(":1:", ":2:"), qr],
  ["qr_position_zero", "A QR payload for a log without links.", qr.replace(":2:", ":0:"), qr],
  ["qr_position_with_leading_zero", "A QR payload whose position has a leading zero.", qr.replace(":2:", ":02:"), qr],
  ["qr_position_above_2_53", "A QR payload whose position is 2^53.", qr.replace(":2:", ":9007199254740992:"), qr],
  ["letter_among_digits", "A letter for one of the digits.", `${digits.slice(0, -1)}o`, digits],
  ["no_text", "Spaces only.", "   ", digits],
  [
    "longer_than_4096",
    "Digits among more than 4,096 characters of spaces.",
    digits + " ".repeat(4026),
    digits + " ".repeat(4025),
  ],
];

export function fingerprintFiles(): readonly VectorFile[] {
  return ATTACKS.map(([name, description, bad, good]): VectorFile => {
    const vector: FingerprintVector = { description, rules: [], bad, good, error: { code: "FINGERPRINT_INVALID" } };
    return [`negative/fingerprints/${name}.json`, vector];
  });
}
