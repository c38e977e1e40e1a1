// The text of a backup key: written from its id and secret, and read back. Reading corrects only those typing mistakes that can
// be proven to be mistakes. docs/spec.md section 9 (BAK-1).

import { checkFunction } from "../arguments/options.js";
import { KeysteadError } from "../errors.js";
import { assertSymbols, CODE_LENGTH, formatCode, type ReadText, readSymbols } from "./alphabet.js";
import { ID_LENGTH } from "./bits.js";
import { type Arbiter, ask, candidatesOf, codedPart, type DecodedBackup, explain } from "./candidates.js";
import { readingsOf } from "./corrections.js";
import { checkSymbols, correct } from "./mds.js";

// 2 × wrong + unreadable among the 32 characters that the check covers. When the log decides, corrections may use all six check
// characters. Without the log, two of them are kept to detect a text with more mistakes than that.
const EFFORT_WITH_LOG = 6;
const EFFORT_WITHOUT_LOG = 4;

const COMPARE = "compare each group of four with the paper, and type ? for a character that cannot be read";
const UNKNOWN = "is typed without mistakes, but is no backup key of this account: was it made for another one?";

/**
 * Writes a backup key as text, `XXXX-XXXX-…`, 44 characters.
 *
 * @param id the 4 symbols of {@link idSymbols}.
 * @param secret the 26 symbols of {@link secretFromBytes}; not changed. The text is as secret as they are, and cannot be wiped.
 * @throws KeysteadError INVALID_ARGUMENT
 */
export function encodeBackupText(id: readonly number[], secret: readonly number[]): string {
  assertSymbols(id, ID_LENGTH, "id");
  const checks = checkSymbols(secret);
  return formatCode([...id, ...secret, ...checks]);
}

/**
 * Reads a backup key, correcting mistakes but never guessing (BAK-1).
 *
 * With an `arbiter`, it returns a secret only if it belongs to a key of the log, so it is always the right one. It corrects
 * mistakes with 2 × wrong + unreadable ≤ 6 among the 32 characters of secret and check, so up to 3 wrong or 6 unreadable
 * ones; two swapped neighbours are two wrong ones, and one missing or one extra character, anywhere, counts as one. The 4
 * characters of the id follow from the secret and may be read in any way.
 *
 * Without an `arbiter`, only the check decides: 36 characters, and 2 × wrong + unreadable ≤ 4 among those 32, so at most 2 wrong.
 * It then always refuses texts with 3 or 4 wrong ones; of those with 5 or more, about one in 2000 passes as another secret. The
 * check does not cover the id, which is returned as read.
 *
 * @param text what was typed, see {@link readSymbols}; at most 200 UTF-16 units.
 * @param arbiter called at most 24 times, with the likeliest secret first, never twice with one secret. Its errors are passed on.
 * @param ids the ids, 4 symbols each, of the keys that the arbiter knows, if they are at hand. They show which secret is
 * likeliest.
 * @returns the secret, which the caller wipes, and how it was found.
 * @throws KeysteadError INVALID_ARGUMENT; BACKUP_KEY_INVALID (BAK-1) with `details.reason`: `too long`, `characters`,
 *   `length`, `uncorrectable`, or `unknown` (typed without mistakes, but no key of this log); the last
 *   three with `details.length` (characters found) and `details.unreadable` (positions). Never names what was typed.
 */
export function decodeBackupText(text: string): DecodedBackup<undefined>;
export function decodeBackupText<M>(
  text: string,
  arbiter: Arbiter<M>,
  ids?: readonly (readonly number[])[],
): DecodedBackup<M>;
export function decodeBackupText<M>(
  text: string,
  arbiter?: Arbiter<M>,
  ids?: readonly (readonly number[])[],
): DecodedBackup<M | undefined> {
  if (arbiter !== undefined) checkFunction("arbiter", arbiter);
  if (ids !== undefined && !Array.isArray(ids)) throw new KeysteadError("INVALID_ARGUMENT", "ids must be an array");
  for (const id of ids ?? []) assertSymbols(id, ID_LENGTH, "each of ids");
  const typed = readSymbols(text);
  const { symbols } = typed;
  const readings = readingsOf(symbols);
  if (readings.length === 0 || (arbiter === undefined && symbols.length !== CODE_LENGTH)) {
    throw invalid("length", typed, `has ${symbols.length} characters instead of ${CODE_LENGTH}: ${COMPARE}`);
  }
  if (arbiter === undefined) {
    const [candidate] = candidatesOf(readings, EFFORT_WITHOUT_LOG);
    if (candidate === undefined) throw invalid("uncorrectable", typed, `has too many mistakes: ${COMPARE}`);
    const { reading, secret } = candidate;
    return { secret, id: symbols.slice(0, ID_LENGTH), corrections: explain(reading, [], secret), match: undefined };
  }
  const candidates = candidatesOf(readings, EFFORT_WITH_LOG, ids);
  try {
    const found = ask(arbiter, candidates);
    if (found !== undefined) return found;
  } finally {
    for (const { secret } of candidates) secret.fill(0);
  }
  if (isFaultless(typed)) throw invalid("unknown", typed, UNKNOWN);
  throw invalid("uncorrectable", typed, `has too many mistakes, or belongs to another account: ${COMPARE}`);
}

function isFaultless({ symbols }: ReadText): boolean {
  const coded = codedPart(symbols);
  return symbols.length === CODE_LENGTH && !coded.includes(undefined) && correct(coded, 0) !== undefined;
}

function invalid(reason: string, { symbols, unreadable }: ReadText, what: string): KeysteadError {
  const details = { reason, length: symbols.length, unreadable };
  return new KeysteadError("BACKUP_KEY_INVALID", `this backup key ${what}`, { rule: "BAK-1", details });
}
