// The error-correcting code of a backup key: six check symbols over 26 secret ones, any two codes 7 symbols apart.
// docs/spec.md section 9.

import { firstOf, present } from "../bytes/present.js";
import { assertSymbols, type ReadSymbols } from "./alphabet.js";
import { clear, factorOf, multiply, normalize } from "./gf32.js";

/** Secret symbols of a backup key: 130 bits. */
export const SECRET_LENGTH = 26;
const CHECK_LENGTH = 6;
/** Symbols that the check protects: secret, then check. */
export const CODED_LENGTH = SECRET_LENGTH + CHECK_LENGTH;

// A polynomial of degree 5, or a column of the parity-check matrix, is one number of 30 bits, the highest coefficient on top:
// adding two is one XOR. pack() and unpack() go from and to its six symbols.
const TOP = 25;
const pack = (symbols: readonly number[]) => symbols.reduce((packed, symbol) => (packed << 5) | symbol, 0);
const unpack = (packed: number) => [25, 20, 15, 10, 5, 0].map((shift) => (packed >> shift) & 31);

// x^6 + 18x^5 + 3x^4 + 27x^3 + 3x^2 + 18x + 1 without its leading term. Its roots are six consecutive powers, 14 to 19, of
// an element of order 33 in GF(1024): so distance 7 (BCH bound) up to 33 symbols, and 2 from 34 on, where x^33 = 1.
const GENERATOR = /* @__PURE__ */ pack([18, 3, 27, 3, 18, 1]);

// "KEYS01", added to the check symbols. Without it every rotation, the reversal and every multiple of a code would nearly be
// codes too, 0000… among them. With it all of these, at every rotation, and every text of one repeated character, are at
// least 3 symbols from any code. (Version 2 needs a constant that is at least 4 from this one modulo the code.)
const VERSION = /* @__PURE__ */ pack([19, 14, 30, 25, 0, 1]);

/** Times x, modulo the generator. */
function timesX(packed: number): number {
  return ((packed & 0x1ffffff) << 5) ^ multiply(GENERATOR, packed >> TOP);
}

// The parity-check matrix: column i is x^(31-i) modulo the generator. Any 6 of these 32 are linearly independent, which is
// what distance 7 means.
const COLUMNS = /* @__PURE__ */ parityColumns();
const DIRECTIONS = /* @__PURE__ */ COLUMNS.map(normalize);

function parityColumns(): readonly number[] {
  const columns = [1];
  while (columns.length < CODED_LENGTH) columns.unshift(timesX(firstOf(columns)));
  return columns;
}

/**
 * The six check symbols of a secret.
 *
 * @param secret 26 symbols, 0 to 31; not changed.
 * @throws KeysteadError INVALID_ARGUMENT
 */
export function checkSymbols(secret: readonly number[]): number[] {
  assertSymbols(secret, SECRET_LENGTH, "secret");
  // secret(x) · x^6 modulo the generator, the first symbol being the highest coefficient.
  return unpack(VERSION ^ secret.reduce((state, symbol) => timesX(state ^ (symbol << TOP)), 0));
}

/**
 * The one secret whose code agrees with `word` except for unreadable symbols and at most `maxErrors` wrong ones. With e wrong
 * and s unreadable symbols it looks only where 2e + s ≤ 6, and there at most one code exists. A word with more mistakes than
 * that is mostly refused, but can lie near another code: with the bound 2e + s reached, nothing is left to detect it.
 *
 * @param word 32 entries: 26 secret symbols, 6 check symbols, undefined for an unreadable one; not changed.
 * @param maxErrors the most wrong symbols to correct, 0 to 3.
 * @returns 26 symbols, which the caller wipes, or undefined if there is no such secret.
 * @throws KeysteadError INVALID_ARGUMENT
 */
export function correct(word: ReadSymbols, maxErrors: number): number[] | undefined {
  const received = word.map((symbol) => symbol ?? 0);
  assertSymbols(received, CODED_LENGTH, "word");
  const unreadable = received.map((_, i) => i).filter((i) => word[i] === undefined);
  if (unreadable.length > CHECK_LENGTH) return undefined;
  const syndrome = received.reduce((sum, symbol, i) => sum ^ multiply(present(COLUMNS[i]), symbol), VERSION);
  const wrong = locate(syndrome, unreadable, Math.min(maxErrors, (CHECK_LENGTH - unreadable.length) >> 1));
  if (wrong === undefined) return undefined;
  const positions = [...unreadable, ...wrong];
  const errors = factorsOf(
    positions.map((i) => present(COLUMNS[i])),
    syndrome,
  );
  positions.forEach((position, i) => {
    received[position] = present(received[position]) ^ present(errors[i]);
  });
  received.length = SECRET_LENGTH; // No second copy of the secret.
  return received;
}

/** The positions of at most `more` columns of which, with the unreadable ones, the syndrome is a sum of multiples. */
function locate(syndrome: number, unreadable: readonly number[], more: number): readonly number[] | undefined {
  if (unreadable.length === 0) return search(DIRECTIONS, normalize(syndrome), more);
  const vectors = unreadable.reduce((left, i) => clear(left, present(left[i + 1])), [syndrome, ...COLUMNS]);
  const [rest, ...columns] = vectors.map(normalize);
  return search(columns, present(rest), more);
}

/**
 * Tries each column as the first, clearing one symbol of the syndrome and of all later columns with it. Only which vectors
 * are multiples of each other matters here, so all are normalized, and the last column needs no arithmetic.
 */
function search(columns: readonly number[], syndrome: number, more: number): readonly number[] | undefined {
  if (syndrome === 0) return [];
  if (more < 2) {
    const last = more === 1 ? columns.indexOf(syndrome) : -1;
    return last < 0 ? undefined : [last];
  }
  for (const [i, column] of columns.entries()) {
    if (column === 0) continue; // An unreadable one, already cleared.
    const rest = normalize(firstOf(clear([syndrome], column)));
    const others = search(later(columns, i), rest, more - 1);
    if (others !== undefined) return [i, ...others.map((other) => i + 1 + other)];
  }
  return undefined;
}

// The first step of every search is the same and is kept: with up to 37 readings of one text it would be most of the work.
const FIRST_STEPS: (readonly number[] | undefined)[] = [];

/** The columns after one, cleared with it. */
function later(columns: readonly number[], i: number): readonly number[] {
  const known = columns === DIRECTIONS ? FIRST_STEPS[i] : undefined;
  const left = known ?? clear(columns.slice(i + 1), present(columns[i])).map(normalize);
  if (columns === DIRECTIONS) FIRST_STEPS[i] = left;
  return left;
}

/** The factor of each of some independent columns in their sum. */
function factorsOf([first, ...others]: readonly number[], sum: number): readonly number[] {
  if (first === undefined) return [];
  const [rest, ...left] = clear([sum, ...others], first);
  const factors = factorsOf(left, present(rest));
  const own = others.reduce((total, column, i) => total ^ multiply(column, present(factors[i])), sum);
  return [present(factorOf(first, own)), ...factors];
}
