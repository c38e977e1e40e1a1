// The 32 characters of a backup key and how people may write them: one strict formatter, one tolerant reader.
// docs/spec.md section 9.

import { foldTyped } from "../bytes/plain-text.js";
import { KeysteadError } from "../errors.js";

/** Characters of a backup key: 4 of id, 26 of secret, 6 of check. */
export const CODE_LENGTH = 36;
/** Characters in one group, as printed. */
export const GROUP_LENGTH = 4;
/** The most characters a text may have, separators included. The check comes before any work, so that a hostile text is cheap. */
export const MAX_TEXT_LENGTH = 200;

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/** Letters, digits and what modifies them count, and `?`; everything else only separates. */
const COUNTS = /[\p{L}\p{N}\p{M}?]/u;
/** Symbols as read: 0 to 31, or undefined for one that cannot be read. */
export type ReadSymbols = readonly (number | undefined)[];

/** What {@link readSymbols} found. Secret: the caller must not log it. */
export interface ReadText {
  /** One entry for each character, without separators: 0 to 31, or undefined for `?`. */
  readonly symbols: ReadSymbols;
  /** Positions (from 1) of the unreadable ones. Not secret. */
  readonly unreadable: readonly number[];
}

/** Throws INVALID_ARGUMENT unless `value` is an array of `count` symbols, each an integer from 0 to 31. */
export function assertSymbols(value: unknown, count: number, name: string): asserts value is readonly number[] {
  const ok = Array.isArray(value) && value.length === count;
  if (!ok || !Array.from(value).every((symbol) => Number.isInteger(symbol) && symbol >= 0 && symbol < 32)) {
    throw new KeysteadError("INVALID_ARGUMENT", `${name} must be ${count} symbols, each an integer from 0 to 31`);
  }
}

// Compares characters one by one, without toUpperCase(), which would also turn dotless i into I.
function symbolOf(char: string): number | undefined {
  if ("Oo".includes(char)) return 0;
  if ("IiLl".includes(char)) return 1;
  const symbol = Math.max(ALPHABET.indexOf(char), ALPHABET.toLowerCase().indexOf(char));
  return symbol < 0 ? undefined : symbol;
}

/** The character of one symbol; `?` for an unreadable one. */
export function symbolChar(symbol: number | undefined): string {
  return symbol === undefined ? "?" : ALPHABET.charAt(symbol);
}

/** The place of a character as a person counts it: its group (from 1) and its place in the group (1 to 4). */
export function placeOf(position: number): { readonly group: number; readonly place: number } {
  return { group: Math.ceil(position / GROUP_LENGTH), place: ((position - 1) % GROUP_LENGTH) + 1 };
}

/**
 * Writes 36 symbols as a backup key: nine groups of four upper-case characters, joined by `-` (44 characters in all).
 *
 * @param symbols 36 integers from 0 to 31. The function does not keep them. The returned text is as secret as they are.
 * @throws KeysteadError INVALID_ARGUMENT
 */
export function formatCode(symbols: readonly number[]): string {
  assertSymbols(symbols, CODE_LENGTH, "symbols");
  const groups: string[] = [];
  for (let at = 0; at < CODE_LENGTH; at += GROUP_LENGTH) {
    groups.push(
      symbols
        .slice(at, at + GROUP_LENGTH)
        .map(symbolChar)
        .join(""),
    );
  }
  return groups.join("-");
}

/**
 * Reads what a person typed or pasted: any case and width, O as 0, I and L as 1, `?` as unreadable; whatever is no letter, digit or
 * mark is ignored. Every other character is refused by position, U too: it is most often a V, but to read it so would be a
 * guess. Does not check how many symbols there are.
 *
 * @throws KeysteadError INVALID_ARGUMENT if `text` is no string; BACKUP_KEY_INVALID (BAK-1) with `details.reason`
 *   `too long` (over 200 UTF-16 units) or `characters` and `details.positions` (from 1). Never names what was typed.
 */
export function readSymbols(text: string): ReadText {
  if (typeof text !== "string") throw new KeysteadError("INVALID_ARGUMENT", "text must be a string");
  if (text.length > MAX_TEXT_LENGTH) {
    throw new KeysteadError(
      "BACKUP_KEY_INVALID",
      `this text is too long for a backup key: enter its ${CODE_LENGTH} characters and nothing else`,
      { rule: "BAK-1", details: { reason: "too long" } },
    );
  }
  const symbols: (number | undefined)[] = [];
  const unreadable: number[] = [];
  const refused: number[] = [];
  for (const char of Array.from(text, foldTyped)) {
    if (!COUNTS.test(char)) continue;
    const symbol = symbolOf(char);
    symbols.push(symbol);
    if (symbol === undefined) (char === "?" ? unreadable : refused).push(symbols.length);
  }
  if (refused[0] !== undefined) {
    const { group, place } = placeOf(refused[0]);
    throw new KeysteadError(
      "BACKUP_KEY_INVALID",
      `character ${place} of group ${group} occurs in no backup key: compare it with the paper, or type ? if it cannot be read`,
      { rule: "BAK-1", details: { reason: "characters", positions: refused } },
    );
  }
  return { symbols, unreadable };
}
