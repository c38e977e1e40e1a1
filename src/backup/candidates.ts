// Finds the secrets that a text with mistakes may stand for, the likeliest first, and asks the log which of them is a key.
// docs/spec.md section 9 (BAK-1).

import { assertSymbols, type ReadSymbols } from "./alphabet.js";
import { ID_LENGTH } from "./bits.js";
import { type Correction, compare, type Reading } from "./corrections.js";
import { CODED_LENGTH, checkSymbols, correct } from "./mds.js";

/**
 * The largest number of secrets to ask about for one text. Typing mistakes need one to three; only an artificial text needs more.
 */
const MAX_QUESTIONS = 24;

/**
 * Decides whether a secret belongs to a backup key of the user's log, active or removed: the public key is the arbiter (BAK-1).
 *
 * @param secret 26 symbols, 0 to 31; wiped when decoding ends, so keep no reference.
 * @returns the four id symbols of that key and any value that the caller wants back, or undefined for no key.
 */
export type Arbiter<M> = (
  secret: readonly number[],
) => { readonly id: readonly number[]; readonly match: M } | undefined;

/** The result of reading a backup key's text. */
export interface DecodedBackup<M> {
  /** 26 symbols, 0 to 31. The caller wipes them (`fill(0)`). */
  readonly secret: number[];
  /** The four id symbols: the key's own if an arbiter found it. Otherwise as read: unverified, undefined where unreadable. */
  readonly id: ReadSymbols;
  /** The corrections, in the order of the paper; empty for a text without mistakes. As secret as the key. */
  readonly corrections: readonly Correction[];
  /** What the arbiter returned as `match`; undefined without an arbiter. */
  readonly match: M;
}

/** One way to read a text, the secret that it then stands for, and the number of corrections. */
export interface Candidate {
  readonly reading: Reading;
  readonly secret: number[];
  readonly mistakes: number;
}

/** The part of a reading that the check covers. */
export function codedPart(symbols: ReadSymbols): ReadSymbols {
  return symbols.slice(-CODED_LENGTH);
}

/**
 * The secrets that readings can stand for with 2 × wrong + unreadable ≤ `effort` in the coded part, those with the fewest
 * mistakes first, if the id is one of `ids` (empty: unknown). The caller wipes the secrets.
 */
export function candidatesOf(
  readings: readonly Reading[],
  effort: number,
  ids: readonly (readonly number[])[] = [[]],
): readonly Candidate[] {
  const candidates = readings.flatMap((reading) => {
    const coded = codedPart(reading.symbols);
    const gap = reading.shift?.kind === "missing" && reading.shift.at >= ID_LENGTH ? 1 : 0;
    const unreadable = coded.filter((symbol) => symbol === undefined).length - gap;
    // A shift counts as one wrong character. Otherwise too little evidence is left: every place for it would give a secret to ask
    // about.
    const maxErrors = ((effort - unreadable) >> 1) - (reading.shift ? 1 : 0);
    const secret = maxErrors < 0 ? undefined : correct(coded, maxErrors);
    if (secret === undefined) return [];
    return [{ reading, secret, mistakes: Math.min(...ids.map((id) => explain(reading, id, secret).length)) }];
  });
  return candidates.sort((a, b) => a.mistakes - b.mistakes);
}

/** The corrections, if a reading stands for this id (empty: unknown) and secret. */
export function explain(reading: Reading, id: readonly number[], secret: readonly number[]): readonly Correction[] {
  const knownOrNot = Array.from({ length: ID_LENGTH }, (_, i) => id[i]);
  return compare(reading, [...knownOrNot, ...secret, ...checkSymbols(secret)]);
}

/** Asks the arbiter about one secret after another, and takes the first that it knows. */
export function ask<M>(arbiter: Arbiter<M>, candidates: readonly Candidate[]): DecodedBackup<M> | undefined {
  const asked: (readonly number[])[] = [];
  for (const { secret } of candidates) {
    if (asked.some((other) => equal(other, secret))) continue;
    if (asked.length === MAX_QUESTIONS) break;
    asked.push(secret);
    const answer = arbiter(secret);
    if (answer === undefined) continue;
    const { id, match } = answer;
    assertSymbols(id, ID_LENGTH, "the arbiter's id");
    // Only now the id is known. It shows which reading of this secret needs the fewest corrections.
    const corrections = candidates
      .filter((candidate) => equal(candidate.secret, secret))
      .map(({ reading }) => explain(reading, id, secret))
      .reduce((best, next) => (next.length < best.length ? next : best));
    return { secret: [...secret], id: [...id], corrections, match };
  }
  return undefined;
}

function equal(a: readonly number[], b: readonly number[]): boolean {
  return a.every((symbol, i) => symbol === b[i]);
}
