import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ReadSymbols } from "../../src/backup/alphabet.js";
import { factorOf, multiply } from "../../src/backup/gf32.js";
import { checkSymbols, correct } from "../../src/backup/mds.js";
import { thrownBy } from "../support/thrown.js";
import { ALPHABET, spliced, symbol, symbols } from "./support.js";

const GENERATOR = [1, 18, 3, 27, 3, 18, 1];
const VERSION = [..."KEYS01"].map((char) => ALPHABET.indexOf(char));
const SECRET = Array.from({ length: 26 }, (_, i) => (i * 11 + 5) % 32);

/** A polynomial (highest coefficient first) modulo the generator, by long division, which is not the method of the code. */
function moduloGenerator(polynomial: readonly number[]): number[] {
  const left = [...polynomial];
  for (let i = 0; i + 6 < left.length; i++) {
    const factor = left[i] as number;
    GENERATOR.forEach((coefficient, k) => {
      left[i + k] = (left[i + k] as number) ^ multiply(factor, coefficient);
    });
  }
  return left.slice(-6);
}

/** x^power modulo the generator: a column of the parity-check matrix. */
const columnOf = (power: number) => moduloGenerator([0, 0, 0, 0, 0, 0, 1, ...Array<number>(power).fill(0)]);
const wordOf = (secret: readonly number[]) => [...secret, ...checkSymbols(secret)];
const withErrors = (word: readonly number[], at: readonly number[], by: readonly number[]) =>
  word.map((value, i) => value ^ (at.includes(i) ? (by[at.indexOf(i)] as number) : 0));
const places = (count: number) =>
  fc.shuffledSubarray(
    Array.from({ length: 32 }, (_, i) => i),
    { minLength: count, maxLength: count },
  );
const nonZero = (count: number) => fc.array(fc.integer({ min: 1, max: 31 }), { minLength: count, maxLength: count });

/** Visits every choice of `size` columns and counts those that are linearly dependent. */
function countDependent(columns: readonly (readonly number[])[], size: number): { seen: number; dependent: number } {
  let [seen, dependent] = [0, 0];
  const visit = (from: number, basis: readonly { readonly lead: number; readonly vector: readonly number[] }[]) => {
    for (let i = from; i < columns.length; i++) {
      let rest = columns[i] as readonly number[];
      for (const { lead, vector } of basis) {
        const factor = rest[lead] as number;
        if (factor !== 0) rest = rest.map((value, row) => value ^ multiply(factor, vector[row] as number));
      }
      const lead = rest.findIndex((value) => value !== 0);
      if (lead < 0) {
        dependent++;
      } else if (basis.length + 1 === size) {
        seen++;
      } else {
        const scale = factorOf(rest[lead] as number, 1) as number;
        visit(i + 1, [...basis, { lead, vector: rest.map((value) => multiply(value, scale)) }]);
      }
    }
  };
  visit(0, []);
  return { seen, dependent };
}

describe("the check of a backup key", () => {
  it("is the remainder by the generator, with the version constant added", () => {
    fc.assert(
      fc.property(symbols(26), (secret) => {
        const plain = [...secret, ...checkSymbols(secret).map((value, i) => value ^ (VERSION[i] as number))];
        expect(moduloGenerator(plain)).toEqual([0, 0, 0, 0, 0, 0]);
      }),
    );
  });

  it("has minimum distance 7: any 6 of its 32 columns are independent, and of 33, but 34 have two alike", () => {
    const columns = Array.from({ length: 34 }, (_, power) => columnOf(power));
    const zero = checkSymbols(Array(26).fill(0));
    for (let i = 0; i < 26; i++) {
      const unit = Array.from({ length: 26 }, (_, k) => (k === i ? 1 : 0));
      expect(checkSymbols(unit).map((value, k) => value ^ (zero[k] as number))).toEqual(columns[31 - i]);
    }
    expect(countDependent(columns.slice(0, 33), 6)).toEqual({ seen: 1_107_568, dependent: 0 });
    expect(columns[33]).toEqual(columns[0]);
  });

  it("keeps a repeated character, a reversed and a rotated code at least 3 symbols from every code", () => {
    for (let value = 0; value < 32; value++) expect(correct(Array(32).fill(value), 2)).toBeUndefined();
    fc.assert(
      fc.property(symbols(26), fc.nat(25), (given, by) => {
        const word = wordOf(spliced(given, by, 1, 0));
        expect(correct([...word].reverse(), 2)).toBeUndefined();
        // A code of 33 symbols may be rotated. Ours has one symbol less, so only where a zero moves to the missing place.
        expect(correct([...word.slice(by + 1), 0, ...word.slice(0, by)], 2)).toBeUndefined();
      }),
    );
  });
});

describe("correct", () => {
  it("corrects every pattern of one or two wrong symbols", () => {
    const word: number[] = wordOf(SECRET);
    const expected = SECRET.join();
    let [tried, failed] = [0, 0];
    const attempt = () => {
      tried++;
      if (correct(word, 2)?.join() !== expected) failed++;
    };
    for (let i = 0; i < 32; i++) {
      const first = word[i] as number;
      for (let a = 1; a < 32; a++) {
        word[i] = first ^ a;
        attempt();
        for (let j = i + 1; j < 32; j++) {
          const second = word[j] as number;
          for (let b = 1; b < 32; b++) {
            word[j] = second ^ b;
            attempt();
          }
          word[j] = second;
        }
      }
      word[i] = first;
    }
    expect({ tried, failed }).toEqual({ tried: 32 * 31 + 496 * 31 * 31, failed: 0 });
  });

  it("corrects e wrong and s unreadable symbols wherever 2e + s ≤ 6", () => {
    const mixes = [0, 1, 2, 3].flatMap((e) => Array.from({ length: 7 - 2 * e }, (_, s) => [e, s] as const));
    for (const [e, s] of mixes) {
      fc.assert(
        fc.property(symbols(26), places(e + s), nonZero(e), (secret, at, by) => {
          const wrong = withErrors(wordOf(secret), at.slice(0, e), by);
          const word: ReadSymbols = wrong.map((value, i) => (at.indexOf(i) >= e ? undefined : value));
          expect(correct(word, 3)).toEqual(secret);
        }),
      );
    }
  });

  it("corrects no more than the given limits", () => {
    fc.assert(
      fc.property(symbols(26), fc.integer({ min: 1, max: 3 }), places(3), nonZero(3), (secret, e, at, by) => {
        expect(correct(withErrors(wordOf(secret), at.slice(0, e), by), e - 1)).toBeUndefined();
      }),
    );
  });

  it("refuses seven unreadable symbols", () => {
    fc.assert(
      fc.property(symbols(26), places(7), (secret, at) => {
        const word = wordOf(secret).map((value, i) => (at.includes(i) ? undefined : value));
        expect(correct(word, 0)).toBeUndefined();
      }),
    );
  });

  it("refuses words of the wrong length and values out of range", () => {
    for (const word of [[], Array(31).fill(0), Array(33).fill(0), Array(32).fill(32), Array(32).fill(-1)]) {
      expect(thrownBy(() => correct(word, 3)).code).toBe("INVALID_ARGUMENT");
    }
  });

  it("does not change its input", () => {
    fc.assert(
      fc.property(
        symbols(26),
        fc.array(fc.option(symbol, { nil: undefined }), { minLength: 32, maxLength: 32 }),
        (secret, word) => {
          const before = [...word];
          correct(word, 3);
          expect(word).toEqual(before);
          const kept = [...secret];
          checkSymbols(secret);
          expect(secret).toEqual(kept);
        },
      ),
    );
  });
});
