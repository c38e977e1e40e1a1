// Reading a fingerprint that somebody typed, pasted, dictated or scanned: any form in any spacing, never a part of one.
// docs/spec.md section 10.

import { wordlist } from "@scure/bip39/wordlists/english.js";
import type { LogId, MemberId } from "../bytes/ids.js";
import { type ErrorDetails, KeysteadError } from "../errors.js";
import { DIGITS, groupDigits, groupHex, HEX_DIGITS, joinWords, qrPayload, WORDS } from "./forms.js";

/** A fingerprint as it was given; which log it belongs to is for `compareFingerprint` to find out. */
export type ParsedFingerprint =
  | {
      readonly form: "digits" | "hex" | "words";
      /** Exactly as `formatFingerprint` writes it. */
      readonly text: string;
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
const LISTED: ReadonlySet<string> = /* @__PURE__ */ new Set(wordlist);

/**
 * Reads a fingerprint in any form. Spacing, line breaks, punctuation and case are free; everything else is exact. A QR
 * payload starts with `KEYSTEAD-FP`; a text of listed words only is words; otherwise the number of digits decides.
 *
 * @throws `FINGERPRINT_INVALID` saying what was found; a part of a fingerprint is never accepted. `INVALID_ARGUMENT`
 * for what is not a string.
 */
export function parseFingerprint(text: unknown): ParsedFingerprint {
  if (typeof text !== "string") throw new KeysteadError("INVALID_ARGUMENT", "a fingerprint must be a string");
  if (text.length > MAX_TEXT) {
    throw invalid(`${text.length} characters are more than any fingerprint has`, { characters: text.length });
  }
  const compact = text.replace(/[\s\p{C}]/gu, "");
  if (QR_START.test(compact)) return parseQr(compact);

  const groups = text.toLowerCase().match(GROUPS) ?? [];
  if (groups.length === 0) throw invalid("no digits or words were found", { found: 0 });
  if (groups.every((group) => LISTED.has(group))) return parseWords(groups);
  const joined = groups.join("");
  if (HEX.test(joined)) return parseDigits(joined);
  throw notUnderstood(groups);
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
    log: log.toLowerCase() as LogId,
    seq,
    member: member?.toLowerCase() as MemberId | undefined,
  };
  return { form: "qr", text: qrPayload(named, hex), ...named };
}

function parseWords(words: readonly string[]): ParsedFingerprint {
  if (words.length === WORDS) return { form: "words", text: joinWords(words) };
  throw wrongLength(words.length, "words", WORDS);
}

function parseDigits(digits: string): ParsedFingerprint {
  const isDecimal = /^[0-9]+$/.test(digits);
  if (digits.length === HEX_DIGITS) return { form: "hex", text: groupHex(digits) };
  if (!isDecimal) throw wrongLength(digits.length, "hexadecimal digits", HEX_DIGITS);
  if (digits.length === DIGITS) return { form: "digits", text: groupDigits(digits) };
  throw wrongLength(digits.length, "digits", DIGITS);
}

/** A prefix that matches proves little: a server can make a log whose fingerprint starts as it likes. */
function wrongLength(found: number, what: string, expected: number): KeysteadError {
  return invalid(`${found} ${what} were found, a whole one has ${expected}; parts are not compared`, {
    what,
    found,
    expected,
  });
}

/** Names the groups that fit in no form, by position. They are public, so they may be repeated. */
function notUnderstood(groups: readonly string[]): KeysteadError {
  const isWords = groups.some((group) => LISTED.has(group) && !HEX.test(group));
  const unknown = groups
    .map((text, index) => ({ position: index + 1, text }))
    .filter(({ text }) => (isWords ? !LISTED.has(text) : !HEX.test(text)))
    .map(({ position, text }) => ({ position, text: text.slice(0, 20) }))
    .slice(0, WORDS);
  const named = unknown.map(({ position, text }) => `number ${position} ("${text}")`).join(", ");
  return invalid(`${named} ${isWords ? "not in the list of words" : "neither digits nor listed words"}`, { unknown });
}

function invalid(problem: string, details: ErrorDetails): KeysteadError {
  return new KeysteadError("FINGERPRINT_INVALID", `not a fingerprint: ${problem}`, { details });
}
