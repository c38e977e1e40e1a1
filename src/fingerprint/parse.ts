// Reads a fingerprint that somebody typed, pasted, dictated or scanned: any form except words, in any spacing, never a part of a
// fingerprint. docs/spec.md section 10.

import type { LogId, MemberId } from "../bytes/ids.js";
import { foldTyped } from "../bytes/plain-text.js";
import { asId } from "../bytes/text.js";
import { type ErrorDetails, KeysteadError } from "../errors.js";
import { DIGITS, groupDigits, groupHex, HEX_DIGITS, qrPayload, WORDS, WORDS_HEX_DIGITS } from "./forms.js";

/** A fingerprint as it was given; `compareFingerprint` finds out which log it belongs to. */
export type ParsedFingerprint =
  | {
      readonly form: "digits" | "hex";
      /** Exactly as `formatFingerprint` writes it. */
      readonly text: string;
    }
  | {
      /** From `parseFingerprintWords` of `keystead/words`. */
      readonly form: "words";
      readonly text: string;
      /** What the words stand for: the top 209 bits as a number, in 53 hexadecimal digits. */
      readonly bits: string;
    }
  | {
      readonly form: "qr";
      readonly text: string;
      /** The log and its length that the payload names. */
      readonly log: LogId;
      readonly seq: number;
      /** The device that it names; undefined for the fingerprint of a whole log. */
      readonly member: MemberId | undefined;
    };

/** Longer than any form in any sensible spacing. */
const MAX_TEXT = 4096;
/** Letters, digits and what modifies them count; everything else only separates. */
const GROUPS = /[\p{L}\p{N}\p{M}]+/gu;
const HEX = /^[0-9a-f]+$/;
const QR_START = /^keystead-fp/i;
const QR = /^keystead-fp:1:([0-9a-f]{64}):([1-9][0-9]{0,15}):(?:([0-9a-f]{32}):)?([0-9a-f]{64})$/i;
/** The words of the list whose letters are hexadecimal digits too. */
const HEX_WORD = /^(add|beef|dad|decade|face|fade|fee|feed)$/;
const WORD = /^[a-z]{3,8}$/;
const WORDS_BITS = new RegExp(`^[0-9a-f]{${WORDS_HEX_DIGITS}}$`);

/**
 * Reads a fingerprint as digits, hexadecimal or a QR payload. Spacing, line breaks, punctuation, case and width are free; everything
 * else is exact. A QR payload starts with `KEYSTEAD-FP`; otherwise the number of digits decides. Words are read by
 * `parseFingerprintWords` of `keystead/words`; the error says so where the text looks like words.
 *
 * @throws `FINGERPRINT_INVALID` saying what was found; a part of a fingerprint is never accepted. `INVALID_ARGUMENT`
 * for what is not a string.
 */
export function parseFingerprint(text: unknown): ParsedFingerprint {
  const { groups, compact } = splitFingerprint(text);
  if (QR_START.test(compact)) return parseQr(compact);
  if (looksLikeWords(groups)) {
    throw invalid("it looks like words, which parseFingerprintWords of keystead/words reads", {
      form: "words",
      found: groups.length,
    });
  }
  const joined = groups.join("");
  if (HEX.test(joined)) return parseDigits(joined);
  throw notUnderstood(groups, HEX, "neither digits nor words");
}

/**
 * What a caller passes to compare: a text, or a parsed fingerprint. The latter is read again, so that a hand-made one gains
 * nothing.
 */
export function readFingerprint(given: unknown): ParsedFingerprint {
  if (typeof given !== "object" || given === null) return parseFingerprint(given);
  const { form, text, bits } = given as { readonly form?: unknown; readonly text?: unknown; readonly bits?: unknown };
  if (form !== "words") return parseFingerprint(text);
  if (typeof text !== "string" || typeof bits !== "string" || !WORDS_BITS.test(bits)) {
    throw new KeysteadError("INVALID_ARGUMENT", "a fingerprint in words must be what parseFingerprintWords returned");
  }
  return { form, text, bits };
}

/** A text in groups of letters and digits, in lower case; and whole, without spaces. @throws as {@link parseFingerprint} */
export function splitFingerprint(text: unknown): { readonly groups: readonly string[]; readonly compact: string } {
  if (typeof text !== "string") throw new KeysteadError("INVALID_ARGUMENT", "a fingerprint must be a string");
  if (text.length > MAX_TEXT) {
    throw invalid(`${text.length} characters are more than any fingerprint has`, { characters: text.length });
  }
  const folded = Array.from(text, foldTyped).join("");
  const groups = folded.toLowerCase().match(GROUPS) ?? [];
  if (groups.length === 0) throw invalid("no digits or words were found", { found: 0 });
  return { groups, compact: folded.replace(/[\s\p{C}]/gu, "") };
}

/** Words of the list that are hexadecimal digits too, and otherwise more groups that can be words than others. */
function looksLikeWords(groups: readonly string[]): boolean {
  if (HEX.test(groups.join(""))) return groups.every((group) => HEX_WORD.test(group));
  return groups.length > 1 && 2 * groups.filter((group) => WORD.test(group)).length > groups.length;
}

function parseQr(compact: string): ParsedFingerprint {
  const [, log, digits, member, hex] = QR.exec(compact) ?? [];
  const seq = Number(digits);
  if (log === undefined || hex === undefined || !Number.isSafeInteger(seq)) {
    throw invalid("the QR payload is damaged, cut short or of a newer version; scan it again, or update", {
      form: "qr",
      characters: compact.length,
    });
  }
  const named = {
    log: asId<LogId>(log.toLowerCase()),
    seq,
    member: member === undefined ? member : asId<MemberId>(member.toLowerCase()),
  };
  return { form: "qr", text: qrPayload(named, hex), ...named };
}

function parseDigits(digits: string): ParsedFingerprint {
  const isDecimal = /^[0-9]+$/.test(digits);
  if (digits.length === HEX_DIGITS) return { form: "hex", text: groupHex(digits) };
  if (!isDecimal) throw wrongLength(digits.length, "hexadecimal digits", HEX_DIGITS);
  if (digits.length === DIGITS) return { form: "digits", text: groupDigits(digits) };
  throw wrongLength(digits.length, "digits", DIGITS);
}

/** A prefix that matches proves little: a server can make a log whose fingerprint starts as it likes. */
export function wrongLength(found: number, what: string, expected: number): KeysteadError {
  return invalid(`${found} ${what} were found, a whole one has ${expected}; parts are not compared`, {
    what,
    found,
    expected,
  });
}

/** Names the groups that fit in no form by position alone: users paste backup keys into the wrong field, and apps log errors. */
export function notUnderstood(
  groups: readonly string[],
  isKnown: { test(group: string): boolean },
  problem: string,
): KeysteadError {
  const unknown = groups
    .flatMap((group, index) => (isKnown.test(group) ? [] : [{ position: index + 1 }]))
    .slice(0, WORDS);
  return invalid(`number ${unknown.map(({ position }) => position).join(", ")} ${problem}`, { unknown });
}

function invalid(problem: string, details: ErrorDetails): KeysteadError {
  return new KeysteadError("FINGERPRINT_INVALID", `not a fingerprint: ${problem}`, { details });
}
