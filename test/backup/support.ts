// A backup key to make mistakes in, and a log that has it: shared by the tests of section 9.

import fc from "fast-check";
import { encodeBackupText } from "../../src/backup/code.js";

export const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

export interface TestKey {
  readonly id: readonly number[];
  readonly secret: readonly number[];
  /** The 36 characters without dashes. */
  readonly chars: readonly string[];
}

export function testKey(id: readonly number[], secret: readonly number[]): TestKey {
  return { id, secret, chars: [...encodeBackupText(id, secret).replaceAll("-", "")] };
}

export const symbol = fc.nat(31);
export const char = fc.constantFrom(...ALPHABET);
export const symbols = (count: number) => fc.array(symbol, { minLength: count, maxLength: count });
export const keys = fc.tuple(symbols(4), symbols(26)).map(([id, secret]) => testKey(id, secret));

/** `count` different positions out of `from` to 35. */
export const positions = (count: number, from = 0) =>
  fc
    .shuffledSubarray(
      Array.from({ length: 36 - from }, (_, i) => from + i),
      { minLength: count, maxLength: count },
    )
    .map((found) => found.sort((a, b) => a - b));

/** The text with wrong characters at some positions: each moved on by 1 to 31 in the alphabet. */
export function withWrong(chars: readonly string[], at: readonly number[], by: readonly number[]): string[] {
  const wrong = [...chars];
  at.forEach((position, i) => {
    wrong[position] = ALPHABET.charAt((ALPHABET.indexOf(chars[position] as string) + (by[i] as number)) % 32);
  });
  return wrong;
}

/** A copy with `remove` elements at a place replaced by others. */
export function spliced<T>(of: readonly T[], at: number, remove: number, ...others: readonly T[]): T[] {
  return [...of.slice(0, at), ...others, ...of.slice(at + remove)];
}

/** A log in which these keys are active. It counts the questions, and refuses the same question twice. */
export function logOf(...active: readonly TestKey[]) {
  const asked: string[] = [];
  const arbiter = (secret: readonly number[]) => {
    const question = secret.join();
    if (asked.includes(question)) throw new Error("asked twice");
    asked.push(question);
    const found = active.find((key) => key.secret.join() === question);
    return found && { id: found.id, match: found };
  };
  return { arbiter, asked, ids: active.map((key) => key.id) };
}
