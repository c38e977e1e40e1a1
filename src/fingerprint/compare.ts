// Comparing a fingerprint that somebody gave with a log. docs/spec.md section 10.

import { equalBytes } from "../bytes/bytes.js";
import { utf8Encode } from "../bytes/text.js";
import { assertLog, type Head, type LogState } from "../log/state.js";
import { fingerprintHead, fingerprintOf, formatFingerprint } from "./fingerprint.js";
import { type ParsedFingerprint, parseFingerprint } from "./parse.js";

/** What a comparison finds; see {@link compareFingerprint}. */
export type FingerprintComparison = "match" | "mismatch" | "older" | "not-recognised" | "other-log";

/**
 * Compares a fingerprint with a log, in constant time.
 *
 * - `match`: both sides see the same log; of an escrow log, but for daily records of its admins. Only this is a reason to approve.
 * - `older`: of an earlier head of this very log; the other side has not seen the newest links. Let it refresh, and
 *   compare again.
 * - `not-recognised`: of no head of this log so far. Refresh this side and compare again. If it is still so when both
 *   sides are up to date, treat it as a mismatch: digits, hexadecimal and words do not say how long the other log is, so
 *   a newer one and a false one look alike.
 * - `mismatch` (QR only): the same log and a position that this log has, with another history. Somebody shows the two
 *   sides different logs: approve nothing, remove what is in question.
 * - `other-log` (QR only): of another log, of another user perhaps. Scan the right one; if it was meant to be this
 *   user's, it is a mismatch.
 *
 * @param log the verified state to compare with.
 * @param given text in any form, or what `parseFingerprint` made of it.
 * @throws `FINGERPRINT_INVALID`, `INVALID_ARGUMENT`
 */
export function compareFingerprint(log: LogState, given: string | ParsedFingerprint): FingerprintComparison {
  assertLog(log);
  const { seq: newest } = fingerprintHead(log);
  const parsed = parseFingerprint(typeof given === "object" && given !== null ? given.text : given);
  const isOf = (head: Head) => equalText(formatFingerprint(fingerprintOf(head), parsed.form), parsed.text);
  if (parsed.form === "qr") {
    if (!equalText(parsed.log, log.head.log)) return "other-log";
    const record = log.links.at(parsed.seq - 1);
    if (!record) return "not-recognised";
    if (!isOf({ log: log.head.log, seq: record.seq, hash: record.hash })) return "mismatch";
    return record.seq >= newest ? "match" : "older";
  }
  if (isOf(log.head)) return "match";
  let found: FingerprintComparison = "not-recognised";
  for (const { seq, hash } of log.links) {
    if (isOf({ log: log.head.log, seq, hash })) found = seq >= newest ? "match" : "older";
  }
  return found;
}

function equalText(a: string, b: string): boolean {
  return equalBytes(utf8Encode(a), utf8Encode(b));
}
